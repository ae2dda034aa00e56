package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"passage/automation/outcome"
	"passage/db"
	"passage/db/dbtest"
)

func TestSessions_NarrowByEveryFilter(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	acme, other := dbtest.Organization(t, d.db, "acme"), dbtest.Organization(t, d.db, "other")
	ids := map[string]string{}
	ids["created"] = d.session(db.SessionCreated).ID
	ids["complete"] = d.session(db.SessionComplete, func(created *db.NewLink) { created.ExternalUserID = "user 7 & more" }).ID
	ids["failed"] = d.session(db.SessionFailed).ID
	ids["other"] = d.session(db.SessionRunning, func(created *db.NewLink) { created.OrganizationID = other.ID }).ID
	ids["shop"] = d.session(db.SessionQueued, func(created *db.NewLink) { created.IntegrationID = "gone" }).ID
	blocked := d.session(db.SessionRunning)
	d.fail(blocked.Lease(), outcome.SiteBlocked, "")
	ids["blocked"] = blocked.ID

	for _, test := range []struct {
		filter url.Values
		want   []string // the newest first
	}{
		{nil, []string{"blocked", "shop", "other", "failed", "complete", "created"}},
		{url.Values{"status": {"failed"}}, []string{"blocked", "failed"}},
		{url.Values{"code": {"SITE_BLOCKED"}}, []string{"blocked"}},
		{url.Values{"integration": {"gone"}}, []string{"shop"}},
		{url.Values{"organization": {other.ID}}, []string{"other"}},
		{url.Values{"status": {"failed"}, "code": {"SITE_CHANGED"}, "integration": {"demo"}, "organization": {acme.ID}}, []string{"failed"}},
		{url.Values{"status": {"complete"}, "organization": {other.ID}}, nil},
		{url.Values{"q": {ids["other"]}}, []string{"other"}},
		{url.Values{"q": {"  " + ids["other"][:14] + "\n"}}, []string{"other"}}, // as it is pasted
		{url.Values{"q": {blocked.LinkID}}, []string{"blocked"}},
		{url.Values{"q": {"user 7 & more"}}, []string{"complete"}},
		{url.Values{"q": {"user 7"}}, nil},
		{url.Values{"q": {"%"}}, nil},
		{url.Values{"q": {"' OR 1=1 --"}}, nil},
		{url.Values{"status": {"no such"}}, nil},
		{url.Values{"unknown": {"x"}}, []string{"blocked", "shop", "other", "failed", "complete", "created"}},
	} {
		page := d.open("/sessions?" + test.filter.Encode())
		var want []string
		for _, name := range test.want {
			want = append(want, ids[name])
		}
		if got := page.sessions(); !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", test.filter, got, want)
		}
		if test.want == nil {
			page.wantTexts("No session fits these filters.")
		}
		chosen := map[string]string{}
		for _, option := range page.each("option", "") {
			if slices.ContainsFunc(option.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
				chosen[attribute(option.Parent, "name")] = attribute(option, "value")
			}
		}
		for name, values := range test.filter {
			if slices.Contains([]string{"status", "code", "integration", "organization"}, name) && chosen[name] != values[0] {
				t.Errorf("%v: the form shows %v", test.filter, chosen)
			}
		}
	}
}

func TestSessions_AreReadPageByPage(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	var want []string
	for range 55 {
		want = append(want, d.session(db.SessionCreated).ID)
	}
	d.session(db.SessionFailed)
	slices.Reverse(want)

	var got []string
	at := "/sessions?status=created"
	for turn := 0; ; turn++ {
		page := d.open(at)
		got = append(got, page.sessions()...)
		newer, older := pager(page)
		if (newer != "") != (turn > 0) || (newer != "" && newer != "/sessions?status=created") {
			t.Errorf("page %d: newer is %q", turn, newer)
		}
		if older == "" {
			break
		}
		d.session(db.SessionCreated) // what comes meanwhile moves nothing
		at = older
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d sessions, want %d", len(got), len(want))
	}
}

