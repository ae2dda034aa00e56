package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"passage/automation/outcome"
)

func TestPage_FillsAndSendsAForm(t *testing.T) {
	t.Parallel()
	var form map[string][]string
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.Method == http.MethodPost {
			_ = r.ParseForm()
			form = r.PostForm
			_, _ = w.Write([]byte(`<p id=done>Welcome</p>`))
			return
		}
		_, _ = w.Write([]byte(`<form method=post>
			<input id=name name=name value=old>
			<input id=password name=password type=password>
			<select id=state name=state><option value=NY>New York<option value=CA>California</select>
			<label><input id=terms name=terms type=checkbox style="opacity:0;width:0;height:0"> Terms</label>
			<input id=trusted name=trusted type=hidden value=no>
			<button id=go>Go</button></form>
			<script>document.querySelector("#go").addEventListener("click", e => document.querySelector("#trusted").value = e.isTrusted)</script>`))
	}))
	b := open(t, address)
	page := visit(t, b, address+"/login?token=secret#part")
	if got := page.URL(); got != address+"/login" {
		t.Errorf("URL is %q", got)
	}
	ctx := t.Context()
	must[int](t)(page.Fill(ctx, "#name", `Ada "Ω" <Lovelace>`))
	must[int](t)(page.Fill(ctx, "#password", "correct horse"))
	must[int](t)(page.Select(ctx, "#state", "California"))
	must[int](t)(page.Check(ctx, "#terms", true))
	must[int](t)(page.Click(ctx, "#go"))
	if text, n, err := page.Text(ctx, "#done"); err != nil || n != 1 || text != "Welcome" {
		t.Fatal(text, n, err)
	}
	for name, want := range map[string]string{"name": `Ada "Ω" <Lovelace>`, "password": "correct horse", "state": "CA", "terms": "on", "trusted": "true"} {
		if got := form[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestPage_MissingElementIsSiteChangedWithItsSelector(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<p class=x hidden>a</p><p class=x hidden>b</p>`})
	page := visit(t, open(t, address), address+"/").Within(200 * time.Millisecond)
	started := time.Now()
	n, err := page.Click(t.Context(), ".x")
	e := wantCode(t, err, outcome.SiteChanged)
	if n != 2 || len(e.Selectors) != 1 || e.Selectors[0] != (outcome.Selector{Selector: ".x", Matches: 2, Hiding: "p.x"}) {
		t.Errorf("%d, %+v", n, e)
	}
	if took := time.Since(started); took > 2*time.Second {
		t.Errorf("took %s", took)
	}
	_, err = page.WaitFor(t.Context(), []Condition{{"home", "#home"}, {"wrong", ".x"}})
	e = wantCode(t, err, outcome.SiteChanged)
	if len(e.Selectors) != 2 || e.Selectors[1] != (outcome.Selector{Name: "wrong", Selector: ".x", Matches: 2, Hiding: "p.x"}) {
		t.Errorf("%+v", e)
	}
	_, err = page.Click(t.Context(), "p[")
	wantCode(t, err, outcome.AutomationError)
}

func TestPage_CancelledCallReturnsItsCause(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": ``})
	page := visit(t, open(t, address), address+"/")
	cause := errors.New("the person went away")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(cause) })
	if _, err := page.Click(ctx, "#never"); err != cause { //nolint:errorlint // unchanged is what is promised
		t.Errorf("error is %v", err)
	}
}

func TestClick_ThatStartsADownloadDelaysNothing(t *testing.T) {
	t.Parallel()
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch r.URL.Path {
		case "/nothing":
			w.WriteHeader(http.StatusNoContent)
		case "/file":
			w.Header().Set("Content-Disposition", "attachment; filename=bill.pdf")
		default:
			_, _ = w.Write([]byte(`<a id=nothing href=/nothing>1</a> <a id=file href=/file>2</a> <a id=mail href="mailto:a@b.example">3</a>
				<a id=window href=/ target=_blank>4</a> <a id=part href="#x">5</a>`))
		}
	}))
	page := visit(t, open(t, address), address+"/")
	started := time.Now()
	for _, selector := range []string{"#nothing", "#file", "#mail", "#window", "#part"} {
		must[int](t)(page.Click(t.Context(), selector))
		if n, err := page.Count(t.Context(), selector); n != 1 || err != nil {
			t.Error(selector, n, err)
		}
	}
	if took := time.Since(started); took > elementWithin {
		t.Errorf("took %s", took)
	}
}

func TestFill_FillsEveryKindOfInput(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<input id=number type=number value=7> <input id=date type=date> <p id=rich contenteditable>old</p>
		<textarea id=area>old</textarea> <input id=email type=email value=old> <input id=react> <input id=jump><input id=other> <input id=hidden type=hidden>
		<script>
			// As React does: the node's own value property hides the real one.
			let tracked = "";
			const real = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
			Object.defineProperty(react, "value", {get() { return real.get.call(this) }, set(v) { tracked = v; real.set.call(this, v) }});
			react.addEventListener("input", e => react.dataset.seen = (tracked !== real.get.call(react)) + "/" + e.isTrusted);
			jump.onfocus = () => other.focus();
		</script>`})
	b := open(t, address)
	page := visit(t, b, address+"/")
	for selector, value := range map[string]string{
		"#number": "42", "#date": "2026-11-23", "#rich": "new text", "#area": "two\nlines", "#email": "ada@example.com", "#react": "Ada", "#jump": "here",
	} {
		must[int](t)(page.Fill(t.Context(), selector, value))
		if got := evaluate(t, b, `var e = document.querySelector("`+selector+`"); e.value ?? e.innerText`); got != value {
			t.Errorf("%s is %q, want %q", selector, got, value)
		}
	}
	if got := evaluate(t, b, `react.dataset.seen + other.value`); got != "true/true" {
		t.Errorf("the site saw %s", got)
	}
	must[int](t)(page.Fill(t.Context(), "#email", ""))
	if got := evaluate(t, b, `email.value`); got != "" {
		t.Errorf("not cleared: %q", got)
	}
	_, err := page.Within(100*time.Millisecond).Fill(t.Context(), "#hidden", "x")
	wantCode(t, err, outcome.SiteChanged)
}

