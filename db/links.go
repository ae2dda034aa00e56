package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"passage/db/engine"
	"passage/db/seal"
)

// LinkStatus is the state of a link; README.md describes the states.
type LinkStatus string

// The states of a link.
const (
	LinkPending  LinkStatus = "pending"
	LinkActive   LinkStatus = "active"
	LinkComplete LinkStatus = "complete"
	LinkFailed   LinkStatus = "failed"
	LinkExpired  LinkStatus = "expired"
)

// LinkStatuses lists every state.
func LinkStatuses() []LinkStatus {
	return []LinkStatus{LinkPending, LinkActive, LinkComplete, LinkFailed, LinkExpired}
}

// Failure is why a session ended without success.
type Failure struct {
	Code      string // an outcome's code
	Operation *int   // the position of the operation that failed; nil if none did
	Cause     string // of sessions, if Code only says that a submitted change is not confirmed: the code without that
	Detail    string // for operators, sessions only; nothing secret
}

// columns are what error_code and error_operation hold: null without a failure.
func (f *Failure) columns() (code *string, operation *int) {
	if f == nil {
		return nil, nil
	}
	return &f.Code, f.Operation
}

// Link is an intent to run operations on one person's account.
type Link struct {
	ID                   string
	OrganizationID       string
	IntegrationID        string
	Status               LinkStatus // exact at the time of reading: a link past its time is expired
	ClaimCode            string
	Operations           []Operation
	Error                *Failure
	CurrentSessionID     string // empty before the first claim
	Attempts             int
	AttemptsSinceSuccess int    // or since its creation
	ReturnURL            string // without linkId
	WebhookURL           string
	ExternalUserID       string
	Metadata             map[string]string // nil if none was given
	Debug                bool
	Reusable             bool
	UserLabel            string
	RequireReturn        bool
	Locale               string
	Test                 bool // made with a test key
	ExpiresAt            int64
	CreatedAt            int64
	UpdatedAt            int64
	CompletedAt          *int64
	DataDeletedAt        *int64 // nothing personal is left since then; see DestroyData

	encryptedCode []byte
	result        []byte // encrypted
	argumentsKey  []byte // wrapped
	dataKey       []byte // wrapped

	pastExpiry     bool       // its time had passed when it was read
	stored         LinkStatus // the stored status: its time may have passed since
	returnCodeHash []byte     // nil before a session that requires the return has succeeded
}

// MaxAttempts is how often a link may be claimed. A reusable link counts anew
// after each success.
const MaxAttempts = 10

// AttemptsExhausted reports whether the link failed MaxAttempts times.
func (l *Link) AttemptsExhausted() bool {
	return l.Status == LinkFailed && l.AttemptsSinceSuccess >= MaxAttempts
}

// Final reports whether the link, as it was read, can never change again.
func (l *Link) Final() bool {
	switch l.Status {
	case LinkComplete:
		return !l.Claimable()
	case LinkExpired:
		return l.stored != LinkActive // else its session will leave its error
	default:
		return false
	}
}

// StatusSince is when the link entered its status, even if that was stored later.
func (l *Link) StatusSince() int64 {
	switch {
	case l.Status != LinkExpired:
		return l.UpdatedAt
	case l.stored != LinkExpired:
		return l.ExpiresAt
	default:
		return min(l.UpdatedAt, l.ExpiresAt)
	}
}

// Operation is one thing to do, as the merchant asked for it.
type Operation struct {
	Position  int
	Resource  string
	Action    string            // read or write
	Summary   map[string]string // what a person may read of the arguments
	Status    OperationStatus   // in the current session; pending before the first
	Note      *Note
	arguments []byte // encrypted
}

// Name is the resource and the action, such as “paymentMethod.read”.
func (o Operation) Name() string { return o.Resource + "." + o.Action }

// statusNow is a link's state as of $1. The sweep stores it later; reads are
// exact to the millisecond without that.
const statusNow = `CASE WHEN l.status IN ('pending', 'active', 'failed') AND l.expires_at <= $1 THEN 'expired' ELSE l.status END`

const linkColumns = `l.id, l.organization_id, l.integration_id, ` + statusNow + `, l.claim_code, l.arguments_key, l.data_key,
	l.result, l.error_code, l.error_operation, l.current_session_id, l.attempts, l.tries, l.return_url, l.webhook_url,
	l.external_user_id, l.metadata, l.debug, l.reusable, l.user_label, l.require_return, l.locale, l.test,
	l.expires_at, l.created_at, l.updated_at, l.completed_at, l.data_deleted_at, l.return_code_hash, l.expires_at <= $1, l.status`

func scanLink(r engine.Row) (Link, error) {
	var l Link
	var code, session, returnURL, webhookURL, user, metadata, label, locale *string
	var operation *int
	err := r.Scan(&l.ID, &l.OrganizationID, &l.IntegrationID, &l.Status, &l.encryptedCode, &l.argumentsKey, &l.dataKey,
		&l.result, &code, &operation, &session, &l.Attempts, &l.AttemptsSinceSuccess, &returnURL, &webhookURL,
		&user, &metadata, &l.Debug, &l.Reusable, &label, &l.RequireReturn, &locale, &l.Test,
		&l.ExpiresAt, &l.CreatedAt, &l.UpdatedAt, &l.CompletedAt, &l.DataDeletedAt, &l.returnCodeHash, &l.pastExpiry, &l.stored)
	if err != nil {
		return Link{}, err
	}
	if code != nil {
		l.Error = &Failure{Code: *code, Operation: operation}
	}
	l.CurrentSessionID, l.ReturnURL, l.WebhookURL = orEmpty(session), orEmpty(returnURL), orEmpty(webhookURL)
	l.ExternalUserID, l.UserLabel, l.Locale = orEmpty(user), orEmpty(label), orEmpty(locale)
	if metadata != nil {
		err = json.Unmarshal([]byte(*metadata), &l.Metadata)
	}
	return l, damagedIf(err, "links", l.ID, "metadata")
}

