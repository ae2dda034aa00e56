package db_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

const username = "canary.of.a.user.name@example.com"

// carrier locks an account after three wrong passwords in half an hour.
var carrier = db.Lockout{Attempts: 3, Window: 30 * time.Minute}

func logIn(name string) db.LogIn {
	return db.LogIn{IntegrationID: "att", Username: name, Lockout: carrier}
}

// typed is a session in which credentials are typed, until they are taken.
func (w *fixture) typed() db.Lease {
	w.Helper()
	claimed := w.claim(w.link())
	return claimed.Session.Lease()
}

// refused is a session whose one log-in the site refuses.
func (w *fixture) refused(name string) db.LockoutStatus {
	w.Helper()
	lease := w.typed()
	w.must(w.db.ReserveLogIn(w.Context(), lease, logIn(name)))
	standing, err := w.db.RefuseLogIn(w.Context(), lease, carrier)
	w.must(err)
	w.must(w.db.FailSession(w.Context(), lease, failure("INVALID_CREDENTIALS")))
	return standing
}

// taken reports whether a log-in with this user name is taken, without one.
func (w *fixture) taken(name string) (until time.Duration, ok bool) {
	w.Helper()
	lease := w.typed()
	err := w.db.ReserveLogIn(w.Context(), lease, logIn(name))
	if locked, is := errors.AsType[*db.LockoutNear](err); is {
		return time.Duration(locked.Until-w.db.Now()) * time.Millisecond, false
	}
	w.must(err)
	w.must(w.db.AcceptLogIn(w.Context(), lease))
	w.must(w.db.FailSession(w.Context(), lease, failure("USER_CANCELLED")))
	return 0, true
}

func (w *fixture) wantTaken(name string, want bool) {
	w.Helper()
	if _, ok := w.taken(name); ok != want {
		w.Errorf("a log-in of %s is taken: %v, want %v", name, ok, want)
	}
}

func TestReserveLogIn_StopsOneShortOfTheLockout(t *testing.T) {
	w := newFixture(t)
	expect(t, "after one", w.refused(username), db.LockoutStatus{Left: 1})
	w.clock.Advance(10 * time.Minute)
	w.wantTaken(username, true)
	first := w.db.Now() - (10 * time.Minute).Milliseconds()
	expect(t, "after two", w.refused(username), db.LockoutStatus{Until: first + carrier.Window.Milliseconds()})
	w.wantTaken("another@example.com", true)
	until, ok := w.taken(username)
	expect(t, "a third is taken", ok, false)
	expect(t, "until", until, 20*time.Minute)
	lease := w.typed()
	elsewhere := logIn(username)
	elsewhere.IntegrationID = "verizon"
	w.must(w.db.ReserveLogIn(t.Context(), lease, elsewhere))

	w.clock.Advance(20*time.Minute - time.Millisecond)
	w.wantTaken(username, false)
	w.clock.Advance(time.Millisecond)
	w.wantTaken(username, true) // the first one counts no more, the second does
	w.refused(username)
	w.wantTaken(username, false)
}

func TestReserveLogIn_ChangesNothingWhenRefused(t *testing.T) {
	w := newFixture(t)
	w.refused(username)
	w.refused(username)
	lease := w.typed()
	err := w.db.ReserveLogIn(t.Context(), lease, logIn(username))
	if _, locked := errors.AsType[*db.LockoutNear](err); !locked {
		t.Fatalf("got %v", err)
	}
	w.must(w.db.ReserveLogIn(t.Context(), lease, logIn("another@example.com"))) // the session goes on
	expect(t, "session", w.session(lease.SessionID).Status, db.SessionCreated)
}

func TestCompleteLogIn_ClearsRefusals(t *testing.T) {
	w := newFixture(t)
	w.refused(username)
	w.refused("another@example.com")
	lease := w.typed()
	w.must(w.db.ReserveLogIn(t.Context(), lease, logIn(username)))
	w.must(w.db.AcceptLogIn(t.Context(), lease)) // a code is asked for
	w.must(w.db.CompleteLogIn(t.Context(), lease))
	expect(t, "after a success", w.refused(username), db.LockoutStatus{Left: 1})
	expect(t, "the other user name", w.refused("another@example.com").Left, 0)
}

