package admin_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alexedwards/argon2id"
	"go.uber.org/goleak"
	"golang.org/x/net/html"

	"passage/automation/catalog"
	"passage/automation/outcome"
	"passage/db"
	"passage/db/dbtest"
	"passage/static"
	"passage/web"
	"passage/web/admin"
	"passage/web/branding"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	email    = "ada@passage.example"
	password = "correct horse battery"
)

// testServer is the dashboard over a real database, with an operator in front of it.
type testServer struct {
	testing.TB
	db      *db.DB
	clock   *dbtest.Clock
	handler http.Handler
	cookie  string // the operator's; empty before logIn
}

// newTestServer has one operator, whose password is hashed as cheaply as can be: what
// a real hash costs is db's to test.
func newTestServer(t testing.TB) *testServer {
	t.Helper()
	d := &testServer{TB: t, clock: dbtest.NewClock()}
	folder := t.TempDir()
	d.db = dbtest.OpenFolder(t, folder, d.clock.Now)
	hashed, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16})
	d.must(err)
	_, err = dbtest.Raw(t, folder).ExecContext(t.Context(), `INSERT INTO operators VALUES ('op_1', $1, $2, 1, 1)`, email, hashed)
	d.must(err)
	d.serve(nil)
	return d
}

// serve puts the dashboard in service, with scripts of the operator's own.
func (d *testServer) serve(scripts fstest.MapFS) {
	d.Helper()
	options := catalog.Options{Sites: map[string]catalog.Site{"demo": {URL: "http://127.0.0.1:1"}}}
	if scripts != nil {
		options.Folder = scripts
	}
	loaded, err := catalog.Load(options)
	d.must(err)
	logger := slog.New(slog.DiscardHandler)
	dashboard := admin.New(admin.Options{DB: d.db, Catalog: loaded, Logger: logger})
	d.handler, err = web.Admin(web.Options{Admin: dashboard, Static: static.Handler(), Branding: &branding.Server{DB: d.db}, Metrics: http.NotFoundHandler(),
		Ready: func(context.Context) error { return nil }, Guard: web.Guard{Hosts: []string{"example.com"}}, Logger: logger})
	d.must(err)
}

func (d *testServer) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *testServer) ask(method, target, body string) *httptest.ResponseRecorder {
	d.Helper()
	request := httptest.NewRequestWithContext(d.Context(), method, target, strings.NewReader(body))
	request.Header.Set("Accept", "text/html")
	if body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if d.cookie != "" {
		request.Header.Set("Cookie", d.cookie)
	}
	recorder := httptest.NewRecorder()
	d.handler.ServeHTTP(recorder, request)
	return recorder
}

// logIn posts the form and keeps the cookie, if one comes.
func (d *testServer) logIn(with, next string) *httptest.ResponseRecorder {
	d.Helper()
	reply := d.ask(http.MethodPost, "/login", url.Values{"email": {email}, "password": {with}, "next": {next}}.Encode())
	if cookies := reply.Result().Cookies(); len(cookies) > 0 {
		d.cookie = cookies[0].Name + "=" + cookies[0].Value
	}
	return reply
}

// newLoggedIn is a desk whose operator has logged in.
func newLoggedIn(t testing.TB) *testServer {
	t.Helper()
	d := newTestServer(t)
	if reply := d.logIn(password, ""); reply.Code != http.StatusSeeOther || d.cookie == "" {
		t.Fatalf("log in: %d %s", reply.Code, reply.Body)
	}
	return d
}

// page is a page that an operator sees.
type page struct {
	testing.TB
	raw      string
	document *html.Node
}

func (d *testServer) open(target string) page {
	d.Helper()
	reply := d.ask(http.MethodGet, target, "")
	if reply.Code != http.StatusOK {
		d.Fatalf("GET %s: %d %s %s", target, reply.Code, reply.Header().Get("Location"), reply.Body)
	}
	return read(d.TB, reply.Body.String())
}

