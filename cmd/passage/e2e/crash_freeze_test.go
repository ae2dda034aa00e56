package e2e

import (
	"syscall"
	"testing"
	"time"

	"passage/automation/sandbox"
	"passage/db"
)

func TestFrozenServerChangesNothingWhenItThaws(t *testing.T) {
	t.Parallel()
	s := crashSet(t)
	submitted := s.site.holdReply(crashSubmitting)
	late := s.visitor("good", "write", "read") // has handed its card to the site
	late.connect()
	late.reaches(submitted)
	filling := s.site.hold(crashFilling)
	early := s.visitor("forgetful", "write") // is about to
	early.logsIn()
	early.reaches(filling)
	form := s.visitor("good", "read")
	form.claim()

	s.server.signal(syscall.SIGSTOP)
	submitted.open()
	filling.open()
	thaw := time.After(2 * db.LeaseDuration) // what is tried is that it passes
	crashGivesUp(t)                          // it is used meanwhile
	<-thaw
	s.server.signal(syscall.SIGCONT)

	seen := map[string]string{}
	for range 3 {
		got := s.receiver.next(t)
		seen[got.LinkID] = got.Event + " " + got.code()
	}
	for link, want := range map[string]string{
		late.link.LinkID:  "link.failed OPERATION_UNKNOWN",
		early.link.LinkID: "link.failed WORKER_LOST",
		form.link.LinkID:  "link.failed WORKER_LOST",
	} {
		if seen[link] != want {
			t.Errorf("%s is told as %q, not %q", link, seen[link], want)
		}
	}
	s.expect(late.link.LinkID, "failed", "OPERATION_UNKNOWN", "unknown pending")
	s.expect(early.link.LinkID, "failed", "WORKER_LOST", "failed")
	s.expect(form.link.LinkID, "failed", "WORKER_LOST", "pending")
	s.server.noBrowser()
	if n := s.site.Submitted("forgetful@" + sandbox.Domain); n != 0 {
		t.Errorf("the thawed session handed %d cards to the site", n)
	}
	s.succeeds(late, "complete complete")
	s.stored(crashUser, 1)
	s.succeeds(early, "complete")
	s.stored("forgetful@"+sandbox.Domain, 1)
	s.succeeds(form, "complete")
}

// crashGivesUp stops a server whose session has handed a card to a site that
// does not answer: the stop does not wait for it for ever.
func crashGivesUp(t *testing.T) {
	t.Helper()
	s := crashSet(t)
	held := s.site.holdReply(crashSubmitting)
	p := s.visitor("good", "write")
	p.connect()
	p.reaches(held)
	if code, took := s.server.stop(); code != 0 || took > 30*time.Second {
		t.Errorf("the server ended with %d after %s", code, took)
	}
	s.restart()
	s.hears("link.failed", "OPERATION_UNKNOWN", p.link.LinkID)
	s.expect(p.link.LinkID, "failed", "OPERATION_UNKNOWN", "unknown")
	s.succeeds(p, "complete")
	s.stored(crashUser, 1)
}

func TestLeaseOutlivesABusyMoment(t *testing.T) {
	t.Parallel()
	s := crashSet(t)
	held := s.site.hold(crashReading)
	p := s.visitor("good", "read")
	p.connect()
	p.reaches(held)
	s.server.signal(syscall.SIGSTOP)
	<-time.After(db.RenewInterval) // one renewal is missed
	held.open()
	s.server.signal(syscall.SIGCONT)
	p.ends("complete")
	s.expect(p.link.LinkID, "complete", "", "complete")
}
