package automation_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"passage/automation"
	"passage/automation/browser/chrome"
	"passage/automation/browser/pool"
	"passage/automation/catalog"
	"passage/automation/resources"
	"passage/db"
	"passage/db/dbtest"
)

// sessions is a runner with all that it needs, and a merchant.
type sessions struct {
	t            *testing.T
	db           *db.DB
	runner       *automation.Runner
	catalog      *catalog.Catalog
	organization string
	list         atomic.Pointer[string] // what the site shows under its log-in
}

func newSessions(t *testing.T, scripts map[string]string) *sessions {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	s := &sessions{t: t}
	s.shows("")
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<input id="pin">`, *s.list.Load())
	}))
	t.Cleanup(site.Close)
	files, sites := fstest.MapFS{}, map[string]catalog.Site{}
	for id, source := range scripts {
		files[id+"/integration.star"] = &fstest.MapFile{Data: []byte(source)}
		sites[id] = catalog.Site{URL: site.URL}
	}
	loaded, err := catalog.Load(catalog.Options{Folder: files, Sites: sites})
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Err(); err != nil {
		t.Fatal(err)
	}
	rules, err := resources.Load()
	if err != nil {
		t.Fatal(err)
	}
	browsers, err := pool.New(pool.Options{Browsers: 2, Queue: 10, Chrome: chrome.Options{
		Dir: t.TempDir(), Path: os.Getenv("PASSAGE_BROWSER"), NoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1",
	}})
	if err != nil {
		t.Fatal(err)
	}
	database := dbtest.Open(t, time.Now)
	s.db, s.catalog, s.organization = database, loaded, dbtest.Organization(t, database, "Acme").ID
	s.runner = automation.NewRunner(automation.Options{DB: database, Pool: browsers, Catalog: loaded, Resources: rules,
		Logger: slog.New(slog.DiscardHandler), Limits: automation.DefaultLimits()})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	for _, loop := range []func(context.Context) error{browsers.Run, s.runner.Run} {
		running.Go(func() {
			if err := loop(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() { stop(); running.Wait() })
	return s
}

func (s *sessions) shows(html string) { s.list.Store(&html) }

// start claims a link of the integration and gives the credentials.
func (s *sessions) start(id string) (link db.Link, session string) {
	s.t.Helper()
	link, claimed := s.claim(id)
	if err := s.runner.Answer(s.t.Context(), claimed.Session.ID, claimed.PromptID, map[string]string{"pin": "1234"}); err != nil {
		s.t.Fatal(err)
	}
	return link, claimed.Session.ID
}

// claim makes a link of the integration and claims it.
func (s *sessions) claim(id string) (link db.Link, claimed db.Claimed) {
	s.t.Helper()
	link, _, err := s.db.CreateLink(s.t.Context(), db.NewLink{OrganizationID: s.organization, IntegrationID: id, Lifetime: time.Hour,
		Operations: []db.NewOperation{{Resource: "readHistory", Action: "read"}}}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	claimed, err = s.runner.Claim(s.t.Context(), automation.Claim{Code: link.ClaimCode, Visitor: "browser of " + link.ID, Consent: db.Consent{Via: "page"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return link, claimed
}

// until waits for what a change of the link brings.
func (s *sessions) until(link db.Link, what string, is func() bool) {
	s.t.Helper()
	woken, stop := s.db.Subscribe(link.ID)
	defer stop()
	for !is() {
		select {
		case <-woken:
		case <-time.After(3 * time.Minute):
			s.t.Fatalf("the session of %s: %s does not come", link.IntegrationID, what)
		}
	}
}

// asked waits for the session's question after the credentials.
func (s *sessions) asked(link db.Link, session string) (prompt string) {
	s.t.Helper()
	s.until(link, "the question", func() bool {
		open, err := s.db.CurrentPrompt(s.t.Context(), session)
		if err != nil {
			s.t.Fatal(err)
		}
		if open != nil {
			prompt = open.ID
		}
		return open != nil
	})
	return prompt
}

// ended waits for the end of a link's session.
func (s *sessions) ended(link db.Link) (end db.Link) {
	s.t.Helper()
	s.until(link, "the end", func() bool {
		var err error
		if end, err = s.db.Link(s.t.Context(), s.organization, link.ID); err != nil {
			s.t.Fatal(err)
		}
		return end.Status != db.LinkPending && end.Status != db.LinkActive
	})
	return end
}

func TestRunner_StoresTheClaimedScript(t *testing.T) {
	source := lockingSite("    page.goto(\"/\")\n")
	s := newSessions(t, map[string]string{"bank": source})
	link, claimed := s.claim("bank")
	script, err := s.db.Script(t.Context(), claimed.Session.Version)
	if err != nil {
		t.Fatal(err)
	}
	if script.Source != source || script.IntegrationID != link.IntegrationID {
		t.Errorf("stored %+v", script)
	}
}
