package browser

import (
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

func TestClickTimes_OpensWithADoubleClick(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<div id=file ondblclick="said.textContent += 'opened '" onclick="said.textContent += 'clicked '">Bill.pdf</div><p id=said></p>`})
	page := visit(t, open(t, address), address+"/")
	must[int](t)(page.ClickTimes(t.Context(), "#file", 2))
	if err := waitText(t, page, "#said", "clicked clicked opened"); err != nil {
		t.Error(err)
	}
}

func TestPress_HoldsModifiers(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<input id=field value=""><p id=said></p><script>
		field.onkeydown = (e) => { if (!["Control", "Shift", "Alt", "Meta"].includes(e.key)) said.textContent += [e.ctrlKey && "C", e.altKey && "A", e.shiftKey && "S", e.metaKey && "M", e.key].filter(Boolean).join("-") + " " };
		field.onkeyup = (e) => { if (e.key === "Control") said.textContent += "up " }</script>`})
	b := open(t, address)
	page := visit(t, b, address+"/")
	ctx := t.Context()
	must[int](t)(page.Type(ctx, "#field", "old"))
	if err := b.Page().Press(ctx, "Control+A"); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"x", "Shift+y", "Control+Shift+Enter", "Shift+Tab"} {
		if err := page.Press(ctx, key); err != nil {
			t.Fatal(err)
		}
	}
	if got := evaluate(t, b, "field.value"); got != "xY" {
		t.Errorf("Control+A did not select what was there: %q", got)
	}
	if err := waitText(t, page, "#said", "o l d C-a up x S-Y C-S-Enter up S-Tab"); err != nil {
		text, _, _ := page.Text(ctx, "#said")
		t.Errorf("%q %v", text, err)
	}
	for _, key := range []string{"Control+", "Ctrl+A", "Control+Nothing", ""} {
		wantCode(t, page.Press(ctx, key), outcome.AutomationError)
	}
	if err := page.Press(ctx, "+"); err != nil {
		t.Error(err)
	}
}

func TestDrag_MovesElements(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `
		<div id=native draggable=true style="width:80px;height:40px;background:#ccc">Card 2</div><div id=slot style="width:200px;height:80px;background:#eee">Default</div>
		<div id=knob style="position:absolute;left:20px;top:200px;width:30px;height:30px;background:#555"></div><div id=stop style="position:absolute;left:300px;top:200px;width:30px;height:30px;background:#faa;z-index:-1"></div>
		<p id=said></p><script>
		native.ondragstart = (e) => e.dataTransfer.setData("text/plain", "card2");
		slot.ondragover = (e) => e.preventDefault();
		slot.ondrop = (e) => { e.preventDefault(); said.textContent += "dropped " + e.dataTransfer.getData("text/plain") + " " };
		let held = false, moves = 0;
		knob.onpointerdown = () => { held = true };
		onpointermove = (e) => { if (held) { moves++; knob.style.left = e.clientX - 15 + "px" } };
		onpointerup = (e) => { if (held) said.textContent += moves > 3 && Math.abs(e.clientX - 315) < 5 ? "slid " : "missed "; held = false };
		</script>`})
	page := visit(t, open(t, address), address+"/").Within(30 * time.Second)
	must[int](t)(page.Drag(t.Context(), "#knob", "#stop"))
	must[int](t)(page.Drag(t.Context(), "#native", "#slot"))
	if err := waitText(t, page, "#said", "slid dropped card2"); err != nil {
		text, _, _ := page.Text(t.Context(), "#said")
		t.Errorf("%q %v", text, err)
	}
	_, err := page.Within(time.Second).Drag(t.Context(), "#knob", "#nowhere")
	wantCode(t, err, outcome.SiteChanged)
}

func TestSelect_NamesTheOptionsThatThereAre(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<select id=state><option value="">Choose<option>Alabama<option>California<option>Colorado<option>Iowa<option>Ohio<option disabled>Oregonia</select>
		<select id=twice><option value=1>Other<option value=2>Other<option value=3>Third</select><select id=empty></select>
		<div id=plan role=combobox tabindex=0 onclick="list.hidden = false">Plan</div><ul id=list hidden role=listbox><li role=option>Small<li role=option>Large</ul>`})
	page := visit(t, open(t, address), address+"/").Within(2 * time.Second)
	ctx := t.Context()
	for selector, want := range map[string]string{
		"#state": "select: there is Choose, Alabama, California, Colorado, Iowa, … (6); wanted Oregonia",
		"#plan":  "select: there is Small, Large (2); wanted Oregonia",
	} {
		_, err := page.Select(ctx, selector, "Oregonia")
		if e := wantCode(t, err, outcome.AutomationError); !strings.HasPrefix(e.Detail, want) {
			t.Errorf("%s: %s", selector, e.Detail)
		}
	}
	_, err := page.Select(ctx, "#empty", "Oregonia")
	wantCode(t, err, outcome.SiteChanged)
	_, err = page.Select(ctx, "#twice", "Other")
	if e := wantCode(t, err, outcome.AutomationError); !strings.Contains(e.Detail, "several options have this label") {
		t.Error(e)
	}
	must[int](t)(page.Select(ctx, "#twice", "2"))
	must[int](t)(page.Select(ctx, "#twice", "Third"))
}

func TestPage_FailureQuotesWhatThePageSays(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<div role=alert>Your session is about to end.</div><div role=alert hidden>Hidden</div>
		<input aria-invalid=true aria-describedby=note value=canary-7781><p id=note>Enter a ZIP code of 5 digits, not 4111 1111 1111 1111</p>
		<button id=pay onclick="alert('The card was not accepted')">Pay</button>`})
	page := visit(t, open(t, address), address+"/")
	must[int](t)(page.Click(t.Context(), "#pay"))
	_, err := page.Within(time.Second).WaitFor(t.Context(), []Condition{{"done", "#done"}})
	e := wantCode(t, err, outcome.SiteChanged)
	for _, want := range []string{`the page says: ["Your session is about to end." "Enter a ZIP code of 5 digits, not …"]`, `in a dialog: "The card was not accepted"`} {
		if !strings.Contains(e.Detail, want) {
			t.Errorf("the detail lacks %s: %s", want, e.Detail)
		}
	}
	if strings.Contains(e.Detail, "canary") || strings.Contains(e.Detail, "Hidden") {
		t.Error(e.Detail)
	}
}
