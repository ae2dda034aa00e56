package browser

import (
	"slices"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

// library is an account page made of components: few ids, labels that belong to no
// field, shadow roots within shadow roots.
const library = `
<main>
  <h1>Borrowed books</h1>
  <div class=f><div>Reader number</div><div><input></div></div>
  <div class=f>Birth year <input></div>
  <label>Street <input></label>
  <label for=town>Town</label><input id=town>
  <input aria-label="Postal code">
  <span id=lab>Phone <b>at home</b></span><input aria-labelledby=lab>
  <input placeholder="Search the catalogue">
  <p>You owe <b>two</b> books</p>
  <script>var script = "You owe a script"</script>
  <div role=button tabindex=0 onclick="said.textContent = 'renewed'">Renew all</div>
  <input type=button value="Print list" onclick="said.textContent = 'printed'">
  <button aria-label="Close panel" onclick="said.textContent = 'closed'"><svg></svg></button>
  <a href="#x">Sign   out</a> <a>Sign out of nothing</a>
  <p id=said></p>
  <ul><li>One</li><li>Two</li><li>Three</li></ul>
  <lib-shelf></lib-shelf><lib-vault></lib-vault>
</main>
<script>
  customElements.define("lib-shelf", class extends HTMLElement { connectedCallback() {
    this.attachShadow({mode: "open"}).innerHTML = "<lib-drawer></lib-drawer><p class=in>open one</p>" } })
  customElements.define("lib-drawer", class extends HTMLElement { connectedCallback() {
    this.attachShadow({mode: "open"}).innerHTML = "<label>Card code <input class=deep></label><button class=go>Lend</button><p class=in>open two</p>"
    this.shadowRoot.querySelector("button").onclick = () => said.textContent = "lent " + this.shadowRoot.querySelector("input").value } })
  customElements.define("lib-vault", class extends HTMLElement { connectedCallback() {
    const root = this.attachShadow({mode: "closed"})
    root.innerHTML = "<label>Secret shelf <input class=hidden></label><button>Unlock</button><lib-drawer></lib-drawer>"
    root.querySelector("button").onclick = () => said.textContent = "unlocked " + root.querySelector("input").value } })
</script>`

func TestSelectors_FindElementsOfEveryKind(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": library})
	page := visit(t, open(t, address), address+"/")
	for selector, want := range map[string]int{
		"text=you owe":                    1, // the paragraph, not the script
		"text=two books":                  1, // across elements
		`text="two"`:                      1,
		`text="Two"`:                      1,
		"text=two":                        3, // in the paragraph, the list and an open shadow root, in whatever case
		"text=nothing at all":             0,
		"text=sign out":                   2,
		"text=print list":                 1,
		"label=reader number":             1,
		"label=Birth year":                1,
		"label=street":                    1,
		"label=Town":                      1,
		"label=postal code":               1,
		"label=phone at home":             1,
		`label="Phone"`:                   0,
		"label=Card code":                 1,
		"placeholder=catalogue":           1,
		`placeholder="catalogue"`:         0,
		"role=heading":                    1,
		`role=button[name="Renew all"]`:   1,
		`role=button[name="renew"]`:       0,
		`role=button[name*="renew"]`:      1,
		`role=button[name="Close panel"]`: 1,
		`role=button[name='Print list']`:  1,
		`role=link[name="Sign out"]`:      1,
		"role=listitem":                   3,
		"ul >> li":                        3,
		"ul >> li >> nth=1":               1,
		"ul >> text=two":                  1,
		"css=li":                          3,
		".in":                             2,
		"lib-shelf >> lib-drawer >> .in":  1,
		"lib-shelf .in":                   0, // one selector stays on its side of the border
		Any("#none", "li", "h1"):          4,
	} {
		if n, err := page.Count(t.Context(), selector); n != want || err != nil {
			t.Errorf("%s matches %d, want %d (%v)", selector, n, want, err)
		}
	}
	for _, selector := range []string{"li[", "role=", "role=button[x]", "text=", "ul >> li[", " >> li"} {
		_, err := page.Count(t.Context(), selector)
		if err == nil {
			t.Errorf("no error for the selector %q", selector)
			continue
		}
		wantCode(t, err, outcome.AutomationError)
	}
}

// boxes is a form of a component library, whose fields are in boxes within boxes.
const boxes = `
<div class=f><div><div><b>Loan period</b></div></div><div><div><div><div><input readonly><button>▾</button></div></div></div></div></div>
<div class=f><p>Borrowed</p><div><div><div><div><input></div></div><div><div><input></div></div></div></div></div>
<div class=f><p>Read this, all of it, before you ask for more books than you will ever be able to carry.</p>
  <div><div><div><div><input></div></div></div></div></div>
<div class=f><div>Town</div><input></div>
<div class=f><div>Town</div><div><div><div><div><input></div></div></div></div></div>`

func TestSelectors_FindTheLabelOfAFieldInBoxes(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": boxes})
	page := visit(t, open(t, address), address+"/")
	for selector, want := range map[string]int{
		`label="Loan period"`: 1,
		"label=Borrowed":      0, // a heading of several fields
		"label=more books":    0, // a paragraph
		"label=Town":          1, // the one that is closer to its text
	} {
		if n, err := page.Count(t.Context(), selector); err != nil || n != want {
			t.Errorf("%s matches %d, want %d (%v)", selector, n, want, err)
		}
	}
}

func TestSelectors_FindUnnamedFieldsAndUnmarkedButtons(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": library})
	b := open(t, address)
	page := visit(t, b, address+"/")
	ctx := t.Context()
	must[int](t)(page.Fill(ctx, "label=Reader number", "77"))
	must[int](t)(page.Fill(ctx, "label=Birth year", "1815"))
	if got := evaluate(t, b, `[...document.querySelectorAll(".f input")].map(i => i.value).join()`); got != "77,1815" {
		t.Errorf("typed %s", got)
	}
	must[int](t)(page.Fill(ctx, "label=Card code", "C-9"))
	for selector, want := range map[string]string{"text=Renew all": "renewed", "text=Print list": "printed", "role=button[name='Close panel']": "closed", "role=button[name=Lend]": "lent C-9"} {
		must[int](t)(page.Click(ctx, selector))
		if text, _, err := page.Text(ctx, "#said"); text != want || err != nil {
			t.Errorf("%s: %q, want %q (%v)", selector, text, want, err)
		}
	}
}

func TestSelectors_FindElementsInClosedShadowRoots(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": library})
	page := visit(t, open(t, address), address+"/")
	ctx := t.Context()
	if n := must[int](t)(page.Count(ctx, ".hidden")); n != 0 {
		t.Errorf("%d matches in a closed root at once", n)
	}
	must[int](t)(page.Fill(ctx, "label=Secret shelf", "sesame"))
	must[int](t)(page.Click(ctx, "text=Unlock"))
	if text, _, err := page.Text(ctx, "#said"); text != "unlocked sesame" || err != nil {
		t.Errorf("%q (%v)", text, err)
	}
	if n := must[int](t)(page.Count(ctx, "lib-vault >> .deep")); n != 1 {
		t.Errorf("%d matches in a root within the closed one", n)
	}
}

func TestWithMatch_TellsTheAlternative(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<input id=old hidden><input class=new><p id=done>Done</p>`})
	page := visit(t, open(t, address), address+"/")
	var m Matched
	n, err := page.WithMatch(&m).Fill(t.Context(), Any("#old", ".new", "input"), "x")
	if err != nil || m.Selector != ".new" || n != 1 {
		t.Errorf("%q matched %d (%v)", m.Selector, n, err)
	}
	name, err := page.WithMatch(&m).WaitFor(t.Context(), []Condition{{"a", Any("#a", "#b")}, {"home", Any("url=/x", "url=/*", "#done")}})
	if err != nil || name != "home" || m.Selector != "url=/*" {
		t.Errorf("%q by %q (%v)", name, m.Selector, err)
	}
}

func TestPage_MissingElementNamesTheNearest(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<form><label>User name <input id=fld-user-name value="canary-7781"></label><label>Password <input type=password class="pw-box"></label>
		<button class="btn btn-go">Sign in now</button></form><p class="user-name-note" contenteditable onclick="1">canary-typed</p><p class=notice>Card 4111 1111 1111 1111</p>`})
	b := open(t, address)
	page := visit(t, b, address+"/").Within(time.Second)
	ctx := t.Context()
	must[int](t)(page.Fill(ctx, "label=Password", "canary-secret"))
	_, err := page.Click(ctx, Any("#sign-in", "#go"))
	e := wantCode(t, err, outcome.SiteChanged)
	if len(e.Selectors) != 2 || !strings.Contains(e.Selectors[0].Near, "button.btn.btn-go “Sign in now”") {
		t.Errorf("%+v", e.Selectors)
	}
	_, err = page.Fill(ctx, "#userName", "x")
	e = wantCode(t, err, outcome.SiteChanged)
	if near := e.Selectors[0].Near; !strings.HasPrefix(near, "#fld-user-name “User name”") || strings.Contains(near, "canary") {
		t.Errorf("nearest: %s", near)
	}
	_, err = page.WaitFor(ctx, []Condition{{"home", "#zz"}, {"notice", ".notices"}})
	e = wantCode(t, err, outcome.SiteChanged)
	if near := e.Selectors[1].Near; !strings.Contains(near, "p.notice") || strings.Contains(near, "4111") {
		t.Errorf("nearest: %s", near)
	}
}

