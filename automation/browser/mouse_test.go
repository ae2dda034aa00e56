package browser

import (
	"errors"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

// surprise is a page on which something covers the button when the mouse moves onto
// it, after the check and before the click.
const surprise = `<button id=buy>Buy</button><input id=agree type=checkbox><p id=log></p>
<script>
  var note = s => { log.textContent += s + " " };
  buy.onclick = () => note("bought");
  agree.onclick = () => note("agreed");
  var cover = (html, ms) => {
    const box = document.createElement("div");
    box.id = "survey"; box.style = "position:fixed;inset:0;background:#fff9";
    box.innerHTML = html;
    for (const type of ["pointerdown", "mousedown", "mouseup", "click"]) box.addEventListener(type, () => note("swallowed:" + type));
    document.body.append(box);
    if (ms) setTimeout(() => box.remove(), ms);
  };
  addEventListener("mousemove", () => { %s }, { once: true });
</script>`

func TestClick_TriesAgainIfSomethingElseWouldTakeIt(t *testing.T) {
	t.Parallel()
	covering := func(script string) string { return strings.Replace(surprise, "%s", script, 1) }
	address := site(t, map[string]string{
		"/banner": covering(`cover("<b>How are we doing?</b>", 400)`),
		"/frame":  covering(`cover("<iframe src=/ad style='width:100%;height:100%;border:0'></iframe>", 400)`),
		"/stays":  covering(`cover("<b>How are we doing?</b>")`),
		"/card":   covering("") + `<iframe id=card src=/pay></iframe>`,
		"/pay":    `<button id=pay onclick="parent.note('paid')">Pay</button><script>addEventListener("mousemove", () => parent.cover("", 400), { once: true })</script>`,
		"/ad":     `<p>Ad</p>`,
	})
	b := open(t, address)
	ctx := t.Context()
	for path, act := range map[string]func(page *Page) error{
		"/banner": func(page *Page) error { _, err := page.Click(ctx, "#buy"); return err },
		"/frame":  func(page *Page) error { _, err := page.Click(ctx, "#buy"); return err },
	} {
		page := visit(t, b, address+path)
		if err := act(page); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if got := must[string](t)(first(page.Text(ctx, "#log"))); got != "bought" {
			t.Errorf("%s: the page saw %q", path, got)
		}
	}
	page := visit(t, b, address+"/banner")
	must[int](t)(page.Check(ctx, "#agree", true))
	if got := must[string](t)(first(page.Text(ctx, "#log"))); got != "agreed" {
		t.Errorf("the page saw %q", got)
	}
	page = visit(t, b, address+"/card")
	card, _, err := page.Frame(ctx, "#card")
	if err != nil {
		t.Fatal(err)
	}
	must[int](t)(card.Click(ctx, "#pay"))
	if got := must[string](t)(first(page.Text(ctx, "#log"))); got != "paid" {
		t.Errorf("the page saw %q", got)
	}
	page = visit(t, b, address+"/stays")
	begun := 0
	_, err = page.Within(2*time.Second).Submit(ctx, "#buy", func() error { begun++; return nil })
	if lost := wantCode(t, err, outcome.SiteChanged); !strings.Contains(lost.Error(), "covered by #survey") {
		t.Errorf("error %v does not name the survey", lost)
	}
	if got := must[string](t)(first(page.Text(ctx, "#log"))); got != "" || begun != 1 {
		t.Errorf("the page saw %q, and the function was called %d times", got, begun)
	}
}

func TestSubmit_CallsItsFunctionWhenItCanClick(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<button id=save disabled>Save</button><button id=send onclick="said.textContent += 'sent '">Send</button><p id=said></p>`})
	page := visit(t, open(t, address), address+"/").Within(500 * time.Millisecond)
	_, err := page.Submit(t.Context(), "#save", func() error { t.Error("the function was called"); return nil })
	wantCode(t, err, outcome.SiteChanged)
	refused := errors.New("no longer ours")
	if _, err := page.Submit(t.Context(), "#send", func() error { return refused }); !errors.Is(err, refused) {
		t.Errorf("error %v, want %v", err, refused)
	}
	must[int](t)(page.Submit(t.Context(), "#send", func() error { return nil }))
	if got := must[string](t)(first(page.Text(t.Context(), "#said"))); got != "sent" {
		t.Errorf("the page saw %q", got)
	}
}

// first leaves out how many elements matched.
func first[T any](value T, _ int, err error) (T, error) { return value, err }

// A component shows its children in a slot. A click on an element or on bare text
// there is a click on the button around the slot.
func TestClick_ReachesWhatIsAroundASlot(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"open", "closed"} {
		address := site(t, map[string]string{"/": `
			<x-button id=bare>Lend</x-button> <x-button id=mark><b>Return</b></x-button>
			<x-choice role=radio aria-checked=false>Monthly</x-choice><p id=said></p>
			<script>
			customElements.define("x-button", class extends HTMLElement { connectedCallback() {
				const root = this.attachShadow({mode: "` + mode + `"})
				root.innerHTML = "<button><slot></slot></button>"
				root.querySelector("button").onclick = () => said.textContent += this.id + " " } })
			customElements.define("x-choice", class extends HTMLElement { connectedCallback() {
				this.attachShadow({mode: "` + mode + `"}).innerHTML = "<i>○</i> <slot></slot>"
				this.onclick = () => this.setAttribute("aria-checked", true) } })
			</script>`})
		page := visit(t, open(t, address), address+"/")
		must[int](t)(page.Click(t.Context(), `role=button[name="Lend"]`))
		must[int](t)(page.Click(t.Context(), `role=button[name="Return"]`))
		must[int](t)(page.Check(t.Context(), "label=Monthly", true))
		if said, _, err := page.Text(t.Context(), "#said"); err != nil || said != "bare mark" {
			t.Errorf("%s roots: the page says %q: %v", mode, said, err)
		}
	}
}

// The dialogs of common libraries fade in, and take no click until they are there.
func TestClick_WaitsForAnOpeningDialog(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `
		<style>
			@keyframes fade { from { opacity: 0 } } @keyframes pulse { to { opacity: 0.8 } }
			#panel { animation: fade 500ms both } #ok { animation: pulse 100ms infinite alternate }
		</style>
		<button id=open>Open</button><div id=panel hidden><button id=ok>OK</button></div><p id=said></p>
		<script>
			document.querySelector("#open").onclick = () => { panel.hidden = false }
			ok.onclick = () => { said.textContent += panel.getAnimations().some((a) => a.playState === "running") ? "early " : "done" }
		</script>`})
	page := visit(t, open(t, address), address+"/")
	must[int](t)(page.Click(t.Context(), "#open"))
	must[int](t)(page.Click(t.Context(), "#ok"))
	if said, _, err := page.Text(t.Context(), "#said"); err != nil || said != "done" {
		t.Errorf("the page says %q: %v", said, err)
	}
}
