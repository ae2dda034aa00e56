package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"passage/db/engine"
)

// OperationStatus is the state of an operation within a session.
type OperationStatus string

// The states of an operation.
const (
	OperationPending  OperationStatus = "pending"
	OperationRunning  OperationStatus = "running"
	OperationComplete OperationStatus = "complete"
	OperationFailed   OperationStatus = "failed"
	OperationUnknown  OperationStatus = "unknown" // submitted, and not confirmed
)

// Note is what a person reads beside an operation: the key of a text, and a
// count for it.
type Note struct {
	Key   string `json:"key"`
	Count int    `json:"count,omitempty"`
}

// NoteReused is the key of the note that an operation was completed by an
// earlier attempt, which the count names.
const NoteReused = "done_before"

// attachOperations reads the operations of links, with their state in each
// link's current session, in one query. It returns what is wrong with the links that
// are damaged, by id.
func attachOperations(ctx context.Context, from engine.Querier, links []Link) (damaged map[string]error, err error) {
	damaged = map[string]error{}
	if len(links) == 0 {
		return damaged, nil
	}
	byID := make(map[string]*Link, len(links))
	ids := make([]any, len(links))
	for n := range links {
		byID[links[n].ID], ids[n] = &links[n], links[n].ID
	}
	_, err = engine.Collect(ctx, from, func(r engine.Row) (struct{}, error) {
		id, operation, err := scanOperation(r)
		if _, ok := errors.AsType[*DamagedRow](err); ok {
			damaged[id] = err
			return struct{}{}, nil
		}
		if err == nil {
			byID[id].Operations = append(byID[id].Operations, operation)
		}
		return struct{}{}, err
	}, `SELECT o.link_id, o.position, o.resource, o.action, o.arguments, o.summary, COALESCE(s.status, 'pending'), s.note
		FROM link_operations o
		JOIN links l ON l.id = o.link_id
		LEFT JOIN session_operations s ON s.session_id = l.current_session_id AND s.position = o.position
		WHERE o.link_id IN (`+engine.Placeholders(1, len(ids))+`)
		ORDER BY o.link_id, o.position`, ids...)
	if err != nil {
		return nil, fmt.Errorf("read operations: %w", err)
	}
	return damaged, nil
}

func scanOperation(r engine.Row) (linkID string, o Operation, err error) {
	var summary string
	var note *string
	if err := r.Scan(&linkID, &o.Position, &o.Resource, &o.Action, &o.arguments, &summary, &o.Status, &note); err != nil {
		return "", o, err
	}
	if err := json.Unmarshal([]byte(summary), &o.Summary); err != nil {
		return linkID, o, damagedIf(err, "link_operations", linkID, "summary")
	}
	o.Note, err = readNote(note)
	return linkID, o, damagedIf(err, "session_operations", linkID, "note")
}

// noteText is what readNote reads: nil where there is no note.
func noteText(note *Note) (*string, error) {
	if note == nil {
		return nil, nil
	}
	written, err := json.Marshal(note)
	if err != nil {
		return nil, fmt.Errorf("write the note: %w", err)
	}
	text := string(written)
	return &text, nil
}

func readNote(text *string) (*Note, error) {
	if text == nil {
		return nil, nil
	}
	note := new(Note)
	return note, json.Unmarshal([]byte(*text), note)
}