// aad is the associated data of a value in the link's row.
func (l *Link) aad(column string) seal.AAD {
	return seal.AAD{Organization: l.OrganizationID, Table: "links", Row: l.ID, Column: column}
}

func (l *Link) argumentsAAD(position int) seal.AAD {
	return seal.AAD{Organization: l.OrganizationID, Table: "link_operations", Row: fmt.Sprint(l.ID, "/", position), Column: "arguments"}
}

// Link finds an organization's link. Another organization's is ErrNotFound.
func (db *DB) Link(ctx context.Context, organizationID, id string) (Link, error) {
	return db.findLink(ctx, db.reader(), `l.id = $2 AND l.organization_id = $3`, id, organizationID)
}

// LinkByCode finds the link that a claim code opens.
func (db *DB) LinkByCode(ctx context.Context, claimCode string) (Link, error) {
	return db.findLink(ctx, db.reader(), `l.claim_code_hash = $2`, hash(claimCode))
}

// linkByID is for callers that hold an id from the database itself.
func (db *DB) linkByID(ctx context.Context, from reader, id string) (Link, error) {
	return db.findLink(ctx, from, `l.id = $2`, id)
}

func (db *DB) findLink(ctx context.Context, from reader, where string, args ...any) (Link, error) {
	link, err := scanLink(from.QueryRowContext(ctx, `SELECT `+linkColumns+` FROM links l WHERE `+where,
		append([]any{from.now}, args...)...))
	if err != nil {
		return Link{}, fmt.Errorf("find link: %w", orNotFound(err))
	}
	links := []Link{link}
	damaged, err := db.loadDetails(ctx, from, links)
	if err = errors.Join(err, damaged[link.ID]); err != nil {
		return Link{}, fmt.Errorf("find link: %w", err)
	}
	return links[0], nil
}

// loadDetails decrypts the claim codes of links and reads their operations. It
// returns what is wrong with the links that are damaged, by id.
func (db *DB) loadDetails(ctx context.Context, from engine.Querier, links []Link) (damaged map[string]error, err error) {
	damaged, err = attachOperations(ctx, from, links)
	if err != nil {
		return nil, err
	}
	for n := range links {
		link := &links[n]
		code, err := db.keyset.Decrypt(link.aad("claim_code"), link.encryptedCode)
		if err != nil {
			if err := db.checkKeyset(ctx); err != nil {
				return nil, err
			}
			damaged[link.ID] = damagedIf(err, "links", link.ID, "claim_code")
		}
		link.ClaimCode = string(code)
	}
	return damaged, nil
}

// unwrap decrypts one of a link's data keys. ErrNotFound says that it was
// destroyed.
func (db *DB) unwrap(aad seal.AAD, wrapped []byte) (*seal.Key, error) {
	if wrapped == nil {
		return nil, ErrNotFound
	}
	return db.keyset.Unwrap(aad, wrapped)
}

// dataKey is the key of what a link's sessions gather. ErrNotFound says that it
// was destroyed.
func (db *DB) dataKey(link *Link) (*seal.Key, error) {
	return db.unwrap(link.aad("data_key"), link.dataKey)
}

// encryptForLink encrypts a value with a link's data key. ErrNotFound says that
// the key was destroyed.
func (db *DB) encryptForLink(ctx context.Context, linkID string, plain []byte, aad func(*Link) seal.AAD) ([]byte, error) {
	link, err := db.linkByID(ctx, db.reader(), linkID)
	if err != nil {
		return nil, err
	}
	key, err := db.dataKey(&link)
	if err != nil {
		return nil, err
	}
	return key.Encrypt(aad(&link), plain)
}

// Result decrypts a link's result: nil before the link is complete, or where the
// data was destroyed.
func (db *DB) Result(link *Link) (json.RawMessage, error) {
	if link.Status != LinkComplete || link.result == nil {
		return nil, nil
	}
	key, err := db.dataKey(link)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return key.Decrypt(link.aad("result"), link.result)
}

// Arguments decrypts the arguments of each operation, by position; nil where an
// operation has none. ErrNotFound says that they were destroyed.
func (db *DB) Arguments(link *Link) ([]json.RawMessage, error) {
	key, err := db.unwrap(link.aad("arguments_key"), link.argumentsKey)
	if err != nil {
		return nil, fmt.Errorf("decrypt the arguments: %w", err)
	}
	arguments := make([]json.RawMessage, len(link.Operations))
	for n, operation := range link.Operations {
		if operation.arguments == nil {
			continue
		}
		if arguments[n], err = key.Decrypt(link.argumentsAAD(operation.Position), operation.arguments); err != nil {
			return nil, err
		}
	}
	return arguments, nil
}