func read(t testing.TB, raw string) page {
	t.Helper()
	document, err := html.Parse(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return page{t, raw, document}
}

// text is what a person reads, with single spaces.
func text(node *html.Node) string {
	var all strings.Builder
	for part := range node.Descendants() {
		if part.Type == html.TextNode {
			all.WriteString(part.Data + " ")
		}
	}
	return strings.Join(strings.Fields(all.String()), " ")
}

func (p page) wantTexts(parts ...string) {
	p.Helper()
	seen := text(p.document)
	for _, part := range parts {
		if !strings.Contains(seen, part) {
			p.Errorf("the page does not say %q: %s", part, seen)
		}
	}
}

func (p page) wantNoTexts(parts ...string) {
	p.Helper()
	for _, part := range parts {
		if strings.Contains(p.raw, part) {
			p.Errorf("the page holds %q", part)
		}
	}
}

// each finds elements by name and class; the class may be empty.
func (p page) each(name, class string) (found []*html.Node) {
	for node := range p.document.Descendants() {
		if node.Type == html.ElementNode && node.Data == name && (class == "" || strings.Contains(" "+attribute(node, "class")+" ", " "+class+" ")) {
			found = append(found, node)
		}
	}
	return found
}

func attribute(node *html.Node, name string) string {
	for _, each := range node.Attr {
		if each.Key == name {
			return each.Val
		}
	}
	return ""
}

// section is the text of the section whose heading has this id.
func (p page) section(id string) string {
	p.Helper()
	for _, section := range p.each("section", "") {
		if attribute(section, "aria-labelledby") == id {
			return text(section)
		}
	}
	return ""
}

// sessions are the ids in the list, as they stand.
func (p page) sessions() (ids []string) {
	for _, link := range p.each("a", "id-link") {
		ids = append(ids, text(link))
	}
	return ids
}

// session is an attempt at a new link, brought to a state.
func (d *testServer) session(to db.SessionStatus, changes ...func(*db.NewLink)) db.Session {
	d.Helper()
	created := dbtest.NewLink(dbtest.Organization(d, d.db, "acme").ID)
	for _, change := range changes {
		change(&created)
	}
	return d.attempt(dbtest.Link(d, d.db, created), to)
}

func (d *testServer) attempt(link db.Link, to db.SessionStatus) db.Session {
	d.Helper()
	d.clock.Advance(time.Second)
	claimed := dbtest.Claim(d, d.db, link, "boot_1")
	lease := claimed.Session.Lease()
	if to == db.SessionCreated {
		return d.stored(lease)
	}
	d.clock.Advance(2 * time.Second)
	d.must(d.db.StartSession(d.Context(), lease, claimed.PromptID))
	if to == db.SessionQueued {
		return d.stored(lease)
	}
	d.must(d.db.RunSession(d.Context(), lease))
	switch to {
	case db.SessionWaiting:
		_, err := d.db.OpenPrompt(d.Context(), lease, db.NewPrompt{Kind: "one_time_code", Question: json.RawMessage(`{"kind":"one_time_code"}`)})
		d.must(err)
	case db.SessionComplete:
		dbtest.Finish(d, d.db, lease, `{}`)
	case db.SessionFailed:
		d.fail(lease, outcome.SiteChanged, "detail")
	case db.SessionCreated, db.SessionQueued, db.SessionRunning:
	}
	return d.stored(lease)
}

func (d *testServer) fail(lease db.Lease, code outcome.Code, detail string) {
	d.Helper()
	d.must(d.db.FailSession(d.Context(), lease, db.Failure{Code: string(code), Detail: detail}))
}

func (d *testServer) stored(lease db.Lease) db.Session {
	d.Helper()
	session, _, err := d.db.Session(d.Context(), lease.SessionID)
	d.must(err)
	return session
}

// form is a body or a query of one name and value each.
func form(pairs ...string) string {
	values := url.Values{}
	for n := 0; n < len(pairs); n += 2 {
		values.Add(pairs[n], pairs[n+1])
	}
	return values.Encode()
}
