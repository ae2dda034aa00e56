package db

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"time"

	"passage/db/engine"
)

// SessionStatus is the state of a session; README.md describes the states.
type SessionStatus string

// The states of a session.
const (
	SessionCreated  SessionStatus = "created"  // claimed; the credentials form is open; no browser
	SessionQueued   SessionStatus = "queued"   // credentials given; waits for a browser
	SessionRunning  SessionStatus = "running"  // the browser works
	SessionWaiting  SessionStatus = "waiting"  // for the person; the browser is held
	SessionComplete SessionStatus = "complete" // every operation succeeded
	SessionFailed   SessionStatus = "failed"
)

// SessionStatuses lists every state.
func SessionStatuses() []SessionStatus {
	return []SessionStatus{SessionCreated, SessionQueued, SessionRunning, SessionWaiting, SessionComplete, SessionFailed}
}

// Ended reports whether a session in this state never changes again.
func (s SessionStatus) Ended() bool { return s == SessionComplete || s == SessionFailed }

// LeaseDuration is how long a lease is good for. A runner renews it every RenewEvery.
const (
	LeaseDuration = 15 * time.Second
	RenewInterval = 5 * time.Second
)

// Lease is a runner's hold on a session. Each write of the runner names it and
// takes effect only while it holds.
type Lease struct {
	SessionID string
	LinkID    string
	Node      string // the id of the runner's process
	Epoch     int
}

// Consent is what the person agreed to, and where.
type Consent struct {
	Via         string `json:"via"`                   // page, or api for a claim without a page
	TextVersion string `json:"textVersion,omitempty"` // of the words on the page
	Language    string `json:"language,omitempty"`
	At          int64  `json:"at"`
}

// Session is one attempt at a link.
type Session struct {
	ID        string
	LinkID    string
	Attempt   int
	Status    SessionStatus
	Node      string
	Epoch     int
	LastSeq   int // of its newest event
	Consent   Consent
	Version   string // the hash of the integration's script
	Error     *Failure
	Suspect   bool // it found nothing where others found something; see JudgeReads
	CreatedAt int64
	StartedAt *int64
	EndedAt   *int64

	visitorHash []byte
}

// Lease is the hold of the session's runner.
func (s *Session) Lease() Lease {
	return Lease{SessionID: s.ID, LinkID: s.LinkID, Node: s.Node, Epoch: s.Epoch}
}

// HeldBy reports whether the session belongs to this visitor.
func (s *Session) HeldBy(visitor string) bool {
	return visitor != "" && s.visitorHash != nil && subtle.ConstantTimeCompare(s.visitorHash, hash(visitor)) == 1
}

// The columns owner and browser_hash hold the node and the visitor.
const sessionColumns = `s.id, s.link_id, s.attempt, s.status, s.owner, s.epoch, s.last_seq, s.browser_hash, s.consent,
	s.integration_version, s.error_code, s.error_operation, s.error_detail, s.error_cause, s.suspect, s.created_at, s.started_at, s.ended_at`

func scanSession(r engine.Row) (Session, error) {
	var s Session
	var consent string
	var code, detail, cause *string
	var operation *int
	err := r.Scan(&s.ID, &s.LinkID, &s.Attempt, &s.Status, &s.Node, &s.Epoch, &s.LastSeq, &s.visitorHash, &consent,
		&s.Version, &code, &operation, &detail, &cause, &s.Suspect, &s.CreatedAt, &s.StartedAt, &s.EndedAt)
	if err != nil {
		return Session{}, err
	}
	if code != nil {
		s.Error = &Failure{Code: *code, Operation: operation, Cause: orEmpty(cause), Detail: orEmpty(detail)}
	}
	return s, damagedIf(json.Unmarshal([]byte(consent), &s.Consent), "link_sessions", s.ID, "consent")
}

// Session finds a session with its link.
func (db *DB) Session(ctx context.Context, id string) (Session, Link, error) {
	return db.findSession(ctx, db.reader(), `s.id = $1`, id)
}

// SessionByToken finds the session that a client token drives.
func (db *DB) SessionByToken(ctx context.Context, id, clientToken string) (Session, Link, error) {
	return db.findSession(ctx, db.reader(), `s.id = $1 AND s.client_token_hash = $2`, id, hash(clientToken))
}

func (db *DB) findSession(ctx context.Context, from reader, where string, args ...any) (Session, Link, error) {
	session, err := scanSession(from.QueryRowContext(ctx,
		`SELECT `+sessionColumns+` FROM link_sessions s WHERE `+where, args...))
	if err != nil {
		return Session{}, Link{}, fmt.Errorf("find session: %w", orNotFound(err))
	}
	link, err := db.linkByID(ctx, from, session.LinkID)
	return session, link, err
}

// SessionsOf lists the attempts at a link, the first first.
func (db *DB) SessionsOf(ctx context.Context, linkID string) ([]Session, error) {
	found, err := list(ctx, db, scanSession,
		`SELECT `+sessionColumns+` FROM link_sessions s WHERE s.link_id = $1 ORDER BY s.attempt`, linkID)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return found, nil
}

// SessionOperation is an operation as one session ran it.
type SessionOperation struct {
	Position    int
	Resource    string
	Action      string
	Summary     map[string]string
	Status      OperationStatus
	Note        *Note
	StartedAt   *int64
	SubmittedAt *int64
	EndedAt     *int64
}

// Name is the resource and the action, such as “paymentMethod.read”.
func (o SessionOperation) Name() string { return o.Resource + "." + o.Action }

// SessionOperations lists a session's operations in order.
func (db *DB) SessionOperations(ctx context.Context, sessionID string) ([]SessionOperation, error) {
	return sessionOperations(ctx, db.read, sessionID)
}

func sessionOperations(ctx context.Context, from engine.Querier, sessionID string) ([]SessionOperation, error) {
	found, err := engine.Collect(ctx, from, scanSessionOperation, `SELECT s.position, o.resource, o.action, o.summary, s.status,
			s.note, s.started_at, s.submitted_at, s.ended_at
		FROM session_operations s
		JOIN link_sessions e ON e.id = s.session_id
		JOIN link_operations o ON o.link_id = e.link_id AND o.position = s.position
		WHERE s.session_id = $1 ORDER BY s.position`, sessionID)
	if err != nil {
		return nil, fmt.Errorf("list operations: %w", err)
	}
	return found, nil
}

func scanSessionOperation(r engine.Row) (SessionOperation, error) {
	var o SessionOperation
	var summary string
	var note *string
	err := r.Scan(&o.Position, &o.Resource, &o.Action, &summary, &o.Status, &note, &o.StartedAt, &o.SubmittedAt, &o.EndedAt)
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal([]byte(summary), &o.Summary); err != nil {
		return o, err
	}
	o.Note, err = readNote(note)
	return o, err
}
