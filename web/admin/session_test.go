package admin_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"passage/automation/event"
	"passage/automation/outcome"
	"passage/db"
	"passage/db/dbtest"
)

const source = "\"\"\"A shop.\"\"\"\n\ndef login(page, user):\n    page.click(\"#sign-in\")\n"

// pictured are the bytes of a picture; nobody looks at them here.
var pictured = []byte("\xff\xd8\xff\xe0 a picture")

// failedSession went the whole way of a session that fails: asked twice, worked,
// met a page that had changed, and left its evidence.
func (d *testServer) failedSession() db.Session {
	d.Helper()
	ctx := d.Context()
	link := dbtest.Link(d, d.db, dbtest.NewLink(dbtest.Organization(d, d.db, "acme").ID))
	d.attempt(link, db.SessionFailed)
	d.clock.Advance(time.Minute)
	claim := dbtest.NewClaim(link.ClaimCode, "boot_1")
	claim.Script = db.Script{Hash: "0123456789abcdef", IntegrationID: "demo", Source: source}
	claim.Consent = db.Consent{Via: "page", Language: "es"}
	claimed, err := d.db.ClaimLink(ctx, claim)
	d.must(err)
	lease := claimed.Session.Lease()
	d.clock.Advance(7 * time.Second)
	d.must(d.db.StartSession(ctx, lease, claimed.PromptID))
	d.must(d.db.RunSession(ctx, lease))
	prompt, err := d.db.OpenPrompt(ctx, lease, db.NewPrompt{Kind: "one_time_code",
		Question: json.RawMessage(`{"kind":"one_time_code","reason":"wrong_code","sentTo":"(•••) •••-4410"}`)})
	d.must(err)
	d.clock.Advance(5 * time.Second)
	d.must(d.db.RenewLeases(ctx, "boot_1"))
	d.must(d.db.ClosePrompt(ctx, lease, prompt, db.PromptAnswered))
	d.must(d.db.StartOperation(ctx, lease, 0))
	d.must(d.db.NoteOperation(ctx, lease, 0, db.Note{Key: "found_bills", Count: 3}))
	d.clock.Advance(1500 * time.Millisecond)
	d.must(d.db.CompleteOperation(ctx, lease, 0, nil))
	d.must(d.db.StartOperation(ctx, lease, 1))
	d.must(d.db.SubmitOperation(ctx, lease, 1))
	_, err = d.db.AppendEvents(ctx, lease, []db.NewEvent{
		{Kind: event.StepTaken, At: d.db.Now(), Data: json.RawMessage(`{"word":"page.goto","selector":"/cards","matches":0,"line":3,"took":420,
			"status":200,"failed":[{"method":"POST","path":"/api/offers","status":503}],"others":2}`)},
		{Kind: event.StepTaken, At: d.db.Now(), Data: json.RawMessage(`{"word":"page.wait_for","selector":"#save","matches":2,"line":4,"took":10000,"outcome":"SITE_CHANGED"}`)},
		{Kind: event.EvidenceKept, At: d.db.Now(), Data: json.RawMessage(`{"line":4,"traceback":"Traceback (most recent call last):\n  demo:4","word":"page.click",
			"selector":"#sign-in","selectors":[{"name":"home","selector":"#account","matches":0},{"name":"wrong","selector":".error","matches":17}],
			"url":"https://demo.example/cards"}`)},
	})
	d.must(err)
	d.must(d.db.SaveScreenshot(ctx, lease, "image/jpeg", pictured))
	d.clock.Advance(10 * time.Second)
	d.fail(lease, outcome.SiteChanged, "nothing of the page was there")
	return d.stored(lease)
}

