package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"passage/automation/sandbox"
)

// The pages of the carrier that the demo integration opens.
const (
	readingPage    = "GET /account/payment-methods"
	fillingCard    = "GET /account/payment-methods/new"
	submittingCard = "POST /account/payment-methods"
)

// goodUser is the scenario “good”.
const goodUser = "good@" + sandbox.Domain

// scene is a site, a merchant with a receiver, and a server on a folder of
// its own.
type scene struct {
	*processMerchant
	site     *gatedSite
	receiver *processReceiver
	folder   string
	flags    []string
}

func newScene(t *testing.T, flags ...string) *scene {
	t.Helper()
	s := &scene{site: newGatedSite(t), receiver: newProcessReceiver(t, acceptAll), folder: t.TempDir()}
	s.flags = append([]string{"--site", s.site.flag, "--webhook-allow", "127.0.0.1", "--browser-spares", "0"}, flags...)
	s.processMerchant = enrolMerchant(t, s.folder, s.receiver.URL)
	s.server = startServer(t, s.folder, s.flags...)
	return s
}

// restart puts another server on the same folder.
func (s *scene) restart() {
	s.t.Helper()
	s.server = startServer(s.t, s.folder, s.flags...)
}

// visitor is a person with a new link.
func (s *scene) visitor(scenario string, operations ...string) *processUser {
	s.t.Helper()
	return newProcessUser(s.t, s.processMerchant, s.create(operations...), scenario)
}

// hears waits for a webhook for each of some links, in any order.
func (s *scene) hears(event, code string, links ...string) {
	s.t.Helper()
	for range links {
		got := s.receiver.next(s.t)
		if got.Event != event || got.code() != code || !slices.Contains(links, got.LinkID) {
			s.t.Errorf("a webhook says %s %s of %s; want %s %s of one of %v", got.Event, got.code(), got.LinkID, event, code, links)
		}
	}
}

// succeeds tries again, to a good end.
func (s *scene) succeeds(p *processUser, operations string) {
	s.t.Helper()
	p.again()
	p.answer("credentials")
	p.ends("complete")
	link := s.expect(p.link.LinkID, "complete", "", operations)
	if len(link.Sessions) != 2 || link.Sessions[0].Status != "failed" || link.Sessions[1].Status != "complete" {
		s.t.Errorf("the attempts are %v, not a failed one and a complete one", link.Sessions)
	}
	s.hears("link.complete", "", link.ID)
}

func TestKilledBrowser_FailsItsSessionAtOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, moment := range []struct {
		name   string
		arrive func(*processUser) // brings the session to where its browser is killed
		link   string             // what its operations are after it
	}{
		{"at work", func(p *processUser) {
			held := s.site.hold(readingPage)
			p.connect()
			p.reaches(held)
		}, "failed pending"},
		{"waiting for the person", func(p *processUser) {
			p.connect()
			p.leaves()
		}, "pending pending"},
	} {
		t.Log(moment.name)
		user := "good"
		if moment.link == "pending pending" {
			user = "code"
		}
		p := s.visitor(user, "read", "bills")
		moment.arrive(p)
		killed := time.Now()
		if err := syscall.Kill(s.server.browser(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		p.ends("failed")
		if took := time.Since(killed); took > 2*time.Second {
			t.Errorf("it took %s until the person saw that the browser was gone", took)
		}
		s.expect(p.link.LinkID, "failed", "CONNECTION_FAILED", moment.link)
		s.hears("link.failed", "CONNECTION_FAILED", p.link.LinkID)
		if user == "good" {
			s.succeeds(p, "complete complete")
		}
	}
}

func TestKilledServer_LosesNoSession(t *testing.T) {
	t.Parallel()
	s := newScene(t, "--browser-spares", "1", "--browser-slots", "3")
	untouched := s.create("read")
	form := s.visitor("good", "read")
	form.claim()
	form.leaves()
	code := s.visitor("code", "read")
	code.connect()
	code.leaves()
	held := s.site.hold(readingPage)
	work := s.visitor("good", "read", "bills")
	work.connect()
	work.reaches(held)

	s.server.kill() // and no browser is left behind
	if left := browserProfiles(t, s.folder); len(left) < 2 {
		t.Errorf("the killed server left %d profiles; the test proves nothing", len(left))
	}
	s.restart()
	s.hears("link.failed", "WORKER_LOST", form.link.LinkID, code.link.LinkID, work.link.LinkID)
	s.expect(form.link.LinkID, "failed", "WORKER_LOST", "pending")
	s.expect(code.link.LinkID, "failed", "WORKER_LOST", "pending")
	s.expect(work.link.LinkID, "failed", "WORKER_LOST", "failed pending")
	s.expect(untouched.LinkID, "pending", "", "pending")
	form.ends("failed")
	s.succeeds(form, "complete")
	s.succeeds(work, "complete complete")
	eventually(t, "only the spare's profile is left", func() bool { return len(browserProfiles(t, s.folder)) <= 1 })
}

// browserProfiles are the folders of browsers.
func browserProfiles(t *testing.T, folder string) []os.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(folder, "browsers"))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestWrite_IsNotRepeatedAfterAnInterruptedSubmission(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	held := s.site.holdReply(submittingCard)
	p := s.visitor("good", "read", "write", "bills")
	p.connect()
	p.reaches(held)
	s.server.kill()
	if n := s.site.Submitted(goodUser); n != 1 {
		t.Fatalf("the site was handed %d cards", n)
	}
	s.restart()
	s.hears("link.failed", "OPERATION_UNKNOWN", p.link.LinkID)
	link := s.expect(p.link.LinkID, "failed", "OPERATION_UNKNOWN", "complete unknown pending")
	if at := link.Error.Operation; at == nil || *at != 1 {
		t.Errorf("the error is about operation %v, not the write", at)
	}
	s.succeeds(p, "complete complete complete")
	s.stored(goodUser, 1)
}

func TestWrite_IsRepeatedIfItNeverReachedTheSite(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	held := s.site.hold(submittingCard)
	p := s.visitor("good", "write")
	p.connect()
	p.reaches(held)
	s.server.kill()
	s.restart()
	s.hears("link.failed", "OPERATION_UNKNOWN", p.link.LinkID)
	s.expect(p.link.LinkID, "failed", "OPERATION_UNKNOWN", "unknown")
	s.succeeds(p, "complete")
	s.stored(goodUser, 1)
}

// stored checks that the site was handed so many cards, and holds the one that
// was to be written once.
func (s *scene) stored(user string, submitted int) {
	s.t.Helper()
	if n := s.site.Submitted(user); n != submitted {
		s.t.Errorf("the site was handed %d cards, not %d", n, submitted)
	}
	count := 0
	for _, card := range s.site.Cards(user) {
		if card.Last4 == sandbox.CardNumber[len(sandbox.CardNumber)-4:] {
			count++
		}
	}
	if count != 1 {
		s.t.Errorf("the site holds the card %d times", count)
	}
}

func TestWarmBrowser_IsReplacedWhenItDies(t *testing.T) {
	t.Parallel()
	s := newScene(t, "--browser-spares", "1", "--browser-slots", "1")
	eventually(t, "the spare is there", func() bool { return len(browserProfiles(t, s.folder)) == 1 && len(s.server.browsers()) > 2 })
	if err := syscall.Kill(s.server.browser(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p := s.visitor("good", "read")
	p.connect()
	p.ends("complete")
}
