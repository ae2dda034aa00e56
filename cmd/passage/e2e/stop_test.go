package e2e

import (
	"net/http"
	"syscall"
	"testing"
	"time"
)

func TestStop_EndsSessionsThatWaitForTheUserAtOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t, "--browser-slots", "2")
	form := s.visitor("good", "read")
	form.claim()
	form.leaves()
	code := s.visitor("code", "read")
	code.connect()
	code.leaves()
	push := s.visitor("push", "read")
	push.connect()
	push.leaves()
	line := s.visitor("good", "read") // for a browser
	line.connect()

	if code, took := s.server.stop(); code != 0 || took > 5*time.Second {
		t.Errorf("the server ended with %d after %s", code, took)
	}
	if left := browserProfiles(t, s.folder); len(left) != 0 {
		t.Errorf("%d profiles are left", len(left))
	}
	s.restart()
	s.hears("link.failed", "WORKER_LOST", form.link.LinkID, code.link.LinkID, push.link.LinkID, line.link.LinkID)
	for _, p := range []*processUser{form, code, push, line} {
		s.expect(p.link.LinkID, "failed", "WORKER_LOST", "pending")
	}
	s.succeeds(form, "complete")
}

func TestStop_LetsTheRunningOperationFinish(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	held := s.site.hold(readingPage)
	p := s.visitor("good", "read", "bills")
	pending := s.visitor("good", "read")
	p.connect()
	p.reaches(held)

	s.server.signal(syscall.SIGTERM)
	s.unready()
	if status := s.call(http.MethodPost, "/link/claim", map[string]string{"code": pending.link.ClaimCode}, nil); status != http.StatusServiceUnavailable {
		t.Errorf("a claim at a server that stops is met with %d", status)
	}
	held.open()
	if code := s.server.end(); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
	s.restart()
	s.hears("link.failed", "WORKER_LOST", p.link.LinkID)
	s.expect(p.link.LinkID, "failed", "WORKER_LOST", "complete pending")
	s.expect(pending.link.LinkID, "pending", "", "pending")
	s.succeeds(p, "complete complete")
}

// unready waits until the server says that it stops.
func (s *scene) unready() {
	s.t.Helper()
	eventually(s.t, "the server takes no sessions any more", func() bool {
		return s.call(http.MethodGet, "/readyz", nil, nil) == http.StatusServiceUnavailable
	})
}

func TestStop_WaitsForTheReadBackOfAWrite(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	held := s.site.holdReply(submittingCard)
	last := s.visitor("good", "read", "write")
	last.connect()
	last.reaches(held)
	s.server.signal(syscall.SIGTERM)
	s.unready()
	held.open()
	if code := s.server.end(); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
	s.restart()
	s.hears("link.complete", "", last.link.LinkID) // nothing was left to do
	s.expect(last.link.LinkID, "complete", "", "complete complete")
	s.stored(goodUser, 1)
}

func TestStop_IsCleanRightAfterTheStart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for range 3 {
		if code, took := startServer(t, folder).stop(); code != 0 || took > 5*time.Second {
			t.Errorf("the server ended with %d after %s", code, took)
		}
	}
}

func TestStop_IsImmediateAtASecondSignal(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	held := s.site.hold(readingPage)
	p := s.visitor("good", "read")
	p.connect()
	p.reaches(held)
	s.server.signal(syscall.SIGINT)
	s.unready()
	again := time.Now()
	s.server.signal(syscall.SIGTERM) // shells let what runs in the background ignore an interrupt
	if code := s.server.end(); code == 0 || time.Since(again) > 2*time.Second {
		t.Errorf("the server ended with %d after %s", code, time.Since(again))
	}
	s.restart()
	s.hears("link.failed", "WORKER_LOST", p.link.LinkID)
}

func TestCancel_WaitsForTheEndOfAWrite(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	cancel := func(p *processUser) (status int) {
		return s.call(http.MethodPost, "/v1/links/"+p.link.LinkID+"/cancel", nil, nil)
	}
	for _, try := range []struct {
		name, scenario string
		write          []string
		cancel         func(*processUser) (status int)
		answer         int
		status, code   string
		operations     string
	}{
		{"the merchant's, too late", "good", []string{"write"}, cancel, http.StatusConflict, "complete", "", "complete"},
		{"the merchant's, of a card that is declined", "declined", []string{"write"}, cancel, http.StatusOK, "expired", "LINK_CANCELLED", "failed"},
		{"the person's, too late", "forgetful", []string{"write"}, (*processUser).cancels, http.StatusSeeOther, "complete", "", "complete"},
		{"the person's, between two operations", "clumsy", []string{"write", "read"}, (*processUser).cancels, http.StatusSeeOther,
			"failed", "USER_CANCELLED", "complete pending"},
	} {
		held := s.site.holdReply(submittingCard)
		p := s.visitor(try.scenario, try.write...)
		p.logsIn()
		p.reaches(held)
		answer := make(chan int, 1)
		if try.answer == http.StatusSeeOther {
			answer <- try.cancel(p)
			held.open()
		} else { // it is answered when the session has ended
			go func() { answer <- try.cancel(p) }()
			held.open()
		}
		if got := awaitSignal(t, "the answer to the cancel", answer); got != try.answer {
			t.Errorf("%s: the cancel is met with %d", try.name, got)
		}
		p.next() // its end
		s.expect(p.link.LinkID, try.status, try.code, try.operations)
	}
}
