package automation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"passage/automation"
	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/resources"
	"passage/db"
	"passage/db/dbtest"
)

// scriptOf is an integration whose one operation does what it is told.
func scriptOf(id, body string) string {
	return fmt.Sprintf(`
integration(
    id = %q, name = "Test", site = "https://library.example", hosts = ["library.example"],
    credentials = [field("pin", label = "pin", secret = True)],
)

def login(page, user):
    for attempt in user.credentials():
        page.goto("/")
        page.fill("#pin", attempt["pin"])
        break

def again(value):
    return again(value + 1)

def read(page, arguments, user):
%s

operations = {"readHistory.read": read}
`, id, body)
}

// sessions is a runner with all that it needs, and a merchant.
type sessions struct {
	t            *testing.T
	db           *db.DB
	runner       *automation.Runner
	organization string
}

func newSessions(t *testing.T, scripts map[string]string) *sessions {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<input id="pin">`)
	}))
	t.Cleanup(site.Close)
	files, sites := map[string]string{}, map[string]automation.Site{}
	for id, body := range scripts {
		files[id+"/integration.star"] = scriptOf(id, body)
		sites[id] = automation.Site{URL: site.URL}
	}
	catalog := load(t, automation.CatalogOptions{Folder: folder(files), Sites: sites})
	if err := catalog.Err(); err != nil {
		t.Fatal(err)
	}
	rules, err := resources.Load()
	if err != nil {
		t.Fatal(err)
	}
	pool, err := browser.NewPool(browser.Options{Dir: t.TempDir(), Slots: 2, Line: 10,
		Path: os.Getenv("PASSAGE_BROWSER"), NoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1"})
	if err != nil {
		t.Fatal(err)
	}
	database := dbtest.Open(t, time.Now)
	s := &sessions{t: t, db: database, organization: dbtest.Organization(t, database, "Acme").ID}
	s.runner = automation.NewRunner(automation.Options{DB: database, Pool: pool, Catalog: catalog, Resources: rules,
		Logger: slog.New(slog.DiscardHandler), Limits: automation.DefaultLimits(), Retention: automation.DefaultRetention()})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	for _, loop := range []func(context.Context) error{pool.Run, s.runner.Run} {
		running.Go(func() {
			if err := loop(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() { stop(); running.Wait() })
	return s
}

// start claims a link of the integration and gives the credentials.
func (s *sessions) start(id string) (link db.Link, session string) {
	s.t.Helper()
	link, _, err := s.db.CreateLink(s.t.Context(), db.NewLink{OrganizationID: s.organization, IntegrationID: id, Lifetime: time.Hour,
		Operations: []db.NewOperation{{Resource: "readHistory", Action: "read"}}}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	claimed, err := s.runner.Claim(s.t.Context(), automation.Claim{Code: link.ClaimCode, Browser: "browser of " + link.ID, Consent: db.Consent{Via: "page"}})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.runner.Answer(s.t.Context(), claimed.Session.ID, claimed.PromptID, map[string]string{"pin": "1234"}); err != nil {
		s.t.Fatal(err)
	}
	return link, claimed.Session.ID
}

// until waits for what a change of the link brings.
func (s *sessions) until(link db.Link, what string, is func() bool) {
	s.t.Helper()
	rings, stop := s.db.Watch(link.ID)
	defer stop()
	for !is() {
		select {
		case <-rings:
		case <-time.After(3 * time.Minute):
			s.t.Fatalf("the session of %s: %s does not come", link.IntegrationID, what)
		}
	}
}

// asked waits for the session's question after the credentials.
func (s *sessions) asked(link db.Link, session string) (prompt string) {
	s.t.Helper()
	s.until(link, "the question", func() bool {
		open, err := s.db.OpenPromptOf(s.t.Context(), session)
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

// A script that would take all there is ends with a clear error on its line,
// and the session beside it, which was in the middle of its work, does not notice.
func TestAHostileScriptHarmsNoOtherSession(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, body, says string }{
		{"loops", "    for a in range(90000):\n        for b in range(90000):\n            pass", "too many steps; is there an endless loop?"},
		{"recurses", "    return again(0)", "called recursively"},
		{"grows", "    x = [\"x\"]\n    for i in range(99):\n        x = x + x\n    return {\"history\": x}", "100000 is the limit"},
		{"returns", "    return {\"history\": [\"x\" * 900000, \"x\" * 900000]}", "larger than 1024 KiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSessions(t, map[string]string{
				"hostile": test.body,
				"polite":  "    page.fill(\"#pin\", user.text(\"Go on?\"))\n    page.goto(\"/\")\n    return {\"history\": []}",
			})
			polite, other := s.start("polite")
			question := s.asked(polite, other)
			hostile, session := s.start("hostile")

			end := s.ended(hostile)
			if end.Error == nil || end.Error.Code != string(outcome.AutomationError) {
				t.Errorf("it ended as %s, %+v", end.Status, end.Error)
			}
			detail, line := s.evidence(session)
			if !strings.Contains(detail, test.says) || line == 0 {
				t.Errorf("line %d: %s", line, detail)
			}
			if err := s.runner.Answer(t.Context(), other, question, map[string]string{"text": "yes"}); err != nil {
				t.Fatal(err)
			}
			if end := s.ended(polite); end.Status != db.LinkComplete {
				t.Errorf("the other one ended as %s, %+v", end.Status, end.Error)
			}
		})
	}
}

// evidence is what an operator sees of a failure: the traceback, with its
// message, and the line.
func (s *sessions) evidence(session string) (traceback string, line int) {
	s.t.Helper()
	events, err := s.db.SessionEvents(s.t.Context(), session, 0, db.EventEvidence)
	if err != nil || len(events) == 0 { // a picture may follow
		s.t.Fatalf("%d pieces of evidence, %v", len(events), err)
	}
	var data struct {
		Traceback string
		Line      int
	}
	if err := json.Unmarshal(events[0].Data, &data); err != nil {
		s.t.Fatal(err)
	}
	return data.Traceback, data.Line
}
