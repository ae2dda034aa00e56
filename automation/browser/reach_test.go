package browser

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"passage/automation/outcome"
)

func TestBrowser_ReachesListedHostsOnly(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	outside := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, outside, http.StatusFound)
		case "/away-tls":
			http.Redirect(w, r, strings.Replace(outside, "http:", "https:", 1), http.StatusFound)
		case "/socket":
			socket, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			_ = socket.Write(r.Context(), websocket.MessageText, []byte("hello"))
			_ = socket.Close(websocket.StatusNormalClosure, "")
		default:
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(w, `<img src="%[1]s/i"><iframe src="%[1]s/f"></iframe><p id=own></p><script>
				const note = s => document.body.insertAdjacentHTML("beforeend", "<p class=note>" + s + "</p>");
				const seen = Promise.withResolvers();
				for (const url of ["%[2]s", location.origin.replace("http", "ws") + "/socket"]) {
					const socket = new WebSocket(url);
					socket.onmessage = e => own.textContent = e.data;
					socket.onerror = () => note("socket");
				}
				fetch("%[1]s/fetch", {mode: "no-cors"}).then(r => note("status " + r.status), () => note("fetch"));
				navigator.sendBeacon("%[1]s/beacon", "x");
				new Worker(URL.createObjectURL(new Blob(["fetch('%[1]s/worker', {mode: 'no-cors'}).finally(() => postMessage(0))"]))).onmessage = () => note("worker");
			</script>`, outside, strings.Replace(outside, "http", "ws", 1))
		}
	}))
	b := open(t, address)
	page := visit(t, b, address+"/")
	if err := waitText(t, page, "#own", "hello"); err != nil {
		t.Errorf("a listed WebSocket: %v", err)
	}
	for want := 3; ; { // socket, fetch, worker
		n, err := page.Count(t.Context(), ".note")
		if err != nil {
			t.Fatal(err)
		}
		if n >= want {
			break
		}
	}
	e := wantCode(t, page.Goto(t.Context(), address+"/away"), outcome.SiteChanged)
	if !strings.Contains(e.Detail, strings.TrimPrefix(outside, "http://")) {
		t.Errorf("%v does not name the host", e)
	}
	wantCode(t, page.Goto(t.Context(), address+"/away-tls"), outcome.SiteChanged)
	wantCode(t, page.Goto(t.Context(), outside), outcome.AutomationError)
	wantCode(t, page.Goto(t.Context(), "file:///etc/passwd"), outcome.AutomationError)
	if n := hits.Load(); n != 0 {
		t.Errorf("%d requests were let through", n)
	}
}

func TestGoto_TellsHowTheSiteFailed(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/500", "/empty":
			w.WriteHeader(http.StatusInternalServerError)
		case "/429":
			w.WriteHeader(http.StatusTooManyRequests)
		case "/404":
			w.WriteHeader(http.StatusNotFound)
		case "/cut":
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
			return
		case "/hang":
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		case "/drip":
			_, _ = io.WriteString(w, "<p>beginning")
			_ = http.NewResponseController(w).Flush()
			<-hang
		}
		if r.URL.Path != "/empty" {
			_, _ = io.WriteString(w, "<p>page</p><form action=/500><button id=go>Go</button></form>")
		}
	}))
	t.Cleanup(func() { close(hang) })
	nobody := "http://127.0.0.1:1"
	b := open(t, address, nobody)
	for path, code := range map[string]outcome.Code{
		"/500": outcome.SiteUnavailable, "/empty": outcome.SiteUnavailable, "/429": outcome.RateLimited, "/404": "", "/cut": outcome.SiteUnavailable,
		"/hang": outcome.SiteUnavailable, "/drip": outcome.SiteUnavailable,
	} {
		err := b.Page().Within(2*time.Second).Goto(t.Context(), address+path)
		if code == "" && err == nil {
			continue
		}
		if outcome.From(err) == nil || outcome.From(err).Code != code {
			t.Errorf("%s: %v, want %q", path, err, code)
		}
	}
	wantCode(t, b.Page().Goto(t.Context(), nobody), outcome.SiteUnavailable)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := b.Page().Goto(ctx, address+"/hang"); err != context.DeadlineExceeded { //nolint:errorlint // unchanged
		t.Error(err)
	}
	page := visit(t, b, address+"/")
	must[int](t)(page.Click(t.Context(), "#go"))
	started := time.Now()
	_, err := page.WaitFor(t.Context(), []Condition{{"home", "#home"}})
	wantCode(t, err, outcome.SiteUnavailable)
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("waited for %s on an error page", took)
	}
}
