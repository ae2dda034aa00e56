package script

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"passage/automation/browser"
	"passage/automation/browser/chrome"
	"passage/automation/browser/pool"
	"passage/automation/secret"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// carrier is a small site with a log-in in two steps, a list of cards, and a
// card form whose fields are in a frame of another site (localhost against
// 127.0.0.1).
type carrier struct {
	*httptest.Server
	mu      sync.Mutex
	typed   []string // into the frame
	saved   int
	release chan struct{} // closed when the push is approved
}

const (
	password = "correct-horse-9"
	code     = "246810"
)

func newCarrier(t *testing.T) *carrier {
	t.Helper()
	c := &carrier{release: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", c.show(`<form method=post><input id=username name=username><input id=password name=password type=password><button id=sign-in>Go</button></form>`))
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("password") != password {
			c.show(fmt.Sprintf(`<p class=error>No: %s</p><form method=post><input id=username name=username><input id=password name=password type=password><button id=sign-in>Go</button></form>`,
				html.EscapeString(r.FormValue("password"))))(w, r)
			return
		}
		http.Redirect(w, r, "/code?session=1", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /code", c.show(`<p id=destination>(•••) •••-4410</p><form method=post><input id=code name=code><button id=verify>Go</button></form>`))
	mux.HandleFunc("POST /code", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("code") != code {
			c.show(`<p class=error>wrong</p><p id=destination>x</p><form method=post><input id=code name=code><button id=verify>Go</button></form>`)(w, r)
			return
		}
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /account", c.show(`<h1 id=account>Hello</h1><select id=month><option value=01>Jan<option value=02>Feb</select>
		<input type=checkbox id=paperless><a id=link href="/cards" title="Your cards">cards</a><input id=search onkeydown="if(event.key=='Enter')location='/cards?q=1'">`))
	mux.HandleFunc("GET /cards", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		cards := `<li class=card data-id=c1><span class=last4>1111</span> <span class=brand>Visa</span></li><li class=card data-id=c2><span class=last4>2222</span></li>`
		for range c.saved {
			number := c.typed[slices.IndexFunc(c.typed, func(typed string) bool { return len(typed) == 16 })] // the CVV may arrive first
			cards += `<li class=card data-id=c3><span class=last4>` + number[12:] + `</span></li>`
		}
		c.show(`<ul>`+cards+`</ul>`)(w, r)
	})
	mux.HandleFunc("GET /new", func(w http.ResponseWriter, r *http.Request) {
		c.show(`<iframe id=card src="`+strings.Replace(c.URL, "127.0.0.1", "localhost", 1)+`/frame"></iframe><form method=post action="/new"><button id=save>Save</button></form>`)(w, r)
	})
	mux.HandleFunc("GET /frame", c.show(`<input id=number onchange="fetch('/typed?v='+this.value)"><input id=cvv onchange="fetch('/typed?v='+this.value)">`))
	mux.HandleFunc("GET /typed", func(_ http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.typed = append(c.typed, r.FormValue("v"))
	})
	mux.HandleFunc("POST /new", func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.saved++
		c.mu.Unlock()
		c.show(`<p class=saved>saved</p>`)(w, r)
	})
	mux.HandleFunc("GET /push", c.show(`<p id=waiting>Look at your phone</p><script>fetch('/approved').then(r => r.ok && (document.body.innerHTML = '<h1 id=account>Hello</h1>'))</script>`))
	mux.HandleFunc("GET /approved", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-c.release:
		case <-r.Context().Done():
		}
	})
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (*carrier) show(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, "<!doctype html><title>Carrier</title>"+body)
	}
}

// visit starts a run in a browser of its own that may reach the carrier.
func (c *carrier) visit(t *testing.T, ctx context.Context, body string, answers ...answerFunc) (testRun, *browser.Browser) {
	t.Helper()
	frameHost := strings.Replace(strings.TrimPrefix(c.URL, "http://"), "127.0.0.1", "localhost", 1)
	integration, err := loadBody(t, body).At(c.URL, frameHost)
	if err != nil {
		t.Fatal(err)
	}
	return startInBrowser(t, ctx, integration, answers)
}

// visitAt starts a run in a browser of its own on any site.
func visitAt(t *testing.T, address, body string, answers ...answerFunc) testRun {
	t.Helper()
	integration, err := loadBody(t, body).At(address)
	if err != nil {
		t.Fatal(err)
	}
	run, _ := startInBrowser(t, t.Context(), integration, answers)
	return run
}

func startInBrowser(t *testing.T, ctx context.Context, integration *Integration, answers []answerFunc) (testRun, *browser.Browser) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	browsers, err := pool.New(pool.Options{Browsers: 1, Chrome: chrome.Options{Dir: t.TempDir(), NoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1"}})
	if err != nil {
		t.Fatal(err)
	}
	redactor := secret.NewRedactor()
	process, err := browsers.Acquire(ctx, browser.Policy{Hosts: integration.Hosts, AllowPrivate: integration.AllowPrivate(), Redactor: redactor,
		Locale: browser.Locale{Language: integration.Language, Zone: integration.Zone}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(process.Close)
	b := testRun{user: &fakeUser{answers: answers}, recorder: &fakeRecorder{}}
	b.Run, err = integration.Start(ctx, Options{Page: process.Page(), User: b.user, Recorder: b.recorder, Redactor: redactor})
	if err != nil {
		t.Fatal(err)
	}
	return b, process
}
