package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/go-chi/chi/v5"

	"passage/automation"
	"passage/automation/catalog"
	"passage/automation/resources"
	"passage/db"
	"passage/db/dbtest"
	"passage/web/api"
)

// card is Luhn-valid and nobody's.
const card = "4111111111111111"

const publicURL = "https://passage.example/base"

// script is an integration that is never run here: only its manifest counts.
const script = `
integration(
    id = "shop",
    name = "Shop",
    site = "https://shop.example",
    hosts = ["shop.example"],
    credentials = [field("username", label = "phone_or_email")],
)

def login(page, user):
    pass

def nothing(page, arguments):
    return {}

operations = {
    "paymentMethod.read": nothing,
    "paymentMethod.write": nothing,
    "mobileBillingStatement.read": nothing,
}
`

func scripts() fs.FS {
	return fstest.MapFS{
		"shop/integration.star": {Data: []byte(script)},
		"demo/integration.star": {Data: []byte(strings.ReplaceAll(script, "shop", "demo"))},
	}
}

// server is the whole API over a real database, called through HTTP.
type server struct {
	t      testing.TB
	db     *db.DB
	clock  *dbtest.Clock
	url    string
	key    string
	org    db.Organization
	logs   *logs
	folder string // of the database
	broken bool   // the test closes the database under the runner
	stop   func()

	handler http.Handler
}

type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newServer(t testing.TB, change ...func(*api.Options)) *server {
	t.Helper()
	s := &server{t: t, clock: dbtest.NewClock(), logs: &logs{}, folder: t.TempDir()}
	s.db = dbtest.OpenFolder(t, s.folder, s.clock.Now)
	s.org = dbtest.Organization(t, s.db, "acme")
	s.key = s.newKey(s.org)
	logger := slog.New(slog.NewTextHandler(s.logs, nil))
	loaded, err := catalog.Load(catalog.Options{Folder: scripts()})
	if err != nil {
		t.Fatal(err)
	}
	set, err := resources.Load()
	if err != nil {
		t.Fatal(err)
	}
	runner := automation.NewRunner(automation.Options{DB: s.db, Catalog: loaded, Resources: set, Logger: logger,
		Limits: automation.DefaultLimits()})
	s.run(runner)
	public, err := url.Parse(publicURL)
	if err != nil {
		t.Fatal(err)
	}
	options := api.Options{DB: s.db, Runner: runner, Catalog: loaded, Resources: set, PublicURL: public, Logger: logger}
	for _, change := range change {
		change(&options)
	}
	router := chi.NewRouter()
	if err := api.New(options).Mount(router); err != nil {
		t.Fatal(err)
	}
	s.handler = router
	listener := httptest.NewServer(router)
	t.Cleanup(listener.Close)
	s.url = listener.URL
	return s
}

// run keeps the runner at work until the test ends.
func (s *server) run(runner *automation.Runner) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- runner.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !s.broken {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(s.stop)
}

func (s *server) newKey(organization db.Organization, changes ...func(*db.NewKey)) string {
	s.t.Helper()
	created := db.NewKey{OrganizationID: organization.ID}
	for _, change := range changes {
		change(&created)
	}
	key, err := s.db.CreateKey(s.t.Context(), created)
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

// reply is a reply, read to its end.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// call sends a request with the server's key; headers are pairs that replace
// what is sent otherwise, and an empty value takes a header away.
func (s *server) call(method, path, body string, headers ...string) reply {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.key)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for n := 0; n < len(headers); n += 2 {
		request.Header.Del(headers[n])
		if headers[n+1] != "" {
			request.Header.Set(headers[n], headers[n+1])
		}
	}
	got, err := s.do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	s.wantDescribed(method, path, body, got)
	return got
}

func (s *server) do(request *http.Request) (reply, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return reply{s.t, response.StatusCode, response.Header, text}, err
}

func (s *server) post(path, body string, headers ...string) reply {
	s.t.Helper()
	return s.call(http.MethodPost, path, body, headers...)
}

func (s *server) get(path string, headers ...string) reply {
	s.t.Helper()
	return s.call(http.MethodGet, path, "", headers...)
}

// object reads a reply that must have a status.
func (r reply) object(status int) map[string]any {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	if kind := r.header.Get("Content-Type"); kind != "application/json" {
		r.t.Errorf("Content-Type is %q", kind)
	}
	var object map[string]any
	if err := json.Unmarshal(r.body, &object); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	return object
}

// fault reads an error and checks its form.
func (r reply) wantError(status int, code string) map[string]any {
	r.t.Helper()
	object := r.object(status)
	if object["code"] != code {
		r.t.Errorf("code %v, want %s: %s", object["code"], code, r.body)
	}
	if text, _ := object["error"].(string); text == "" {
		r.t.Errorf("no error text: %s", r.body)
	}
	for name := range object {
		if name != "error" && name != "code" && (name != "issues" || code != "validation_failed") {
			r.t.Errorf("an error has no field %q: %s", name, r.body)
		}
	}
	if r.header.Get("X-Request-Id") == "" {
		r.t.Error("no X-Request-Id")
	}
	return object
}

// issues reads a validation failure as “path: message” lines.
func (r reply) issues() string {
	r.t.Helper()
	object := r.wantError(http.StatusBadRequest, "validation_failed")
	if object["error"] != "Validation failed" {
		r.t.Errorf("error is %v", object["error"])
	}
	var lines []string
	list, _ := object["issues"].([]any)
	for _, item := range list {
		issue, _ := item.(map[string]any)
		if len(issue) != 2 {
			r.t.Errorf("an issue is a path and a message: %v", issue)
		}
		lines = append(lines, issue["path"].(string)+": "+issue["message"].(string))
	}
	return strings.Join(lines, "\n")
}

func (s *server) create(body string) map[string]any {
	s.t.Helper()
	return s.post("/v1/links", body).object(http.StatusCreated)
}

func equal(t testing.TB, got, want any) {
	t.Helper()
	gotText, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	wantText, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if string(gotText) != string(wantText) {
		t.Errorf("got  %s\nwant %s", gotText, wantText)
	}
}
