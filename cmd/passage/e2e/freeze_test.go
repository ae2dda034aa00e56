package e2e

import (
	"syscall"
	"testing"
	"time"

	"passage/automation/sandbox"
	"passage/db"
)

func TestFrozenServer_ChangesNothingWhenItThaws(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	submitted := s.site.holdReply(submittingCard)
	late := s.visitor("good", "write", "read") // has handed its card to the site
	late.connect()
	late.reaches(submitted)
	filling := s.site.hold(fillingCard)
	early := s.visitor("forgetful", "write") // is about to
	early.logsIn()
	early.reaches(filling)
	form := s.visitor("good", "read")
	form.claim()

	s.server.signal(syscall.SIGSTOP)
	submitted.open()
	filling.open()
	thaw := time.After(2 * db.LeaseDuration) // what is tried is that it passes
	stopDuringSubmission(t)                  // it is used meanwhile
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
	s.stored(goodUser, 1)
	s.succeeds(early, "complete")
	s.stored("forgetful@"+sandbox.Domain, 1)
	s.succeeds(form, "complete")
}

// stopDuringSubmission stops a server whose session has handed a card to a site that
// does not answer: the stop does not wait for it for ever.
func stopDuringSubmission(t *testing.T) {
	t.Helper()
	s := newScene(t)
	held := s.site.holdReply(submittingCard)
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
	s.stored(goodUser, 1)
}

func TestLease_OutlivesABusyMoment(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	held := s.site.hold(readingPage)
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