func TestGoto_LoadsTheDocumentWhateverTheFragment(t *testing.T) {
	t.Parallel()
	var loads atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("GET /list", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<p id=load>%d</p>`, loads.Add(1))
	})
	address := serve(t, mux)
	page := visit(t, open(t, address), address+"/list")
	for i, part := range []string{"#cards", "#cards", "#bills", "", ""} {
		if err := page.Goto(t.Context(), address+"/list"+part); err != nil {
			t.Fatal(err)
		}
		if text, _, err := page.Text(t.Context(), "#load"); err != nil || text != fmt.Sprint(i+2) {
			t.Errorf("after going to %q the page shows load %s (%v), want %d", part, text, err, i+2)
		}
	}
}

// Components often have no box of their own, and only their contents are visible.
func TestPage_ElementWithoutABoxIsVisibleByItsContents(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `
		<x-note id=shut>Nothing yet</x-note><x-note id=empty></x-note><x-note id=shown>Card saved</x-note>
		<script>customElements.define("x-note", class extends HTMLElement { connectedCallback() {
			this.attachShadow({mode: "open"}).innerHTML = "<style>:host { display: contents }</style><p><slot></slot></p>"
			this.shadowRoot.querySelector("p").hidden = this.id === "shut" } })</script>`})
	page := visit(t, open(t, address), address+"/")
	seen, err := page.WaitFor(t.Context(), []Condition{{"shut", "text=Nothing yet"}, {"empty", "#empty"}, {"shown", "text=Card saved"}})
	if err != nil || seen != "shown" {
		t.Errorf("saw %q: %v", seen, err)
	}
}
