package connect

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/proto"

	"passage/static"
	"passage/views"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// scriptServer plays the server: a session page, its stream, and what was posted.
type scriptServer struct {
	*httptest.Server
	mu      sync.Mutex
	layout  Layout
	model   Model
	after   Model // what a posted form leads to
	broken  bool  // forms are answered by something that is no page of ours
	posted  []string
	viewers map[*viewer]bool
	opened  chan struct{} // a stream was opened
	back    chan string   // the person came to the merchant, with this query
}

// viewer is one open stream: what is sent on update is closed once the present
// state was written, and gone is closed when the stream has ended.
type viewer struct {
	update chan chan struct{}
	gone   <-chan struct{}
}

func newScriptServer(t *testing.T, model Model) *scriptServer {
	t.Helper()
	s := &scriptServer{layout: testLayout(), model: model, viewers: map[*viewer]bool{}, opened: make(chan struct{}, 9), back: make(chan string, 1)}
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.HandleFunc("GET /s/1", s.page)
	mux.HandleFunc("POST /s/1", s.post)
	mux.HandleFunc("GET /s/1/events", s.events)
	mux.HandleFunc("GET /merchant", func(_ http.ResponseWriter, r *http.Request) { s.back <- r.URL.RawQuery })
	mux.HandleFunc("GET /host", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<!doctype html><title>A merchant</title>")
	})
	s.Server = httptest.NewServer(mux)
	s.layout.Return = s.URL + "/merchant?linkId=link_1"
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func (s *scriptServer) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f, m := s.layout, s.model
	s.mu.Unlock()
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	Page(f, m).Render(r.Context(), w)
}

func (s *scriptServer) post(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	s.mu.Lock()
	s.posted = append(s.posted, r.PostForm.Encode())
	after, broken := s.after, s.broken
	s.mu.Unlock()
	if broken {
		http.Error(w, "bad gateway", http.StatusBadGateway)
		return
	}
	if after != nil {
		s.show(after)
	}
	http.Redirect(w, r, "/s/1", http.StatusSeeOther)
}

func (s *scriptServer) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	own := &viewer{update: make(chan chan struct{}), gone: r.Context().Done()}
	s.write(w, r)
	s.mu.Lock()
	s.viewers[own] = true
	s.mu.Unlock()
	s.opened <- struct{}{}
	defer func() { s.mu.Lock(); delete(s.viewers, own); s.mu.Unlock() }()
	for {
		select {
		case <-own.gone:
			return
		case written := <-own.update:
			s.write(w, r)
			close(written)
		}
	}
}

func (s *scriptServer) write(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f, m := s.layout, s.model
	s.mu.Unlock()
	var live strings.Builder
	Live(f, m).Render(r.Context(), &live)
	fmt.Fprintf(w, "event: live\ndata: %s\n\n", strings.ReplaceAll(live.String(), "\n", "\ndata: "))
	if m.screen(f).endState != "" {
		fmt.Fprint(w, "event: end\ndata: end\n\n")
	}
	w.(http.Flusher).Flush()
}

// show makes a model the present state, at the next revision.
func (s *scriptServer) show(m Model) { s.showAt(m, s.revision()+1) }

func (s *scriptServer) revision() int64 { s.mu.Lock(); defer s.mu.Unlock(); return s.layout.Revision }

// showAt returns when every open stream has been told.
func (s *scriptServer) showAt(m Model, revision int64) {
	s.mu.Lock()
	s.model, s.layout.Revision = m, revision
	viewers := slices.Collect(maps.Keys(s.viewers))
	s.mu.Unlock()
	for _, each := range viewers {
		written := make(chan struct{})
		select {
		case each.update <- written:
			<-written
		case <-each.gone:
		}
	}
}

func (s *scriptServer) forms() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.posted...)
}

func (s *scriptServer) awaitStream(t *testing.T, page *rod.Page) {
	t.Helper()
	select {
	case <-s.opened:
	case <-page.GetContext().Done():
		t.Fatal("the page opened no stream")
	}
}

func openBrowser(t *testing.T) *rod.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	path := os.Getenv("PASSAGE_BROWSER")
	for _, name := range []string{"chromium-headless-shell", "chromium"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Fatal("no browser: run make browser, or set PASSAGE_BROWSER")
	}
	launch := launcher.New().Bin(path).Leakless(false).NoSandbox(os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1")
	browser := rod.New().ControlURL(launch.MustLaunch()).MustConnect()
	t.Cleanup(func() { browser.MustClose(); launch.Cleanup() })
	return browser
}

