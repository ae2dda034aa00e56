package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"passage/db/engine"
)

// Event is what a merchant is told of a link. It holds no result: a payload is
// rendered from the link each time it is sent.
type Event struct {
	ID             string
	OrganizationID string
	LinkID         string
	SessionID      string // empty where the link was never claimed
	Name           string // link.complete, link.failed or link.expired
	Error          *Failure
	Final          bool // the link can no longer complete
	Operations     []EventOperation
	CreatedAt      int64
}

// EventOperation is an operation as it stood when the event happened.
type EventOperation struct {
	Resource string          `json:"resource"`
	Action   string          `json:"action"`
	Status   OperationStatus `json:"status"`
}

// announce writes the event that reports a link's new state, and its delivery
// where the merchant wants one, into the transaction that made the state.
func (db *DB) announce(tx *tx, link *Link, to LinkStatus, sessionID string, failure *Failure) error {
	operations, err := operationStatuses(tx, link, sessionID)
	if err != nil {
		return err
	}
	uid, err := uuid.NewV7FromReader(db.random)
	if err != nil {
		return fmt.Errorf("draw an event id: %w", err)
	}
	code, position := failure.columns()
	final := to == LinkExpired || (to == LinkComplete && !link.Reusable) || (to == LinkFailed && link.AttemptsSinceSuccess >= MaxAttempts)
	id := eventPrefix + uid.String()
	if err := tx.exec(`INSERT INTO events (id, organization_id, link_id, session_id, event, error_code, error_operation,
			final, operations, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, link.OrganizationID, link.ID, orNull(sessionID), "link."+string(to), code, position,
		final, string(operations), tx.Now); err != nil {
		return err
	}
	if link.WebhookURL == "" {
		return nil
	}
	endpoint, err := db.endpointOf(tx, link.OrganizationID, link.WebhookURL)
	if err != nil {
		return err
	}
	return db.insertDelivery(tx, id, link.WebhookURL, endpoint)
}

// operationStatuses renders the state of each operation as of the transaction.
func operationStatuses(tx *tx, link *Link, sessionID string) ([]byte, error) {
	statuses := make([]EventOperation, len(link.Operations))
	for n, operation := range link.Operations {
		statuses[n] = EventOperation{operation.Resource, operation.Action, OperationPending}
	}
	if sessionID != "" {
		run, err := sessionOperations(tx.Context(), tx, sessionID)
		if err != nil {
			return nil, err
		}
		for _, operation := range run {
			statuses[operation.Position].Status = operation.Status
		}
	}
	return json.Marshal(statuses)
}

const eventColumns = `e.id, e.organization_id, e.link_id, e.session_id, e.event, e.error_code, e.error_operation, e.final,
	e.operations, e.created_at`

func scanEvent(r engine.Row) (Event, error) {
	var e Event
	var session, code *string
	var operation *int
	var operations string
	if err := r.Scan(&e.ID, &e.OrganizationID, &e.LinkID, &session, &e.Name, &code, &operation, &e.Final,
		&operations, &e.CreatedAt); err != nil {
		return e, err
	}
	e.SessionID = orEmpty(session)
	if code != nil {
		e.Error = &Failure{Code: *code, Operation: operation}
	}
	return e, damagedIf(json.Unmarshal([]byte(operations), &e.Operations), "events", e.ID, "operations")
}

// Event finds an event with its link as it stands now.
func (db *DB) Event(ctx context.Context, id string) (Event, Link, error) {
	event, err := scanEvent(db.read.QueryRowContext(ctx, `SELECT `+eventColumns+` FROM events e WHERE e.id = $1`, id))
	if err != nil {
		return Event{}, Link{}, fmt.Errorf("find event: %w", orNotFound(err))
	}
	link, err := db.linkByID(ctx, db.reader(), event.LinkID)
	return event, link, err
}

// EventsOfLink lists what a merchant is told of a link, the oldest first.
func (db *DB) EventsOfLink(ctx context.Context, linkID string) ([]Event, error) {
	found, err := list(ctx, db, scanEvent, `SELECT `+eventColumns+` FROM events e
		WHERE e.link_id = $1 ORDER BY e.position`, linkID)
	if err != nil {
		return nil, fmt.Errorf("list a link's events: %w", err)
	}
	return found, nil
}

// LatestEvents lists what a merchant was told of any link, the newest first.
func (db *DB) LatestEvents(ctx context.Context, organizationID string, limit int) ([]Event, error) {
	found, err := list(ctx, db, scanEvent, `SELECT `+eventColumns+` FROM events e
		WHERE e.organization_id = $1 ORDER BY e.position DESC LIMIT $2`, organizationID, limit)
	if err != nil {
		return nil, fmt.Errorf("list the latest events: %w", err)
	}
	return found, nil
}

// EventFilter narrows a list of events.
type EventFilter struct {
	OrganizationID string
	TestOnly       bool   // only of links that test keys have made
	After          string // the event before the first; empty: from the first one on
	Limit          int
}

// EventsAfter lists an organization's events in the order of their commits.
// ErrBadCursor says that the organization has no event such as filter.After.
func (db *DB) EventsAfter(ctx context.Context, filter EventFilter) ([]Event, error) {
	var position int64
	if filter.After != "" {
		var err error
		if _, position, err = findCursorEvent(ctx, db.read, filter.OrganizationID, filter.After); err != nil {
			return nil, fmt.Errorf("list events: %w", err)
		}
	}
	found, err := list(ctx, db, scanEvent, `SELECT `+eventColumns+` FROM events e
		WHERE e.organization_id = $1 AND e.position > $2
			AND ($3 = 0 OR EXISTS (SELECT 1 FROM links l WHERE l.id = e.link_id AND l.test = 1))
		ORDER BY e.position LIMIT $4`, filter.OrganizationID, position, filter.TestOnly, filter.Limit)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	return found, nil
}

// findCursorEvent finds the position of the event that a list continues after.
// ErrBadCursor says that the organization has none with this id.
func findCursorEvent(ctx context.Context, from engine.Querier, organizationID, id string) (createdAt, position int64, err error) {
	err = from.QueryRowContext(ctx, `SELECT created_at, position FROM events WHERE id = $1 AND organization_id = $2`,
		id, organizationID).Scan(&createdAt, &position)
	if errors.Is(err, sql.ErrNoRows) {
		return deletedEvent(ctx, from, organizationID, id)
	}
	return createdAt, position, err
}

// cursorSlack is how much earlier than a deleted event a list goes on: an event's
// id is drawn a little after the time of its transaction.
const cursorSlack = time.Minute

// deletedEvent finds where a list goes on after an event that was deleted with its
// link. ErrBadCursor says that the id is not that of such an event.
func deletedEvent(ctx context.Context, from engine.Querier, organizationID, id string) (createdAt, position int64, err error) {
	uid, err := uuid.Parse(strings.TrimPrefix(id, eventPrefix))
	if err != nil || uid.Version() != 7 {
		return 0, 0, ErrBadCursor
	}
	seconds, nanoseconds := uid.Time().UnixTime()
	createdAt = time.Unix(seconds, nanoseconds).Add(-cursorSlack).UnixMilli()
	var until int64
	err = from.QueryRowContext(ctx, `SELECT events_deleted_until, COALESCE((SELECT position FROM events
			WHERE organization_id = $1 AND created_at < $2 ORDER BY created_at DESC, position DESC LIMIT 1), 0)
		FROM organizations WHERE id = $1`, organizationID, createdAt).Scan(&until, &position)
	if errors.Is(err, sql.ErrNoRows) || err == nil && createdAt > until {
		err = ErrBadCursor
	}
	return createdAt, position, err
}

// IsCursor reports whether a list of an organization's events can go on after an
// event that is not there: it was deleted with its link.
func (db *DB) IsCursor(ctx context.Context, organizationID, id string) (bool, error) {
	_, _, err := deletedEvent(ctx, db.read, organizationID, id)
	if errors.Is(err, ErrBadCursor) {
		return false, nil
	}
	return err == nil, err
}