// pager is where the list goes on.
func pager(p page) (newer, older string) {
	for _, link := range p.each("a", "") {
		switch attribute(link, "rel") {
		case "prev":
			newer = attribute(link, "href")
		case "next":
			older = attribute(link, "href")
		}
	}
	return newer, older
}

func TestSessions_RestartAtABadCursorWithTheSameFilters(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	for _, cursor := range []string{"x", "%%", "MTI", strings.Repeat("A", 4000)} {
		reply := d.ask(http.MethodGet, "/sessions?"+url.Values{"cursor": {cursor}, "status": {"failed"}}.Encode(), "")
		if reply.Code != http.StatusSeeOther || reply.Header().Get("Location") != "/sessions?status=failed" {
			t.Errorf("%q: %d to %q", cursor, reply.Code, reply.Header().Get("Location"))
		}
	}
}

func TestSessions_SayWhatToDoFirstWhenEmpty(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	d.open("/sessions").wantTexts("Nobody has claimed a link yet.")
	d.open("/").wantTexts("No session has ended in the last seven days.")
}

func TestOverview_CountsOpenAndEndedSessions(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	for range 2 {
		d.session(db.SessionFailed) // of last week
	}
	d.clock.Advance(3 * 24 * time.Hour)
	d.logIn(password, "")
	for status, count := range map[db.SessionStatus]int{db.SessionComplete: 3, db.SessionCreated: 1, db.SessionQueued: 2, db.SessionRunning: 4, db.SessionWaiting: 1} {
		for range count {
			d.session(status)
		}
	}
	blocked := d.session(db.SessionRunning, func(created *db.NewLink) { created.IntegrationID = "a&b" })
	d.fail(blocked.Lease(), outcome.SiteBlocked, "")

	page := d.open("/")
	page.wantTexts("Running 4 a browser", "Waiting 2 for the person", "In line 2 for a browser", "Succeeded, 24 h 75.0 % 3 of 4",
		"Succeeded, 7 days 50.0 % 3 of 6", "SITE_BLOCKED a&b The site’s move 1", "SITE_CHANGED demo Our move: mend the integration 2")
	for _, link := range page.each("a", "code-name") {
		if got := d.open(attribute(link, "href")).sessions(); text(link) == "SITE_BLOCKED" && !slices.Equal(got, []string{blocked.ID}) {
			t.Errorf("%s leads to %v", text(link), got)
		}
	}
	d.clock.Advance(8 * 24 * time.Hour)
	d.logIn(password, "")
	d.open("/").wantTexts("No session has ended in the last seven days.")
}

func TestPages_ReportScriptsThatDoNotLoad(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	d.serve(fstest.MapFS{"broken/integration.star": {Data: []byte("fail(")}})
	for _, path := range []string{"/", "/sessions"} {
		d.open(path).wantTexts("An integration did not load:", "broken/integration.star:1")
	}
}

func TestOverview_ListsTheVersionsInService(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	const own = `
integration(id = "NAME", name = "City Library", site = "https://library.example", hosts = ["library.example"],
    credentials = [field("card", label = "library_card")])

def login(page, user):
    page.goto("/")

def read(page, arguments):
    return {"history": []}

operations = {"readHistory.read": read}
`
	d.serve(fstest.MapFS{"att/integration.star": {Data: []byte("fail(")}, "lost/integration.star": {Data: []byte("fail(")},
		"library/integration.star": {Data: []byte(strings.ReplaceAll(own, "NAME", "library"))}})
	var rows []string
	for _, row := range d.open("/").each("tr", "") {
		rows = append(rows, text(row))
	}
	said := strings.Join(rows, "\n")
	for _, want := range []string{
		`att AT&T built in [0-9a-f]{8} .*\nThe newest version does not load: att/integration\.star:1:`,
		`demo Demo Mobile built in [0-9a-f]{8} .*\nlibrary City Library your file [0-9a-f]{8} .*\nlost out of service\n` +
			`The newest version does not load: lost/integration\.star:1:`,
	} {
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("the page does not say %s:\n%s", want, said)
		}
	}
}