func TestPage_MissingElementNamesWhatHidesItAndInvalidFields(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<form action=/sent><label>Email <input type=email id=mail></label> <input required name=zip>
		<button>Send</button></form><div id=panel hidden><section hidden><p class=note>Saved</p></section></div> <p class=note hidden></p> <p id=empty></p>`})
	page := visit(t, open(t, address), address+"/")
	ctx := t.Context()
	must[int](t)(page.Fill(ctx, "#mail", "canary-7781"))
	must[int](t)(page.Click(ctx, "text=Send"))
	_, err := page.Within(time.Second).WaitFor(ctx, []Condition{{"saved", ".note"}, {"empty", "#empty"}, {"sent", "url=/sent"}})
	e := wantCode(t, err, outcome.SiteChanged)
	if want := "the browser holds a form back, for what is in: #mail “Email” (typeMismatch), input[name=\"zip\"] (valueMissing)"; !strings.Contains(e.Detail, want) || strings.Contains(e.Detail, "canary") {
		t.Errorf("detail %q, want %q", e.Detail, want)
	}
	want := []outcome.Selector{{Name: "saved", Selector: ".note", Matches: 2, Hiding: "#panel"}, {Name: "empty", Selector: "#empty", Matches: 1, Hiding: "#empty"}, {Name: "sent", Selector: "url=/sent"}}
	if !slices.Equal(e.Selectors, want) {
		t.Errorf("%+v", e.Selectors)
	}
}

func TestDismiss_ClicksWhatShows(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<button id=go>Go</button><p id=done></p><p id=n>0</p><script>
		const cover = () => { const d = document.createElement("div"); d.style = "position:fixed;inset:0;background:#fff"; d.innerHTML = "<button class=no>No, thanks</button>";
			d.firstChild.onclick = () => { n.textContent = +n.textContent + 1; d.remove() }; document.body.append(d) };
		cover();
		go.onclick = () => { done.textContent = "went"; cover() };
	</script>`})
	page := visit(t, open(t, address), address+"/")
	ctx := t.Context()
	_, err := page.Within(200*time.Millisecond).Click(ctx, "#go")
	wantCode(t, err, outcome.SiteChanged)
	page.Dismiss("#cookies", Any(".never", "role=button[name='No, thanks']"))
	must[int](t)(page.Click(ctx, "#go"))
	if err := waitText(t, page, "#n", "2"); err != nil {
		t.Error(err)
	}
	page.Dismiss()
	if text, _, err := page.Text(ctx, "#done"); text != "went" || err != nil {
		t.Error(text, err)
	}
}

