package browser

import (
	"testing"
	"time"
)

// MatchedElements is for the day when the selectors match nothing. It holds
// elements and the labels of controls, and nothing of the user's.
func TestMatchedElements_HoldNothingOfTheUsers(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<!doctype html>
		<h1 id=hello>Hello, Ada Lovelace</h1> <button id=menu>Ada Lovelace</button>
		<a class="profile wide" href=#>ada@example.com</a>
		<label for=user>Phone number</label> <input id=user value="0049 170 1234567">
		<label>Card ending in 4242 <input name=card></label>
		<button id=account-menu type=button>Hi, Ada</button>
		<form><button id=sign-in onclick="event.preventDefault(); this.remove()">Sign in</button></form>
		<p id="order-20261123">Two pizzas</p> <p data-testid="ada@example.com">Two pizzas</p>
		<p class=hidden hidden>Wrong</p> <p class=hidden id=shown>Wrong</p>
		<iframe id=frame srcdoc="<input id=pin placeholder=PIN>"></iframe>`})
	b := open(t, address)
	page := visit(t, b, address+"/")
	ctx := t.Context()
	must[string](t)(page.WaitFor(ctx, []Condition{{"gone", Any(".gone", "text=never")}, {"home", Any("#menu", "#hello")}, {"address", "url=/"}}))
	for _, selector := range []string{".profile", "#hello", "label=Phone number", "label=Card ending", ".hidden", "[id^=order]", "[data-testid]", "text=Ada Lovelace", "#nothing"} {
		must[int](t)(page.Count(ctx, selector))
	}
	must[int](t)(page.Fill(ctx, "#user", "canary-0170"))
	must[int](t)(page.Click(ctx, "#account-menu"))
	must[int](t)(page.Click(ctx, "#sign-in"))
	frame, _, err := page.Frame(ctx, "#frame")
	if err != nil {
		t.Fatal(err)
	}
	must[int](t)(frame.Count(ctx, "#pin"))
	if _, _, err := page.Within(time.Millisecond).Text(ctx, "#sign-in"); err == nil { // gone by now
		t.Error("the button was described after it was removed")
	}
	want := map[string]string{
		"#menu": "#menu", "#hello": "#hello", ".profile": "a.profile.wide", "label=Phone number": "#user “Phone number”",
		"label=Card ending": "input[name=\"card\"] “Card ending in …”", ".hidden": "#shown", "[id^=order]": "#order-…",
		"[data-testid]": "…", "text=Ada Lovelace": "#hello", "#user": "#user “Phone number”",
		"#account-menu": "#account-menu", "#sign-in": "#sign-in “Sign in”", "#frame": "#frame", "#pin": "#pin “PIN”",
	}
	seen := b.MatchedElements()
	for selector, element := range want {
		if seen[selector] != element {
			t.Errorf("%s: %q, want %q", selector, seen[selector], element)
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%q", seen)
	}
}
