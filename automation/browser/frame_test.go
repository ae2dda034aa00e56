package browser

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// payment is a page with a card field in a frame of another site, which has a
// border and is outside of the window.
func payment(t *testing.T) (address, frame string) {
	t.Helper()
	frame = elsewhere(site(t, map[string]string{"/": `<input id=card>
		<button id=save onclick="document.title = 'x'; document.body.insertAdjacentHTML('beforeend', '<p id=saved>Saved</p>')">Save</button>`}))
	return site(t, map[string]string{"/": fmt.Sprintf(`<div style="height:2000px"></div>
		<iframe id=other src="%[1]s/other"></iframe><iframe id=pay src="%[1]s/" style="border:7px solid; padding:9px"></iframe>
		<button id=replace onclick="const old = pay; old.replaceWith(old.cloneNode())">Again</button>`, frame)}), frame
}

func TestFrame_IsFilledAndClickedAcrossSites(t *testing.T) {
	t.Parallel()
	address, frame := payment(t)
	page := visit(t, open(t, address, frame), address+"/")
	ctx := t.Context()
	card, n, err := page.Frame(ctx, "#pay")
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if _, _, err := page.Frame(ctx, "#other"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		must[int](t)(card.Fill(ctx, "#card", "4111111111111111"))
		must[int](t)(card.Click(ctx, "#save"))
		if text, _, err := card.Text(ctx, "#saved"); err != nil || text != "Saved" {
			t.Fatal(text, err)
		}
		if got := card.URL(); got != frame+"/" {
			t.Errorf("URL is %q", got)
		}
		must[int](t)(page.Click(ctx, "#replace")) // the same frame is found again
	}
}

func TestFill_RefusesAnUnlistedFrame(t *testing.T) {
	t.Parallel()
	address, frame := payment(t)
	b := open(t, address, frame)
	page := visit(t, b, address+"/")
	b.rules = chrome.NewRules(hosts(t, address), true) // the proxy still lets it load
	card, _, err := page.Frame(t.Context(), "#pay")
	if err != nil {
		t.Fatal(err)
	}
	_, err = card.Within(time.Second).Fill(t.Context(), "#card", "4111111111111111")
	if err == nil {
		t.Fatal("typed into a frame of an unlisted host")
	}
	if got := evaluate(t, b, `document.querySelector("iframe").contentDocument === null`); got != "true" {
		t.Fatal("the frame is not of another site")
	}
}

func TestFill_RefusesPlainHTTP(t *testing.T) {
	t.Parallel()
	b := openWith(t, Policy{Hosts: []string{"plain.example"}})
	if b.rules.MayType("http://plain.example") {
		t.Error("http off loopback may be typed into")
	}
	_, err := b.Page().Fill(t.Context(), "#x", "secret") // about:blank: no site at all
	wantCode(t, err, outcome.AutomationError)
}

func TestPage_ReadsTheNewDocumentAfterAClick(t *testing.T) {
	t.Parallel()
	var attempts atomic.Int32
	release := make(chan struct{})
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.Method == http.MethodPost {
			if attempts.Add(1) == 3 {
				<-release // the old document stays for a while
				_, _ = fmt.Fprint(w, `<p id=home>Home</p>`)
				return
			}
			_, _ = fmt.Fprint(w, `<p class=error>Wrong password</p>`)
		}
		_, _ = fmt.Fprint(w, `<form method=post action="/in"><input id=password><button id=go>Go</button></form>`)
	}))
	page := visit(t, open(t, address), address+"/")
	ctx := t.Context()
	for i := range 3 {
		must[int](t)(page.Fill(ctx, "#password", "guess"))
		if i == 2 {
			time.AfterFunc(300*time.Millisecond, func() { close(release) })
			if err := page.Press(ctx, "Enter"); err != nil {
				t.Fatal(err)
			}
		} else {
			must[int](t)(page.Click(ctx, "#go"))
		}
		seen, err := page.WaitFor(ctx, []Condition{{"wrong", ".error"}, {"home", "#home"}})
		if want := []string{"wrong", "wrong", "home"}[i]; err != nil || seen != want {
			t.Fatalf("attempt %d: %q, %v, want %q", i+1, seen, err, want)
		}
	}
}

func TestWaitFor_ContinuesThroughNavigations(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{
		"/":  `<script>setTimeout(() => location.href = "/2", 100)</script>`,
		"/2": `<meta http-equiv=refresh content="0;url=/3">`,
		"/3": `<script>setTimeout(() => { history.pushState(0, "", "/4?q=1#f"); document.body.innerHTML = "<p id=end>End</p>" }, 100)</script>`,
	})
	page := visit(t, open(t, address), address+"/")
	if seen, err := page.WaitFor(t.Context(), []Condition{{"end", "#end"}}); err != nil || seen != "end" {
		t.Fatal(seen, err)
	}
	for _, pattern := range []string{"/4", "/*", address + "/4", "http://*/4", "/4#f", "/*#*"} {
		if err := page.WaitURL(t.Context(), pattern); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	if got := page.URL(); got != address+"/4" {
		t.Errorf("URL is %q", got)
	}
	for _, pattern := range []string{"/4?", "/4#g"} {
		wantCode(t, page.Within(100*time.Millisecond).WaitURL(t.Context(), pattern), outcome.SiteChanged)
	}
}

func TestRows_ReadsEveryKindOfColumn(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `
		<div class=card data-id=a><b class=last4> 1111 </b><a href="/x@y">Edit</a></div>
		<div class=card>Only text</div>`})
	page := visit(t, open(t, address), address+"/")
	rows, err := page.Rows(t.Context(), ".card", []Column{
		{"id", "@data-id"}, {"last4", ".last4"}, {"link", `a[href="/x@y"]@href`}, {"edit", `a[href="/x@y"]`}, {"all", ""}, {"dot", "."},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := func(s *string) string {
		if s == nil {
			return "null"
		}
		return *s
	}
	got := ""
	for _, row := range rows {
		for _, name := range []string{"id", "last4", "link", "edit", "all", "dot"} {
			got += text(row[name]) + "|"
		}
	}
	if want := "a|1111|/x@y|Edit|1111 Edit|1111 Edit|null|null|null|null|Only text|Only text|"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if rows, err := page.Rows(t.Context(), ".none", nil); err != nil || len(rows) != 0 {
		t.Error(rows, err)
	}
	if n, err := page.Count(t.Context(), ".card"); n != 2 || err != nil {
		t.Error(n, err)
	}
	if ok, err := page.Exists(t.Context(), "#none"); ok || err != nil {
		t.Error(ok, err)
	}
	if _, ok, n, err := page.Attr(t.Context(), ".card", "data-none"); ok || n != 2 || err != nil {
		t.Error(ok, n, err)
	}
}

func TestClick_RefusesCoveredAndDisabledElements(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<button id=under>U</button><button id=off disabled>O</button>
		<div id=cover style="position:fixed;inset:0"></div><script>setTimeout(() => off.disabled = false, 200)</script>`})
	b := open(t, address)
	page := visit(t, b, address+"/")
	_, err := page.Within(400*time.Millisecond).Click(t.Context(), "#under")
	wantCode(t, err, outcome.SiteChanged)
	if _, err := b.evaluate(t.Context(), `setTimeout(() => cover.remove(), 200)`); err != nil {
		t.Fatal(err)
	}
	must[int](t)(page.Click(t.Context(), "#under"))
	must[int](t)(page.Click(t.Context(), "#off"))
}
