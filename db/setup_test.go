package db_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// node is the owner of the sessions that tests claim.
const node = "boot_test"

// cardNumber, claim codes and results are what no file may hold in the clear.
const cardNumber = "4111111111111111"

// fixture is one database with one organization, on a clock of its own.
type fixture struct {
	*testing.T
	db     *db.DB
	raw    *sql.DB
	clock  *dbtest.Clock
	folder string
	org    string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	t.Parallel()
	w := &fixture{T: t, clock: dbtest.NewClock(), folder: t.TempDir()}
	w.db = dbtest.OpenFolder(t, w.folder, w.clock.Now)
	w.raw = dbtest.Raw(t, w.folder)
	w.org = dbtest.Organization(t, w.db, "shop").ID
	return w
}

// withT lends the fixture to a part of its test; parts run one after another.
func (w *fixture) withT(t *testing.T) *fixture {
	lent := *w
	lent.T = t
	return &lent
}

// link creates a link as dbtest.NewLink with changes.
func (w *fixture) link(changes ...func(*db.NewLink)) db.Link {
	w.Helper()
	draft := dbtest.NewLink(w.org)
	for _, change := range changes {
		change(&draft)
	}
	return dbtest.Link(w.T, w.db, draft)
}

func reusable(draft *db.NewLink) { draft.Reusable = true }

func lasting(lifetime time.Duration) func(*db.NewLink) {
	return func(draft *db.NewLink) { draft.Lifetime = lifetime }
}

func (w *fixture) claim(link db.Link) db.Claimed {
	w.Helper()
	return dbtest.Claim(w.T, w.db, link, node)
}

// run claims a link and carries the session to where its browser works.
func (w *fixture) run(link db.Link) db.Lease {
	w.Helper()
	return dbtest.Run(w.T, w.db, w.claim(link))
}

// reload reads a link as it stands.
func (w *fixture) reload(link db.Link) db.Link {
	w.Helper()
	found, err := w.db.Link(w.Context(), w.org, link.ID)
	w.must(err)
	return found
}

func (w *fixture) session(id string) db.Session {
	w.Helper()
	found, _, err := w.db.Session(w.Context(), id)
	w.must(err)
	return found
}

// events lists what the merchant was told of a link.
func (w *fixture) events(link db.Link) (found []db.Event) {
	w.Helper()
	all, err := w.db.EventsAfter(w.Context(), db.EventFilter{OrganizationID: w.org, Limit: 1000})
	w.must(err)
	for _, event := range all {
		if event.LinkID == link.ID {
			found = append(found, event)
		}
	}
	return found
}

func (w *fixture) operations(sessionID string) (states []db.OperationStatus) {
	w.Helper()
	found, err := w.db.SessionOperations(w.Context(), sessionID)
	w.must(err)
	for _, operation := range found {
		states = append(states, operation.Status)
	}
	return states
}

func (w *fixture) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *fixture) want(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Fatalf("got the error %v, want %v", err, want)
	}
}

// changesNothing runs an action that must be refused with want and commit not a
// single change.
func (w *fixture) changesNothing(want error, action func() error) {
	w.Helper()
	before := w.version()
	w.want(action(), want)
	if w.version() != before {
		w.Fatal("a refused action changed the database")
	}
}

// version differs after each commit of another connection that changed anything.
func (w *fixture) version() (version int) {
	w.Helper()
	w.must(w.raw.QueryRowContext(w.Context(), `PRAGMA data_version`).Scan(&version))
	return version
}

func failure(code string) db.Failure { return db.Failure{Code: code, Detail: "detail"} }

func code(failure *db.Failure) string {
	if failure == nil {
		return ""
	}
	return failure.Code
}

func result() json.RawMessage { return json.RawMessage(`{"paymentMethods":[]}`) }

func expect[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func isBadCursor(err error) bool { return errors.Is(err, db.ErrBadCursor) }
