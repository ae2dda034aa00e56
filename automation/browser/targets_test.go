package browser

import (
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

func TestClick_ReachesWhatNeverHoldsStill(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `
		<style>
			@keyframes sway { from { transform: translateX(0) } to { transform: translateX(40px) } }
			#sway { animation: sway 300ms infinite alternate linear; width: 200px }
		</style>
		<button id=sway onclick="said.textContent += 'sway '">Buy</button><button id=drift style="position:absolute;width:200px" onclick="said.textContent += 'drift '">Buy</button><p id=said></p>
		<script>let n = 0; const drift = document.querySelector("#drift"); (function step() { drift.style.top = 60 + (n++ % 20) + "px"; requestAnimationFrame(step) })()</script>`})
	page := visit(t, open(t, address), address+"/").Within(30 * time.Second)
	must[int](t)(page.Click(t.Context(), "#sway"))
	must[int](t)(page.Click(t.Context(), "#drift"))
	if err := waitText(t, page, "#said", "sway drift"); err != nil {
		t.Error(err)
	}
}

// A button that moves may be gone between the press and the release, and then the
// page gets no click.
func TestClick_IsRepeatedWhereTheElementMovedAwayUnderThePress(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `
		<button id=drift style="position:absolute" onclick="said.textContent += 'bought '">Buy</button><p id=said></p>
		<script>let n = 0, away = 0; (function step() { drift.style.top = 60 + away + (n++ % 3) + "px"; requestAnimationFrame(step) })()
		drift.addEventListener("mousedown", () => { away += 100; drift.style.top = 60 + away + "px" }, { once: true })</script>`})
	page := visit(t, open(t, address), address+"/").Within(30 * time.Second)
	must[int](t)(page.Click(t.Context(), "#drift"))
	if text, _, err := page.Text(t.Context(), "#said"); text != "bought" || err != nil {
		t.Errorf("the page says %q after the click (%v)", text, err)
	}
}

func TestClick_ReachesElementsWithoutABoxOfTheirOwn(t *testing.T) {
	t.Parallel()
	const picture = `<svg width=40 height=40 style="%s"><rect width=40 height=40 /></svg>`
	note := func(id string) string {
		return ` id=` + id + ` onclick="said.textContent += this.id + ' '; return false"`
	}
	address := site(t, map[string]string{"/": `
		<a href=# style="display:contents"` + note("contents") + `><b>Open</b></a>
		<div><a href=#` + note("float") + `>` + strings.Replace(picture, "%s", "float:left", 1) + `</a></div><div style="clear:both"></div>
		<div style="position:relative;height:50px"><a href=#` + note("absolute") + `>` + strings.Replace(picture, "%s", "position:absolute", 1) + `</a></div>
		<div style="font-size:0;line-height:0"><a href=#` + note("nothing") + `>` + strings.Replace(picture, "%s", "", 1) + `</a></div>
		<a href=# style="display:block;height:0;margin-bottom:50px"` + note("flat") + `><i style="display:block;height:30px">Menu</i></a>
		<div id=closed style="height:0;overflow:hidden">Later</div><div id=empty></div><p id=said></p>`})
	page := visit(t, open(t, address), address+"/")
	ctx := t.Context()
	for _, id := range []string{"contents", "float", "absolute", "nothing", "flat"} {
		if _, err := page.Within(5*time.Second).Click(ctx, "#"+id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if err := waitText(t, page, "#said", "contents float absolute nothing flat"); err != nil {
		text, _, _ := page.Text(ctx, "#said")
		t.Error(text, err)
	}
	if name, err := page.Poll(ctx, []Condition{{"closed", "#closed"}, {"empty", "#empty"}}); name != "" || err != nil {
		t.Errorf("%s is visible (%v)", name, err)
	}
}

func TestSelectors_PassOverWhatNobodySees(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": "<p>Sign\u200b\u00a0o\u00adut</p><label>E\u200dmail <input></label><p>İstanbul</p><p>STRASSE</p><p>ΟΔΟΣ</p><p>Cafe\u0301</p><p>Kırmızı</p>" +
		"<button aria-label='Be\u00adzahlen'>x</button><input placeholder='Such\u200be'><p>A\u2060B</p>"})
	page := visit(t, open(t, address), address+"/")
	for _, selector := range []string{
		"text=sign out", `text="Sign out"`, "text=si\u00adgn out", "label=email", `label="Email"`, "text=istanbul", "text=İSTANBUL", "text=straße", "text=οδοσ", "text=οδος", "text=caf\u00e9", `text="Caf` + "\u00e9" + `"`,
		"text=KIRMIZI", `role=button[name="bezahlen"]`, "placeholder=suche", `text="AB"`,
	} {
		if n, err := page.Count(t.Context(), selector); n != 1 || err != nil {
			t.Errorf("%s matches %d (%v)", selector, n, err)
		}
	}
}