// visit opens the session's page in a context of its own; whatever the browser
// complains of (an exception, a blocked resource) fails the test.
func visit(t *testing.T, browser *rod.Browser, s *scriptServer) *rod.Page {
	t.Helper()
	own := browser.MustIncognito()
	page := own.MustPage("").Timeout(20 * time.Second)
	go page.EachEvent(
		func(e *proto.LogEntryAdded) {
			if e.Entry.Source == proto.LogLogEntrySourceSecurity || e.Entry.Source == proto.LogLogEntrySourceJavascript {
				t.Errorf("the browser says: %s %s", e.Entry.Source, e.Entry.Text)
			}
		},
		func(e *proto.RuntimeExceptionThrown) {
			t.Errorf("the script failed: %s", e.ExceptionDetails.Exception.Description)
		},
	)()
	if err := (proto.LogEnable{}).Call(page); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { own.Timeout(5 * time.Second).Close() })
	page.MustNavigate(s.URL + "/s/1").MustWaitLoad()
	s.awaitStream(t, page)
	return page
}

func waitText(page *rod.Page, selector, text string) {
	page.MustWait(`(selector, text) => document.querySelector(selector)?.textContent.includes(text)`, selector, text)
}

func codePrompt(id string) Code {
	return Code{Ask: Ask{Action: "/s/1", Prompt: id}, SentTo: "(•••) •••-4410", Digits: 6}
}

func TestLiveScript_KeepsThePageUpToDate(t *testing.T) {
	t.Parallel()
	browser := openBrowser(t)
	tests := map[string]func(*testing.T, *rod.Browser){
		"a revision replaces the working screen and is announced":   liveReplaces,
		"an older revision changes nothing":                         olderIsRefused,
		"a form with input is never replaced":                       typedStays,
		"the same question again keeps the form":                    sameQuestionStays,
		"a new question takes the focus":                            newQuestionFocused,
		"a code sends itself once, without a new page":              codeSendsItself,
		"a reply that is no page of ours keeps the form":            brokenReplyKeepsForm,
		"the password can be shown and hidden":                      passwordShown,
		"the end leads back at once":                                endLeadsBack,
		"who opened the page and answers is told of the end":        listenerIsTold,
		"who opened the page and answers is told of a click":        listenerIsToldOfAClick,
		"who opened the page and is silent is not waited for":       silenceLeadsBack,
		"a lost stream is renewed and says so":                      streamRenewed,
		"without script the same form works and the page goes on":   worksWithoutScript,
		"shortly before our limit the page asks and can be kept on": stillThere,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, browser) })
	}
}

func liveReplaces(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, Working{LogIn: StatusRunning})
	page := visit(t, browser, s)
	s.show(Working{LogIn: StatusComplete, Operations: []Operation{{Resource: "mobileBillingStatement", Action: "read", Status: StatusRunning, Progress: "opening_bills"}}})
	waitText(page, "#live", "Opening your bills")
	waitText(page, "#said", "Read your phone bills: Opening your bills.")
	if focused := page.MustEval(`() => document.activeElement.tagName`).Str(); focused != "BODY" {
		t.Errorf("the focus moved to %s", focused)
	}
	s.show(Working{Position: 2})
	page.MustWait(`() => document.title.startsWith("You’re in line")`)
}

func olderIsRefused(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, Working{LogIn: StatusRunning})
	page := visit(t, browser, s)
	s.showAt(Working{Position: 9}, 2)
	s.showAt(Working{LogIn: StatusComplete}, 4)
	page.MustWait(`() => document.querySelector("#live").dataset.revision === "4"`)
	if text := page.MustElement("#live").MustText(); strings.Contains(text, "number 9") {
		t.Error("the older revision is shown")
	}
}

func typedStays(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, Question{Ask: Ask{Action: "/s/1", Prompt: "p1"}, Question: "First pet?"})
	page := visit(t, browser, s)
	page.MustElement("#text").MustInput("Rex")
	s.show(Failed{Code: "LINK_EXPIRED"})
	page.MustWait(`() => !document.querySelector("[data-moved]").hidden`)
	if got := page.MustElement("#text").MustProperty("value").Str(); got != "Rex" {
		t.Errorf("what was typed is now %q", got)
	}
	loaded := page.MustWaitNavigation()
	page.MustElement("[data-reload]").MustClick()
	loaded()
	waitText(page, "#live", "This link has run out")
}

func sameQuestionStays(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, codePrompt("p1"))
	page := visit(t, browser, s)
	page.MustEval(`() => { document.querySelector("#code").marked = true }`)
	s.show(codePrompt("p1"))
	s.show(codePrompt("p1"))
	if !page.MustEval(`() => document.querySelector("#code").marked`).Bool() {
		t.Error("the form was replaced")
	}
	page.MustEval(`() => document.querySelector("#code").blur()`)
	s.show(Working{LogIn: StatusComplete})
	waitText(page, "#live", "Working at Demo Mobile")
}

func newQuestionFocused(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, Working{LogIn: StatusRunning})
	page := visit(t, browser, s)
	s.show(codePrompt("p1"))
	page.MustWait(`() => document.activeElement.id === "code"`)
	page.MustEval(`() => document.activeElement.blur()`)
	s.show(Choice{Ask: Ask{Action: "/s/1", Prompt: "p2"}, Title: "code_method", Options: []Option{{"sms", "Text"}, {"call", "Call"}}})
	page.MustWait(`() => document.activeElement.id === "title"`)
}