func TestSession_ShowsWhyItFailedAndWhoMustAct(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	session := d.failedSession()
	page := d.open("/sessions/" + session.ID)
	page.wantTexts(session.ID, session.LinkID, "Organization acme", "Integration demo 01234567", "Attempt 2", "Lasted 23 s", "Agreed in es")
	for id, parts := range map[string][]string{
		// A change was submitted, so nobody knows: that outcome comes before the fault.
		"verdict": {"OPERATION_UNKNOWN", "in paymentMethod.write, at page.click(#sign-in), line 4", "The merchant’s move.",
			"Our move: mend the integration. It ended with SITE_CHANGED after the change was submitted.", "Read the account's state before submitting again.",
			"submitted, then SITE_CHANGED: nothing of the page was there", "Trying again may help", "home #account 0", "wrong .error 17"},
		"timeline": {"0.00 s claimed", "7.00 s credentials given; in line for a browser", "browser taken", "asked the person one_time_code",
			"12.00 s question closed → answered", "operation started paymentMethod.read", "progress found_bills → 3",
			"operation completed paymentMethod.read", "change submitted to the site paymentMethod.write", "page.goto /cards status 200 the site answered 503 to POST /api/offers and 2 more such answers 3 420 ms",
			"page.wait_for #save → SITE_CHANGED 2 matches 4 10 s", "failed → OPERATION_UNKNOWN"},
		"script":     {"01234567", "def login(page, user):", "Failed here: page.click"},
		"traceback":  {"Traceback (most recent call last): demo:4"},
		"picture":    {"https://demo.example/cards"},
		"operations": {"paymentMethod.read complete 1.5 s", "paymentMethod.write submitted unknown 10 s"},
		"prompts":    {"credentials answered 7.0 s", "one_time_code wrong_code answered 5.0 s"},
		"attempts":   {"1 failed SITE_CHANGED sess_", "2 failed OPERATION_UNKNOWN this one"},
	} {
		section := page.section(id)
		for _, part := range parts {
			if !strings.Contains(section, part) {
				t.Errorf("%s lacks %q: %s", id, part, section)
			}
		}
	}
	if failed := page.each("li", "line-failed"); len(failed) != 1 || attribute(failed[0], "id") != "L4" {
		t.Errorf("%d lines are marked", len(failed))
	}
	page.wantNoTexts("4111", "4410") // neither arguments nor where a code went
	first := attribute(page.each("a", "id-link")[0], "href")
	d.open(first).wantTexts("SITE_CHANGED", "1 failed SITE_CHANGED this one")
}

func TestSession_ShowsReusedOperations(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	link := dbtest.Link(d, d.db, dbtest.NewLink(dbtest.Organization(d, d.db, "acme").ID))
	lease := dbtest.Run(d, d.db, dbtest.Claim(d, d.db, link, "boot_1"))
	d.must(d.db.StartOperation(t.Context(), lease, 0))
	d.must(d.db.CompleteOperation(t.Context(), lease, 0, nil))
	d.must(d.db.ReuseOperation(t.Context(), lease, 1, 3))
	section := d.open("/sessions/" + lease.SessionID).section("timeline")
	if want := "not done again paymentMethod.write → done by attempt 3"; !strings.Contains(section, want) {
		t.Errorf("the timeline lacks %q: %s", want, section)
	}
}

func TestSession_ShowsEveryPictureOfARecording(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	link := dbtest.Link(d, d.db, dbtest.NewLink(dbtest.Organization(d, d.db, "acme").ID))
	lease := dbtest.Run(d, d.db, dbtest.Claim(d, d.db, link, "boot_1"))
	for n := range 3 {
		d.must(d.db.SaveScreenshot(t.Context(), lease, "image/jpeg", append(pictured, byte(n))))
	}
	dbtest.Finish(d, d.db, lease, `{}`)
	order := []byte{2, 0, 1} // the last one first
	shown := d.open("/sessions/"+lease.SessionID).each("img", "picture")
	if len(shown) != len(order) {
		t.Fatalf("%d pictures are shown", len(shown))
	}
	for n, picture := range shown {
		body := d.ask(http.MethodGet, attribute(picture, "src"), "").Body.Bytes()
		if len(body) == 0 || body[len(body)-1] != order[n] {
			t.Errorf("picture %d is another", n+1)
		}
	}
}

