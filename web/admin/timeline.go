package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"passage/automation/outcome"
	"passage/db"
	view "passage/views/admin"
)

// entry is the data of any event of a session; each kind has some of it.
type entry struct {
	// a step
	Word     string `json:"word"`
	Selector string `json:"selector"`
	Matches  int    `json:"matches"`
	Line     int    `json:"line"`
	Took     int64  `json:"took"`
	Outcome  string `json:"outcome"`
	URL      string `json:"url"`
	// a prompt
	Kind   string `json:"kind"`
	Status string `json:"status"`
	// an operation
	Operation json.RawMessage `json:"operation"`
	Attempt   int             `json:"attempt"`
	// progress
	Key   string `json:"key"`
	Count int    `json:"count"`
	// the end
	Code   string `json:"code"`
	Detail string `json:"detail"`
	// evidence
	Traceback string             `json:"traceback"`
	Selectors []outcome.Selector `json:"selectors"`
	Artifact  string             `json:"artifact"`
}

// fillTimeline reads a session's events; the evidence among them belongs to the
// verdict.
func (h *Handler) fillTimeline(ctx context.Context, model *view.Session, session db.Session) error {
	events, err := h.DB.SessionEvents(ctx, session.ID, 0)
	if err != nil {
		return err
	}
	for _, stored := range events {
		var data entry
		if err := json.Unmarshal(stored.Data, &data); err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		if stored.Kind == db.EventEvidence {
			weigh(model, data)
			continue
		}
		event := view.Event{Seq: int64(stored.Seq), Matches: -1,
			Offset: time.Duration(stored.At-session.CreatedAt) * time.Millisecond}
		describe(&event, stored.Kind, data)
		if event.Kind == "operation" {
			event.Target = nameOf(model.Operations, data.Operation)
		}
		model.Events = append(model.Events, event)
	}
	return nil
}

// nameOf finds the name of the operation at a position.
func nameOf(operations []view.Operation, position json.RawMessage) string {
	n, err := strconv.Atoi(string(position))
	if err != nil || n >= len(operations) {
		return ""
	}
	return operations[n].Name
}

// weigh adds a piece of evidence to the verdict.
func weigh(model *view.Session, data entry) {
	if data.Artifact != "" {
		return // the picture is found by its row
	}
	verdict := &model.Verdict
	verdict.Word, verdict.Selector, verdict.Line = data.Word, data.Selector, data.Line
	verdict.Traceback = data.Traceback
	for _, s := range data.Selectors {
		shown := view.Selector{Name: s.Name, Selector: s.Selector, Matches: s.Matches, Near: s.Near, Hiding: s.Hiding, Last: s.Last}
		if s.Last != "" {
			shown.LastAt = time.UnixMilli(s.LastAt)
		}
		verdict.Selectors = append(verdict.Selectors, shown)
	}
	model.PictureURL = data.URL
}

// describe puts an event into the operator's words.
func describe(event *view.Event, kind string, data entry) {
	event.Kind = "state"
	switch kind {
	case db.EventStep:
		event.Kind, event.Word, event.Target, event.Outcome = "step", data.Word, data.Selector, data.Outcome
		event.Took, event.Matches, event.Line = time.Duration(data.Took)*time.Millisecond, data.Matches, data.Line
		event.Failed = outcome.Code(data.Outcome).Known()
	case db.EventPromptOpened:
		event.Kind, event.Word, event.Target = "prompt", "asked the person", data.Kind
	case db.EventPromptClosed:
		event.Kind, event.Word, event.Outcome = "prompt", "question closed", data.Status
	case db.EventQueued:
		event.Kind, event.Word = "prompt", "credentials given; in line for a browser"
	case db.EventStarted:
		event.Word = "browser taken"
	case db.EventClaimed:
		event.Word = "claimed"
	case db.EventProgress:
		event.Word, event.Target = "progress", data.Key
		if data.Count > 0 {
			event.Outcome = strconv.Itoa(data.Count)
		}
	case db.EventOperationStarted, db.EventOperationSubmitted, db.EventOperationCompleted:
		event.Kind, event.Word = "operation", words[kind]
	case db.EventOperationReused:
		event.Kind, event.Word, event.Outcome = "operation", "not done again", "done by attempt "+strconv.Itoa(data.Attempt)
	case db.EventFailed:
		event.Word, event.Outcome, event.Failed = "failed", data.Code, true
	default:
		event.Word = words[kind]
	}
}

// words are those of events that have nothing more to say.
var words = map[string]string{
	db.EventOperationStarted:   "operation started",
	db.EventOperationSubmitted: "change submitted to the site",
	db.EventOperationCompleted: "operation completed",
	db.EventTransferRequested:  "another browser asks to take over",
	db.EventTransferRefused:    "taking over refused",
	db.EventTransferred:        "another browser took over",
	db.EventCompleted:          "completed",
}