const rows = `<ul><li class=card id=a><b>Ann</b> <button>Pay</button></li><li class=card id=b><b>Bob</b> <button>Pay</button><button class=more hidden>More</button></li><li class=card id=c hidden><b>Bob</b></li></ul>
	<p title="x >> y">Arrow</p><p>a >> b</p><button>Pay all</button><p id=bell>Bobby</p>`

func TestSelectors_FilterByContentsAndVisibility(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": rows})
	page := visit(t, open(t, address), address+"/")
	for selector, want := range map[string]int{
		".card >> has=text=Bob":                           2,
		".card >> has=text=Bob >> visible=true":           1,
		".card >> has=text=Bob >> visible=true >> button": 2,
		`.card >> has=role=button[name="Pay"]`:            2,
		".card >> has=button.more":                        1,
		".card>>has=css=b>>nth=-1":                        1,
		"b >> has=text=Ann":                               1, // the element itself shows it
		`text="a >> b"`:                                   1,
		`[title="x >> y"]`:                                1,
		".card >> has=text=Cid":                           0,
		"button >> visible=true":                          3,
	} {
		if n, err := page.Count(t.Context(), selector); n != want || err != nil {
			t.Errorf("%s matches %d, want %d (%v)", selector, n, want, err)
		}
	}
	start := time.Now()
	for _, selector := range []string{"#none >> li[", "#none >> role=x[", "has=text=x", "ul >> nth=x", "#none >> has=li["} {
		_, err := page.Click(t.Context(), selector)
		wantCode(t, err, outcome.AutomationError)
		_, err = page.WaitFor(t.Context(), []Condition{{"a", "#none"}, {"b", selector}})
		wantCode(t, err, outcome.AutomationError)
	}
	if time.Since(start) > 30*time.Second { // ten time-outs would take 100 s
		t.Errorf("invalid selectors took %v", time.Since(start))
	}
}

func TestPage_NearestIsWithinWhatTheFirstPartsMatched(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<h1>Your cards</h1>` + rows + `<button id=pay-now>Pay now</button>`})
	page := visit(t, open(t, address), address+"/").Within(time.Second)
	ctx := t.Context()
	_, err := page.Click(ctx, "#b >> text=Pay now")
	e := wantCode(t, err, outcome.SiteChanged)
	if s := e.Selectors[0]; s.Missing != "text=Pay now in the 1 of #b" || s.Near != "button “Pay”" {
		t.Errorf("%+v", s)
	}
	_, err = page.WaitFor(ctx, []Condition{{"row", ".card >> has=text=Cid >> button"}, {"home", "#pay-later"}, {"none", "#zzz"}})
	e = wantCode(t, err, outcome.SiteChanged)
	if s := e.Selectors[0]; s.Missing != "has=text=Cid in the 3 of .card" {
		t.Errorf("%+v", s)
	}
	if s := e.Selectors[1]; s.Missing != "" || !strings.Contains(s.Near, "#pay-now “Pay now”") {
		t.Errorf("%+v", s)
	}
	if s := e.Selectors[2]; !strings.Contains(s.Near, "h1 “Your cards”") {
		t.Errorf("nothing is like it, and then what there is must be named: %+v", s)
	}
}

func TestWaitFor_SeesWhatIsThereAndHidden(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<nav hidden><a class=out href=#>Log out</a></nav><p class=two>x</p><p class=two hidden>x</p>`})
	page := visit(t, open(t, address), address+"/").Within(time.Second)
	ctx := t.Context()
	name, err := page.WaitFor(ctx, []Condition{{"in", "text=Log out"}, {"shown", "hidden=.two"}, {"gone", "hidden=.none"}, {"home", Any(".none", "hidden=text=Log out")}})
	if name != "home" || err != nil {
		t.Errorf("%s (%v)", name, err)
	}
	for selector, want := range map[string]bool{".out": true, ".two": false, ".none": false} {
		if hidden := must[bool](t)(page.Hidden(ctx, selector)); hidden != want {
			t.Errorf("%s: hidden is %v", selector, hidden)
		}
	}
}