func TestReserveLogIn_CountsAnUnresolvedLogInAsRefused(t *testing.T) {
	shared := newFixture(t)
	for name, end := range enders() {
		t.Run(name, func(t *testing.T) {
			w := shared.withT(t)
			name := name + "@example.com"
			link := w.link(lasting(time.Minute))
			claimed := w.claim(link)
			lease := claimed.Session.Lease()
			w.must(w.db.ReserveLogIn(t.Context(), lease, logIn(name)))
			w.must(end(w, link, lease))
			expect(t, "after another one", w.refused(name).Left, 0)
			w.wantTaken(name, false)
			w.clock.Advance(carrier.Window)
			w.wantTaken(name, true)
		})
	}
}

func TestReserveLogIn_ReplacesTheSessionsReservation(t *testing.T) {
	w := newFixture(t)
	w.refused(username)
	lease := w.typed()
	for range 3 { // as when the answer could not be taken
		w.must(w.db.ReserveLogIn(t.Context(), lease, logIn(username)))
	}
	w.must(w.db.ReserveLogIn(t.Context(), lease, logIn("another@example.com")))
	w.wantTaken(username, true)
}

func TestReserveLogIn_HoldsTheLimitUnderConcurrency(t *testing.T) {
	w := newFixture(t)
	var leases []db.Lease
	for range 12 {
		leases = append(leases, w.typed())
	}
	var taken atomic.Int32
	var all sync.WaitGroup
	for _, lease := range leases {
		all.Go(func() {
			err := w.db.ReserveLogIn(t.Context(), lease, logIn(username))
			if err == nil {
				taken.Add(1)
			} else if _, locked := errors.AsType[*db.LockoutNear](err); !locked {
				t.Errorf("a log-in was refused otherwise: %v", err)
			}
		})
	}
	all.Wait()
	expect(t, "log-ins taken", taken.Load(), int32(carrier.Attempts-1))
}

func TestDestroyOld_ForgetsRefusedLogIns(t *testing.T) {
	w := newFixture(t)
	w.refused(username)
	w.clock.Advance(db.LongestLockout - time.Millisecond)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "log-ins before their time", w.count("log_ins"), 1)
	w.clock.Advance(time.Millisecond)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "log-ins after their time", w.count("log_ins"), 0)
}

func TestReserveLogIn_StoresUserNamesAsHMACs(t *testing.T) {
	w := newFixture(t)
	w.refused(username)
	w.absent(map[string]string{"the user name": username})
	other := newWorldBeside(w)
	other.refused(username)
	if ours, theirs := w.usernameMAC(), other.usernameMAC(); ours == theirs {
		t.Error("two databases store the same value: it is a plain hash")
	}
}

// newWorldBeside is another database in the same test.
func newWorldBeside(w *fixture) *fixture {
	other := &fixture{T: w.T, clock: w.clock, folder: w.TempDir()}
	other.db = dbtest.OpenFolder(w.T, other.folder, w.clock.Now)
	other.raw = dbtest.Raw(w.T, other.folder)
	other.org = dbtest.Organization(w.T, other.db, "shop").ID
	return other
}

func (w *fixture) usernameMAC() (mac string) {
	w.Helper()
	w.must(w.raw.QueryRowContext(w.Context(), `SELECT hex(username_mac) FROM log_ins`).Scan(&mac))
	return mac
}

func TestAcceptLogIn_NeedsAnOpenLogIn(t *testing.T) {
	w := newFixture(t)
	lease := w.typed()
	w.changesNothing(db.ErrStale, func() error { return w.db.AcceptLogIn(t.Context(), lease) })
	w.must(w.db.ReserveLogIn(t.Context(), lease, logIn(username)))
	w.must(w.db.AcceptLogIn(t.Context(), lease))
	w.changesNothing(db.ErrStale, func() error { return w.db.AcceptLogIn(t.Context(), lease) })
}