func TestArtifact_IsServedAsLongAsItsKeyExists(t *testing.T) {
	t.Parallel()
	const long = 1000 * 24 * time.Hour
	for name, keep := range map[string]db.Retention{"the picture": {Results: long}, "the key": {Recordings: long}} {
		d := newLoggedIn(t)
		session := d.failedSession()
		picture := attribute(d.open("/sessions/"+session.ID).each("img", "picture")[0], "src")
		reply := d.ask(http.MethodGet, picture, "")
		if reply.Code != http.StatusOK || reply.Header().Get("Content-Type") != "image/jpeg" || reply.Body.String() != string(pictured) {
			t.Errorf("%d %v", reply.Code, reply.Header())
		}
		d.clock.Advance(5 * time.Hour) // past the link's time
		d.must(d.db.DestroyOld(t.Context(), keep))
		if reply := d.ask(http.MethodGet, picture, ""); reply.Code != http.StatusNotFound || strings.Contains(reply.Body.String(), string(pictured)) {
			t.Errorf("without %s: %d", name, reply.Code)
		}
		d.cookie = ""
		if reply := d.ask(http.MethodGet, picture, ""); reply.Code != http.StatusSeeOther {
			t.Errorf("without a cookie: %d", reply.Code)
		}
	}
}

func TestSession_ShowsItsStateWhileOpen(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	for status, says := range map[db.SessionStatus][]string{
		db.SessionCreated:  {"Still going on: created", "Lasted 3.0 s", "credentials open"},
		db.SessionQueued:   {"Still going on: queued", "credentials answered 2.0 s"},
		db.SessionRunning:  {"Still going on: running", "browser taken"},
		db.SessionWaiting:  {"Still going on: waiting", "asked the person one_time_code", "one_time_code open"},
		db.SessionComplete: {"Every operation succeeded", "completed", "Lasted 2.0 s"},
	} {
		session := d.session(status)
		d.clock.Advance(3 * time.Second)
		if status == db.SessionQueued || status == db.SessionRunning || status == db.SessionWaiting {
			says = append(says, "Lasted 5.0 s")
		}
		page := d.open("/sessions/" + session.ID)
		page.wantTexts(says...)
		// None of these ran a script that was kept, and none has evidence.
		for _, id := range []string{"script", "picture", "traceback"} {
			if section := page.section(id); section != "" {
				t.Errorf("%s: %s: %s", status, id, section)
			}
		}
	}
}

func TestPages_AnswerNotFound(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	for _, path := range []string{"/sessions/sess_none", "/artifacts/art_none", "/sessions/%3Cscript%3E", "/sessions/" + strings.Repeat("a", 5000)} {
		reply := d.ask(http.MethodGet, path, "")
		if reply.Code != http.StatusNotFound {
			t.Errorf("%.40s: %d", path, reply.Code)
		}
		read(t, reply.Body.String()).wantTexts("There is nothing here")
	}
}

// hostile are texts that would do something if they were not escaped.
var hostile = []string{`<script>alert("canary")</script>`, `"><img src=x onerror=alert('canary')>`, `' onmouseover='canary()`,
	`</code></li></pre></title><svg onload=canary()>`, `javascript:canary()`, `{{ canary }}`, "\u202ecanary"}

// wantNoForeignMarkup checks that nothing of a page comes from anywhere but our templates.
func (p page) wantNoForeignMarkup(where string) {
	p.Helper()
	for node := range p.document.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		if node.Data == "script" && !strings.HasPrefix(attribute(node, "src"), "/static/") {
			p.Errorf("%s: a script of somebody's: %s", where, text(node))
		}
		for _, each := range node.Attr {
			names := strings.Contains(each.Key, "canary") || strings.HasPrefix(each.Key, "on")
			leads := (each.Key == "href" || each.Key == "src" || each.Key == "action") && !strings.HasPrefix(each.Val, "/") && !strings.HasPrefix(each.Val, "#")
			if names || leads {
				p.Errorf("%s: <%s %s=%q>", where, node.Data, each.Key, each.Val)
			}
		}
	}
}

