package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"passage/automation/event"
	"passage/automation/integrations"
	"passage/automation/outcome"
	"passage/cmd/passage/demo"
	"passage/db/dbtest"
)

// Scripts that an operator mends while the server runs.

// builtIn is the script of the demo as it ships.
func builtIn(t *testing.T) string {
	t.Helper()
	source, err := fs.ReadFile(integrations.FS(), "demo/integration.star")
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// change is the built-in script with something put in the place of something.
func change(t *testing.T, from, to string) string {
	t.Helper()
	source := builtIn(t)
	if strings.Count(source, from) != 1 {
		t.Fatalf("%q is not once in the demo's script", from)
	}
	return strings.Replace(source, from, to, 1)
}

func versionOf(source string) string {
	hash := sha256.Sum256([]byte(source))
	return hex.EncodeToString(hash[:])
}

// write saves the operator's script for the demo.
func (s *stack) write(t *testing.T, source string) {
	t.Helper()
	file := filepath.Join(s.scripts, "demo", "integration.star")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
}

// install saves a script and waits until it is in service.
func (s *stack) install(t *testing.T, source string) (version string) {
	t.Helper()
	version = versionOf(source)
	inService := s.logs.await(t, "an integration is in service", "integration=demo", "version="+version)
	s.write(t, source)
	inService()
	return version
}

// desk is an operator's browser, logged in to the dashboard. A stack has one:
// logging in is slow on purpose, and limited.
type desk struct {
	base   string
	client *http.Client
}

func (s *stack) desk(t *testing.T) desk {
	t.Helper()
	s.operator.Lock()
	defer s.operator.Unlock()
	if s.operator.client != nil {
		return s.operator.desk
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := desk{"http://" + s.Admin.Addr().String(), &http.Client{Jar: jar, Timeout: patience}}
	reply, err := d.client.PostForm(d.base+"/login", url.Values{"email": {demo.Operator}, "password": {s.Password}})
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	expect(t, "the operator's log-in", reply.StatusCode, http.StatusOK)
	s.operator.desk = d
	return d
}

// open is what an operator reads on a page.
func (d desk) open(t *testing.T, path string) string {
	t.Helper()
	reply, err := d.client.Get(d.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	expect(t, path, reply.StatusCode, http.StatusOK)
	root, err := html.Parse(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	walkNodes(root, func(n *html.Node) {
		if n.Type == html.TextNode {
			words = append(words, strings.Fields(n.Data)...)
		}
	})
	return strings.Join(words, " ")
}

func says(t *testing.T, what, said string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(said, part) {
			t.Errorf("%s does not say %q: %s", what, part, said)
		}
	}
}

// Every id, class and name on the site is another one from one session to the
// next. What the failure says is enough to mend the script, and the link that
// failed completes with it.
func TestRedesignedSite_IsFixedWithoutARestart(t *testing.T) {
	t.Parallel()
	s := ownStack(t)
	const changed = `page.fill("#username", attempt["username"], timeout = 5)` // sooner than by itself
	script := change(t, `page.fill("#username", attempt["username"])`, changed)
	line := 1 + strings.Count(script[:strings.Index(script, changed)], "\n")
	before := s.install(t, script)

	v := s.visitor(t, s.newLink(t, ask(readCards(), writeCard(), readBills())))
	expect(t, "before", v.walk(v.claim(), someone(t, "choice").Person()).end(), "complete")
	expect(t, "the version before", s.sessionOf(t, v.link).Version, before)
	s.keepsNoneButTheScripts(t, script)

	s.redesign.on.Store(true)
	v, user := s.visitor(t, s.newLink(t, ask(readCards(), writeCard(), readBills()))), someone(t, "code")
	last := v.walk(v.claim(), user.Person())
	expect(t, "the end after the redesign", s.link(t, v.link.LinkID).code(), string(outcome.SiteChanged))
	failed := s.sessionOf(t, v.link)
	expect(t, "the version that failed", failed.Version, before)
	const was, near = `#username “Email or phone number”`, `#fresh-username “Email or phone number”`
	says(t, "the error", failed.Error.Detail, "#username matched nothing, nearest on the page: "+near, "#username matched "+was)
	s.hasEvidence(t, failed.ID, line, outcome.Selector{Selector: "#username", Near: near, Last: was})
	says(t, "the dashboard", s.desk(t).open(t, "/sessions/"+failed.ID), "at page.fill(#username), line "+fmt.Sprint(line),
		"nearest on the page: "+near, "when everything worked last: "+was)

	after := s.install(t, string(renameSelectors([]byte(script))))
	expect(t, "after it was mended", v.walk(v.claimAgain(last), user.Person()).end(), "complete")
	expect(t, "the version after", s.sessionOf(t, v.link).Version, after)
	if after == before || len(s.link(t, v.link.LinkID).Sessions) != 2 {
		t.Errorf("one version for two scripts, or not two sessions: %+v", s.link(t, v.link.LinkID).Sessions)
	}
	if kept, err := s.DB.Script(t.Context(), before); err != nil || kept.Source != script {
		t.Errorf("the version that failed is not kept: %v", err)
	}
}

// keepsNoneButTheScripts checks of which selectors it is kept what they matched:
// what a script makes of what it reads may tell of the person.
func (s *stack) keepsNoneButTheScripts(t *testing.T, script string) {
	t.Helper()
	rows, err := dbtest.Raw(t, s.folder).QueryContext(t.Context(), `SELECT selector, element FROM matches`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	kept := map[string]string{}
	for rows.Next() {
		var selector, element string
		if err := rows.Scan(&selector, &element); err != nil {
			t.Fatal(err)
		}
		kept[selector] = element
		if !strings.Contains(script, selector) {
			t.Errorf("what %s matched is kept, which the script does not say", selector)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for selector, want := range map[string]string{".channel": "li.channel", "#send-code": "#send-code “Send the code”",
		"#card-number": "#card-number “Card number”", ".method": "li.method.on", "#account": "#account"} {
		expect(t, "what "+selector+" matched", kept[selector], want)
	}
}

// hasEvidence checks what is kept of a failure: the line, and what was looked for.
func (s *stack) hasEvidence(t *testing.T, sessionID string, line int, want outcome.Selector) {
	t.Helper()
	events, err := s.DB.SessionEvents(t.Context(), sessionID, 0, event.EvidenceKept)
	if err != nil || len(events) == 0 {
		t.Fatalf("there is no evidence: %v", err)
	}
	var evidence struct {
		Line      int
		Selectors []outcome.Selector
	}
	if err := json.Unmarshal(events[0].Data, &evidence); err != nil {
		t.Fatal(err)
	}
	expect(t, "the line", evidence.Line, line)
	if len(evidence.Selectors) != 1 || evidence.Selectors[0].LastAt == 0 {
		t.Fatalf("%+v", evidence.Selectors)
	}
	evidence.Selectors[0].LastAt = 0
	expect(t, "what was looked for", evidence.Selectors[0], want)
}

func TestBrokenScript_IsReportedWhileTheLastGoodOneServes(t *testing.T) {
	t.Parallel()
	s := ownStack(t)
	good := s.install(t, builtIn(t)+"\n# ours\n")
	told := s.logs.await(t, "an integration did not load", "integration=demo")
	s.write(t, change(t, "def login(page, user):", "def login(page, user)"))
	told()

	operator, standing := s.desk(t), "version "+good[:8]+" of the file stays in service"
	says(t, "the dashboard", operator.open(t, "/"), "The newest version does not load: demo/integration.star:", standing, "Demo Mobile your file "+good[:8])
	says(t, "readyz for operators", get(t, operator.base+"/readyz"), "ready\n", "demo/integration.star:", standing)
	expect(t, "readyz for others", get(t, s.PublicURL.String()+"/readyz"), "ready\n")
	v := s.visitor(t, s.newLink(t, ask(readCards())))
	expect(t, "the end", v.walk(v.claim(), someone(t, "good").Person()).end(), "complete")
	expect(t, "the version", s.sessionOf(t, v.link).Version, good)

	back := s.logs.await(t, "an integration is in service", "integration=demo", "version="+versionOf(builtIn(t)), "own=false")
	if err := os.RemoveAll(filepath.Join(s.scripts, "demo")); err != nil {
		t.Fatal(err)
	}
	back()
	says(t, "the dashboard", operator.open(t, "/"), "Demo Mobile built in "+versionOf(builtIn(t))[:8])
	expect(t, "readyz for operators", get(t, operator.base+"/readyz"), "ready\n")
}

func get(t *testing.T, address string) string {
	t.Helper()
	reply, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	expect(t, address, reply.StatusCode, http.StatusOK)
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestSession_KeepsItsVersionOfTheScript(t *testing.T) {
	t.Parallel()
	s := ownStack(t)
	before := s.install(t, builtIn(t)+"\n# ours\n")
	v, user := s.visitor(t, s.newLink(t, ask(readCards()))), someone(t, "code")
	shown := v.next(v.claim())
	shown = v.next(v.submit(shown.asks(), user.Person().Answer("credentials")))
	expect(t, "in the middle of the log-in", shown.asks().kind(), "one_time_code")

	after := s.install(t, change(t, "def login(page, user):\n", "def login(page, user):\n    fail(\"SITE_BLOCKED\")\n"))
	expect(t, "the end", v.walk(v.submit(shown.asks(), user.Person().Answer("one_time_code")), user.Person()).end(), "complete")
	expect(t, "the version", s.sessionOf(t, v.link).Version, before)

	v = s.visitor(t, s.newLink(t, ask(readCards())))
	v.walk(v.claim(), user.Person())
	expect(t, "the next link's end", s.link(t, v.link.LinkID).code(), string(outcome.SiteBlocked))
	expect(t, "the next link's version", s.sessionOf(t, v.link).Version, after)
}
