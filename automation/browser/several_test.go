package browser

import (
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

// twins is a page on which most selectors match two visible elements.
const twins = `
<style>[hidden] { display: none }</style>
<form onsubmit="return false">
<input class=mail id=mail1 aria-label=Email><input class=mail id=mail2 aria-label="Email again">
<button class=go id=delete onclick="said.textContent += 'deleted '">Delete</button><button class=go id=save onclick="said.textContent += 'saved '">Save</button>
<select class=month><option value=1>May</select><select class=month><option value=1>May</select>
<input type=checkbox class=box><input type=checkbox class=box checked>
</form>
<p class=price>$5.00</p><p class=price data-price=7>$7.00</p><p class=same>Free</p><p class=same>Free</p>
<button class=menu hidden onclick="said.textContent += 'hidden '">Menu</button><button class=menu onclick="said.textContent += 'menu '">Menu</button>
<input type=hidden class=token value=a><input type=hidden class=token value=b>
<p id=said></p>`

func TestPage_RefusesToChooseAmongSeveralElements(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": twins})
	b := open(t, address)
	page := visit(t, b, address+"/").Within(time.Second)
	ctx := t.Context()
	for what, do := range map[string]func() (int, error){
		"fill":  func() (int, error) { return page.Fill(ctx, ".mail", "x") },
		"label": func() (int, error) { return page.Fill(ctx, "label=Email", "x") },
		"type":  func() (int, error) { return page.Type(ctx, ".mail", "x") },
		"click": func() (int, error) { return page.Click(ctx, ".go") },
		"submit": func() (int, error) {
			return page.Submit(ctx, Any(".none", ".go"), func() error { t.Error("submitted"); return nil })
		},
		"hover":  func() (int, error) { return page.Hover(ctx, ".go") },
		"select": func() (int, error) { return page.Select(ctx, ".month", "May") },
		"check":  func() (int, error) { return page.Check(ctx, ".box", true) },
		"text":   func() (int, error) { _, n, err := page.Text(ctx, ".price"); return n, err },
		"attr":   func() (int, error) { _, _, n, err := page.Attr(ctx, ".price", "data-price"); return n, err },
		"value":  func() (int, error) { _, n, err := page.Value(ctx, ".token"); return n, err },
		"is on":  func() (int, error) { _, n, err := page.Checked(ctx, ".box"); return n, err },
	} {
		n, err := do()
		if err == nil {
			t.Errorf("%s: no error", what)
			continue
		}
		e := wantCode(t, err, outcome.SiteChanged)
		if n != 2 || !strings.Contains(e.Detail, "2 elements match") || !strings.Contains(e.Detail, "nth=0") {
			t.Errorf("%s: %d matches, %v", what, n, e)
		}
	}
	_, err := page.Click(ctx, ".go")
	if e := wantCode(t, err, outcome.SiteChanged); !strings.Contains(e.Detail, "#delete “Delete”, #save “Save”") {
		t.Errorf("the elements are not listed: %v", e)
	}
	if said := must[string](t)(first(page.Text(ctx, "#said"))); said != "" {
		t.Errorf("clicked: %s", said)
	}
}

func TestPage_TakesTheOneOfSeveralThatIsMeant(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": twins})
	b := open(t, address)
	page := visit(t, b, address+"/")
	ctx := t.Context()
	must[int](t)(page.Click(ctx, ".menu")) // the other one is hidden
	must[int](t)(page.Click(ctx, ".go >> nth=1"))
	must[int](t)(page.First().Click(ctx, ".go"))
	must[int](t)(page.First().Check(ctx, ".box", true))
	must[int](t)(page.Fill(ctx, `label="Email"`, "ada"))
	if said := must[string](t)(first(page.Text(ctx, "#said"))); said != "menu saved deleted" {
		t.Errorf("clicked: %s", said)
	}
	for want, read := range map[string]func() (string, int, error){
		"Free":  func() (string, int, error) { return page.Text(ctx, ".same") }, // both say so
		"$5.00": func() (string, int, error) { return page.First().Text(ctx, ".price") },
		"$7.00": func() (string, int, error) { return page.Text(ctx, ".price >> nth=-1") },
	} {
		if got := must[string](t)(first(read())); got != want {
			t.Errorf("text %q, want %q", got, want)
		}
	}
}

// Traps are the fields before the real one that only programs find.
func TestFill_PassesOverFieldsThatNoUserCanReach(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	traps := map[string]string{
		"/left":        `<div style="position:absolute;left:-9999px"><label>Email <input name=trap></label></div>`,
		"/above":       `<div style="position:absolute;top:-500px"><label>Email <input name=trap></label></div>`,
		"/flat":        `<div style="height:0;overflow:hidden"><label>Email <input name=trap></label></div>`,
		"/cut":         `<div style="max-height:1px;overflow:hidden"><label>Email <input name=trap></label></div>`,
		"/transparent": `<div style="opacity:0;pointer-events:none"><label>Email <input name=trap></label></div>`,
		"/clip":        `<div style="position:absolute;clip:rect(0 0 0 0)"><label>Email <input name=trap></label></div>`,
		"/clip-path":   `<div style="clip-path:inset(50%)"><label>Email <input name=trap></label></div>`,
		"/indent":      `<div style="position:relative;overflow:hidden;height:30px"><label style="position:absolute;left:-300px;width:200px">Email <input name=trap style="width:90px"></label></div>`,
		"/aria":        `<div aria-hidden=true><label>Email <input name=trap></label></div>`,
		"/fixed":       `<label style="position:fixed;left:-900px">Email <input name=trap></label>`,
		"/dot":         `<label>Email <input name=trap style="width:1px;height:1px;border:0;padding:0"></label>`,
	}
	for path, trap := range traps {
		pages[path] = trap + `<div style="height:2000px"></div><label>Email <input id=real></label>`
	}
	address := site(t, pages)
	b := open(t, address)
	for path := range traps {
		page := visit(t, b, address+path)
		must[int](t)(page.Fill(t.Context(), "label=Email", "ada@example.com"))
		if got := evaluate(t, b, `document.querySelector("[name=trap]").value + "|" + document.querySelector("#real").value`); got != "|ada@example.com" {
			t.Errorf("%s: the fields hold %s", path, got)
		}
	}
}

func TestFill_RefusesAFieldThatNoUserCanReach(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<input id=trap style="position:absolute;left:-9999px">
		<div dir=rtl><input id=far style="position:relative;right:300px"></div>
		<div style="width:80px;height:60px;overflow:auto"><input id=inside style="margin-top:200px"></div>
		<label id=wrap onclick="pin.focus()">PIN <input id=pin style="opacity:0;pointer-events:none"></label>`})
	page := visit(t, open(t, address), address+"/")
	ctx := t.Context()
	_, err := page.Within(time.Second).Fill(ctx, "#trap", "x")
	if e := wantCode(t, err, outcome.SiteChanged); !strings.Contains(e.Detail, "where no user can see or reach it") {
		t.Errorf("error %v", e)
	}
	must[int](t)(page.Fill(ctx, "#inside", "x"))
	must[int](t)(page.Fill(ctx, "#far", "x"))
	must[int](t)(page.Click(ctx, "#wrap"))
	must[int](t)(page.Fill(ctx, "#pin", "1234")) // it has the focus
}