func TestPages_EscapeTextsOfOthers(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	for _, canary := range hostile {
		page := d.open("/sessions/" + d.hostileSession(canary))
		page.wantNoForeignMarkup("session")
		for _, section := range []string{"verdict", "timeline", "script", "picture", "traceback"} {
			if !strings.Contains(page.section(section), strings.Join(strings.Fields(canary), " ")) {
				t.Errorf("%s does not show %s: %s", section, canary, page.section(section))
			}
		}
		var all []string
		for _, name := range []string{"q", "status", "code", "integration", "organization", "other"} {
			all = append(all, name, canary)
		}
		d.open("/sessions?" + form(all...)).wantNoForeignMarkup("list")
		d.open("/").wantNoForeignMarkup("overview")
	}
}

func TestPages_EscapeTextsOfStrangers(t *testing.T) {
	t.Parallel()
	d := newTestServer(t)
	all := strings.Join(hostile, " ")
	for name, reply := range map[string]*httptest.ResponseRecorder{
		"log-in":    d.ask(http.MethodGet, "/login?"+form("next", "/"+all), ""),
		"mistake":   d.ask(http.MethodPost, "/login", form("email", all, "next", "/"+all)),
		"redirect":  d.ask(http.MethodGet, "/sessions/"+url.PathEscape(all)+"?"+form("q", all), ""),
		"not there": d.ask(http.MethodGet, "/"+url.PathEscape(all), ""),
	} {
		read(t, reply.Body.String()).wantNoForeignMarkup(name)
	}
}

// hostileSession has a text wherever somebody else has the word: the merchant,
// the script, the site.
func (d *testServer) hostileSession(canary string) string {
	d.Helper()
	ctx := d.Context()
	quoted := func(values map[string]any) json.RawMessage {
		written, err := json.Marshal(values)
		d.must(err)
		return written
	}
	organization := dbtest.Organization(d, d.db, canary)
	created := dbtest.NewLink(organization.ID)
	created.IntegrationID, created.ExternalUserID, created.UserLabel = canary, canary, canary
	created.Metadata = map[string]string{canary: canary}
	created.Operations[0].Resource = canary
	link := dbtest.Link(d, d.db, created)
	claim := dbtest.NewClaim(link.ClaimCode, "boot_1")
	claim.Script = db.Script{Hash: canary, IntegrationID: canary, Source: "# " + canary + "\n" + canary}
	claim.Consent = db.Consent{Via: canary, Language: canary, TextVersion: canary}
	claim.Prompt = db.NewPrompt{Kind: canary, Question: quoted(map[string]any{"kind": canary, "reason": canary, "question": canary, "sentTo": canary})}
	claimed, err := d.db.ClaimLink(ctx, claim)
	d.must(err)
	lease := dbtest.Run(d, d.db, claimed)
	d.must(d.db.StartOperation(ctx, lease, 0))
	d.must(d.db.NoteOperation(ctx, lease, 0, db.Note{Key: canary, Count: 1}))
	_, err = d.db.AppendEvents(ctx, lease, []db.NewEvent{
		{Kind: event.StepTaken, At: d.db.Now(), Data: quoted(map[string]any{"word": canary, "selector": canary, "outcome": canary, "url": canary, "line": 1,
			"failed": []map[string]any{{"method": canary, "path": canary, "status": 404}}})},
		{Kind: event.EvidenceKept, At: d.db.Now(), Data: quoted(map[string]any{"word": canary, "selector": canary, "traceback": canary, "url": canary,
			"line": 1, "selectors": []map[string]any{{"name": canary, "selector": canary, "matches": 1}}})},
	})
	d.must(err)
	d.must(d.db.SaveScreenshot(ctx, lease, "image/jpeg", pictured))
	d.must(d.db.FailSession(ctx, lease, db.Failure{Code: canary, Detail: canary}))
	return lease.SessionID
}
