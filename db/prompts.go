package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"passage/automation/event"
	"passage/db/engine"
)

// NewPrompt is a question to the person.
type NewPrompt struct {
	Kind     string
	Question json.RawMessage // how to ask; never an answer
}

// PromptStatus is the state of a prompt.
type PromptStatus string

// The states of a prompt. An answer itself goes to the runner in memory.
const (
	PromptOpen      PromptStatus = "open"
	PromptAnswered  PromptStatus = "answered"
	PromptWithdrawn PromptStatus = "withdrawn" // the answer is no longer needed
)

// Prompt is a question that a session asked.
type Prompt struct {
	ID        string
	SessionID string
	Kind      string
	Question  json.RawMessage
	Status    PromptStatus
	CreatedAt int64
	ClosedAt  *int64
}

const promptColumns = `id, session_id, kind, question, status, created_at, closed_at`

func scanPrompt(r engine.Row) (Prompt, error) {
	var p Prompt
	var question string
	err := r.Scan(&p.ID, &p.SessionID, &p.Kind, &question, &p.Status, &p.CreatedAt, &p.ClosedAt)
	p.Question = json.RawMessage(question)
	return p, err
}

func insertPrompt(tx *tx, id, sessionID string, prompt NewPrompt) error {
	return tx.exec(`INSERT INTO prompts (id, session_id, kind, question, status, created_at) VALUES ($1, $2, $3, $4, 'open', $5)`,
		id, sessionID, prompt.Kind, string(prompt.Question), tx.Now)
}

// OpenPrompt asks the person: running → waiting.
func (db *DB) OpenPrompt(ctx context.Context, lease Lease, prompt NewPrompt) (id string, err error) {
	if id, err = db.newID(promptPrefix); err != nil {
		return "", err
	}
	err = db.transact(ctx, func(tx *tx) error {
		if _, err := tx.record(lease, []SessionStatus{SessionRunning}, SessionWaiting, event.PromptOpened,
			event.Prompt{Prompt: id, Kind: prompt.Kind}); err != nil {
			return err
		}
		return insertPrompt(tx, id, lease.SessionID, prompt)
	})
	if err != nil {
		return "", fmt.Errorf("open prompt: %w", err)
	}
	return id, nil
}

// ClosePrompt ends a question: waiting → running.
func (db *DB) ClosePrompt(ctx context.Context, lease Lease, id string, status PromptStatus) error {
	return db.closePrompt(ctx, lease, id, status, SessionWaiting, SessionRunning, event.PromptClosed)
}

// StartSession takes the credentials as given: created → queued.
func (db *DB) StartSession(ctx context.Context, lease Lease, id string) error {
	return db.closePrompt(ctx, lease, id, PromptAnswered, SessionCreated, SessionQueued, event.Queued)
}

func (db *DB) closePrompt(ctx context.Context, lease Lease, id string, status PromptStatus,
	from, to SessionStatus, kind event.Kind,
) error {
	err := db.transact(ctx, func(tx *tx) error {
		if _, err := tx.record(lease, []SessionStatus{from}, to, kind,
			event.Prompt{Prompt: id, Status: string(status)}); err != nil {
			return err
		}
		return tx.execOne(`UPDATE prompts SET status = $1, closed_at = $2
			WHERE id = $3 AND session_id = $4 AND status = 'open'`, string(status), tx.Now, id, lease.SessionID)
	})
	if err != nil {
		return fmt.Errorf("close prompt: %w", err)
	}
	return nil
}

// CurrentPrompt finds the question that a session waits on; nil if there is none.
func (db *DB) CurrentPrompt(ctx context.Context, sessionID string) (*Prompt, error) {
	prompt, err := scanPrompt(db.read.QueryRowContext(ctx,
		`SELECT `+promptColumns+` FROM prompts WHERE session_id = $1 AND status = 'open'`, sessionID))
	if errors.Is(orNotFound(err), ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find prompt: %w", err)
	}
	return &prompt, nil
}

// Prompts lists what a session asked, in order.
func (db *DB) Prompts(ctx context.Context, sessionID string) ([]Prompt, error) {
	found, err := engine.Collect(ctx, db.read, scanPrompt,
		`SELECT `+promptColumns+` FROM prompts WHERE session_id = $1 ORDER BY created_at, id`, sessionID)
	if err != nil {
		return nil, fmt.Errorf("list prompts: %w", err)
	}
	return found, nil
}