func codeSendsItself(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, codePrompt("p1"))
	wrong := codePrompt("p2")
	wrong.Reason = "wrong_code"
	s.after = wrong
	page := visit(t, browser, s)
	page.MustEval(`() => { window.same = true }`)
	page.MustElement("#code").MustInput("12 34 56")
	waitText(page, "#live", "That was not the right code.")
	page.MustWait(`() => document.activeElement.id === "code" && document.activeElement.value === ""`)
	page.MustElement("#code").MustInput("654321")
	if posted := s.forms(); len(posted) != 1 || posted[0] != "code=12+34+56&promptId=p1" {
		t.Errorf("posted: %q", posted)
	}
	s.mu.Lock()
	s.after = Working{LogIn: StatusComplete}
	s.mu.Unlock()
	page.Keyboard.MustType(input.Enter)
	waitText(page, "#live", "Working at Demo Mobile")
	page.MustWait(`() => document.activeElement.id === "title"`) // the field is gone, the focus is not
	if posted := s.forms(); len(posted) != 2 || !page.MustEval(`() => window.same === true`).Bool() {
		t.Errorf("posted: %q, or another page was loaded", posted)
	}
}

func brokenReplyKeepsForm(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, Question{Ask: Ask{Action: "/s/1", Prompt: "p1"}, Question: "First pet?"})
	s.broken = true
	page := visit(t, browser, s)
	page.MustElement("#text").MustInput("Rex").MustType(input.Enter)
	page.MustWait(`() => !document.querySelector("#offline").hidden`)
	page.MustWait(`() => !document.querySelector("form[aria-busy]") && document.querySelector(".primary").textContent === "Send answer"`)
	s.mu.Lock()
	s.broken, s.after = false, Working{LogIn: StatusComplete}
	s.mu.Unlock()
	page.MustElement("#text").MustType(input.Enter)
	waitText(page, "#live", "Working at Demo Mobile")
}

func passwordShown(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, LogIn{Ask: Ask{Action: "/s/1", Prompt: "p1"}, Fields: []Field{{Name: "password", Label: "password", Secret: true}}})
	page := visit(t, browser, s)
	page.MustElement("[data-reveal]").MustClick()
	page.MustWait(`() => document.querySelector("#field-password").type === "text" && document.querySelector("[data-reveal]").textContent === "Hide"`)
	page.MustElement("[data-reveal]").MustClick()
	page.MustWait(`() => document.querySelector("#field-password").type === "password"`)
}

func endLeadsBack(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, Working{LogIn: StatusComplete})
	page := visit(t, browser, s)
	s.show(Done{AutoReturn: true})
	select {
	case query := <-s.back:
		if query != "linkId=link_1" {
			t.Errorf("the query is %q", query)
		}
	case <-page.GetContext().Done():
		t.Error("the page stayed")
	}
}

func streamRenewed(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, Working{LogIn: StatusRunning})
	page := visit(t, browser, s)
	s.CloseClientConnections()
	s.show(Working{LogIn: StatusComplete})
	page.MustWait(`() => document.querySelector("#live").dataset.revision === "4"`)
	s.awaitStream(t, page)
	page.MustEval(`() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`)
	s.awaitStream(t, page)
	s.show(Working{Position: 3})
	waitText(page, "#live", "You’re number 3.")
}

func worksWithoutScript(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, codePrompt("p1"))
	s.after = Working{LogIn: StatusComplete}
	own := browser.MustIncognito()
	defer own.Timeout(5 * time.Second).Close()
	page := own.MustPage("").Timeout(20 * time.Second)
	if err := (proto.EmulationSetScriptExecutionDisabled{Value: true}).Call(page); err != nil {
		t.Fatal(err)
	}
	page.MustNavigate(s.URL + "/s/1").MustElement("#code:focus") // rod's other ways to wait need script
	page.MustInsertText("123456")
	page.Keyboard.MustType(input.Enter)
	page.MustElementR("h1", "Working at Demo Mobile")
	s.showAt(Done{AutoReturn: true}, 9)
	page.MustElementR("h1", "All done") // the page has loaded itself again
	if link := page.MustElement("#return").MustProperty("href").Str(); link != s.URL+"/merchant?linkId=link_1" {
		t.Errorf("the way back is %s", link)
	}
}

func stillThere(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, codePrompt("p1"))
	s.layout.IdleLimit = IdleLimit{Left: 121 * time.Second, Action: "/s/1", Extension: 10 * time.Minute}
	s.layout.Text = views.Match("en")
	page := visit(t, browser, s)
	page.MustWait(`() => !document.querySelector("[data-still]").hidden`)
	page.MustElement("[data-still] button").MustClick()
	page.MustWait(`() => document.querySelector("[data-still]").hidden`)
	if !page.MustHas("#code") {
		t.Error("the question is gone")
	}
}