func TestRows_ColumnsSearchShadowRootsAndHaveAlternatives(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<x-row data-id=1></x-row><x-row data-id=2></x-row><script>let i = 0
		customElements.define("x-row", class extends HTMLElement { connectedCallback() {
			this.attachShadow({mode: "open"}).innerHTML = ++i === 1 ? "<b>one</b><a href=/one>more</a>" : "<i>two</i><a data-to=/two>more</a>" } })</script>`})
	page := visit(t, open(t, address), address+"/")
	rows, err := page.Rows(t.Context(), "x-row", []Column{{"id", "@data-id"}, {"text", Any("b", "i")}, {"to", Any("a@href", "a@data-to")}, {"none", ".none"}})
	if err != nil || len(rows) != 2 || rows[1]["none"] != nil {
		t.Fatal(rows, err)
	}
	for i, want := range []string{"1 one /one", "2 two /two"} {
		if got := *rows[i]["id"] + " " + *rows[i]["text"] + " " + *rows[i]["to"]; got != want {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
	}
}

// A component shows its children where its slot is.
func TestSelectors_TextInASlotNamesWhatIsAroundTheSlot(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `
		<x-button>Lend <b>it</b></x-button><x-box>Remind me</x-box><x-box></x-box>
		<script>
		for (const [name, inside] of [["x-button", "<button>★ <slot></slot></button>"], ["x-box", "<label><input type=checkbox><slot>No reminder</slot></label>"]])
			customElements.define(name, class extends HTMLElement { connectedCallback() {
				this.attachShadow({mode: "open"}).innerHTML = inside } })
		</script>`})
	page := visit(t, open(t, address), address+"/")
	for _, selector := range []string{`role=button[name="★ Lend it"]`, "label=Remind me", "label=No reminder", `text="Lend it"`} {
		if n, err := page.Count(t.Context(), selector); err != nil || n != 1 {
			t.Errorf("%s matches %d, want 1: %v", selector, n, err)
		}
	}
	must[int](t)(page.Check(t.Context(), "label=Remind me", true))
}
