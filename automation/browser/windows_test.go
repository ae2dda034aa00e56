package browser

import (
	"context"
	"slices"
	"testing"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

func TestPopup_IsFollowedAndClosed(t *testing.T) {
	t.Parallel()
	bank := elsewhere(site(t, map[string]string{"/": `<input id=pin><button id=allow onclick="opener.postMessage(pin.value, '*'); window.close()">Allow</button>`}))
	address := site(t, map[string]string{"/": `<button id=connect onclick="window.open('` + bank + `/', 'bank', 'width=300,height=300')">Connect</button>
		<a id=blank href="` + bank + `/" target=_blank rel=noopener>Terms</a><button id=none>None</button>
		<p id=said></p><script>onmessage = e => said.textContent = "pin " + e.data</script>`})
	b := open(t, address, bank)
	page := visit(t, b, address+"/")
	ctx := t.Context()
	click := func(selector string) func() error {
		return func() error { _, err := page.Click(ctx, selector); return err }
	}
	for range 2 {
		popup, err := page.Popup(ctx, click("#connect"))
		if err != nil {
			t.Fatal(err)
		}
		must[int](t)(popup.Fill(ctx, "#pin", "42"))
		if got := popup.URL(); got != bank+"/" {
			t.Errorf("the window is at %q", got)
		}
		must[int](t)(popup.Click(ctx, "#allow"))
		if err := waitText(t, page, "#said", "pin 42"); err != nil {
			t.Fatal(err)
		}
		_, _, err = popup.Within(5*time.Second).Text(ctx, "#never")
		wantCode(t, err, outcome.SiteChanged) // it has closed itself
		if err := popup.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	popup, err := page.Popup(ctx, click("#blank"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := page.Popup(ctx, click("#blank")); err == nil {
		t.Error("no error for a second window")
	}
	must[int](t)(popup.Fill(ctx, "#pin", "1"))
	if err := popup.Close(ctx); err != nil {
		t.Error(err)
	}
	_, err = page.Within(300*time.Millisecond).Popup(ctx, click("#none"))
	wantCode(t, err, outcome.SiteChanged)
	must[int](t)(page.Click(ctx, "#connect")) // nobody waits for this one
	if _, _, err := page.Text(ctx, "#said"); err != nil {
		t.Error(err)
	}
	if err := page.Close(ctx); err == nil {
		t.Error("no error for closing the page itself")
	}
	ended, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for len(must[[]chrome.TargetID](t)(b.process.Windows(ctx))) > 1 {
		if ended.Err() != nil {
			t.Fatal("a window that no script expects stays open")
		}
	}
}

func TestDialogs_AreAnsweredAsSet(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<button id=go onclick="alert('hello'); said.textContent = confirm('sure?') + '/' + prompt('who?')">Go</button><p id=said></p>`})
	page := visit(t, open(t, address), address+"/")
	ctx := t.Context()
	page.Dialogs(true, "Ada")
	must[int](t)(page.Click(ctx, "#go"))
	if err := waitText(t, page, "#said", "true/Ada"); err != nil {
		t.Error(err)
	}
	if said := page.Dialogs(false, ""); !slices.Equal(said, []string{"hello", "sure?", "who?"}) {
		t.Errorf("the messages are %q", said)
	}
	must[int](t)(page.Click(ctx, "#go"))
	if err := waitText(t, page, "#said", "false/null"); err != nil {
		t.Error(err)
	}
}

func TestFrame_IsReachedInAFrameInAShadowRoot(t *testing.T) {
	t.Parallel()
	inner := site(t, map[string]string{"/": `<input id=number><button id=pay onclick="out.textContent = number.value">Pay</button><p id=out></p>`})
	middle := elsewhere(site(t, map[string]string{"/": `<p>Processor</p><x-box></x-box><script>customElements.define("x-box", class extends HTMLElement { connectedCallback() {
		this.attachShadow({mode: "closed"}).innerHTML = "<iframe style='margin:20px' src='` + inner + `/'></iframe>" } })</script>`}))
	address := site(t, map[string]string{"/": `<x-pay></x-pay><script>customElements.define("x-pay", class extends HTMLElement { connectedCallback() {
		this.attachShadow({mode: "open"}).innerHTML = "<p>Card</p><iframe style='border:9px solid;width:500px;height:400px' src='` + middle + `/'></iframe>" } })</script>`})
	page := visit(t, open(t, address, middle, inner), address+"/")
	ctx := t.Context()
	outer, _, err := page.Frame(ctx, "x-pay >> iframe")
	if err != nil {
		t.Fatal(err)
	}
	card, _, err := outer.Frame(ctx, "iframe")
	if err != nil {
		t.Fatal(err)
	}
	must[int](t)(card.Fill(ctx, "#number", "4242"))
	must[int](t)(card.Click(ctx, "text=Pay"))
	if err := waitText(t, card, "#out", "4242"); err != nil {
		t.Error(err)
	}
}
