package browser

import (
	"context"
	"testing"
	"time"

	"passage/automation/outcome"
)

// A widget is a page that behaves like those of some library, what a script does
// with it, and what the site must have afterwards.
type widget struct {
	name, page string
	do         func(ctx context.Context, page *Page) error
	want       string // of the script "got()" in the page, or of #got
}

func try(t *testing.T, b *Browser, address string, widgets []widget, documents map[string]string) {
	t.Helper()
	for _, w := range widgets {
		t.Run(w.name, func(t *testing.T) {
			documents["/"] = w.page
			page := visit(t, b, address+"/").Within(30 * time.Second)
			if err := w.do(t.Context(), page); err != nil {
				t.Fatal(err)
			}
			if err := waitText(t, page, "#got", w.want); err != nil {
				text, _, _ := page.Text(t.Context(), "#got")
				t.Errorf("the site has %q, want %q", text, w.want)
			}
		})
	}
}

func fill(selector, text string) func(context.Context, *Page) error {
	return func(ctx context.Context, page *Page) error { _, err := page.Fill(ctx, selector, text); return err }
}

func click(selector string) func(context.Context, *Page) error {
	return func(ctx context.Context, page *Page) error { _, err := page.Click(ctx, selector); return err }
}

func check(selector string, on bool) func(context.Context, *Page) error {
	return func(ctx context.Context, page *Page) error { _, err := page.Check(ctx, selector, on); return err }
}

func choose(selector, label string) func(context.Context, *Page) error {
	return func(ctx context.Context, page *Page) error { _, err := page.Select(ctx, selector, label); return err }
}

func after(steps ...func(context.Context, *Page) error) func(context.Context, *Page) error {
	return func(ctx context.Context, page *Page) error {
		for _, step := range steps {
			if err := step(ctx, page); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestFill_FillsWidgetsOfEveryKind(t *testing.T) {
	t.Parallel()
	documents := map[string]string{}
	address := site(t, documents)
	try(t, open(t, address), address, []widget{
		{"date", `<input id=f type=date oninput="got.textContent = value"><p id=got></p>`, fill("#f", "2026-08-12"), "2026-08-12"},
		{"month", `<input id=f type=month oninput="got.textContent = value"><p id=got></p>`, fill("#f", "2026-08"), "2026-08"},
		{"time", `<input id=f type=time oninput="got.textContent = value"><p id=got></p>`, fill("#f", "09:30"), "09:30"},
		{"number", `<input id=f type=number oninput="got.textContent = value"><p id=got></p>`, fill("#f", "42.5"), "42.5"},
		{"editable", `<div id=f contenteditable>old</div><p id=got></p><script>f.oninput = () => got.textContent = f.innerText</script>`, fill("#f", "new text"), "new text"},
		{"mask-phone", `<input id=f maxlength=14><p id=got></p><script>f.oninput = () => {
			const d = f.value.replace(/\D/g, "").slice(0, 10);
			f.value = d.length > 6 ? "(" + d.slice(0, 3) + ") " + d.slice(3, 6) + "-" + d.slice(6) : d;
			got.textContent = f.value;
		}</script>`, fill("#f", "2065550100"), "(206) 555-0100"},
		{"mask-card", `<input id=f maxlength=19><p id=got></p><script>f.oninput = () => {
			f.value = f.value.replace(/\D/g, "").replace(/(\d{4})(?=\d)/g, "$1 "); got.textContent = f.value;
		}</script>`, fill("#f", "4111111111111111"), "4111 1111 1111 1111"},
		{"mask-expiry-by-key", `<input id=f maxlength=5><p id=got></p><script>
			f.onkeydown = e => { if (e.key === "Unidentified") return; };
			f.onbeforeinput = e => { if (e.data?.length > 1) e.preventDefault(); };
			f.oninput = () => { f.value = f.value.replace(/\D/g, "").replace(/^(\d\d)(?=.)/, "$1/"); got.textContent = f.value };
		</script>`, fill("#f", "08/28"), "08/28"},
		{"prefixed", `<input id=f value="+1 "><p id=got></p><script>f.oninput = () => { const d = f.value.replace(/\D/g, "").replace(/^1/, ""); f.value = "+1 " + d; got.textContent = f.value }</script>`,
			fill("#f", "2065550100"), "+1 2065550100"},
		{"controlled", `<input id=f><p id=got></p><script>
			let state = ""; // as React does: the value is the state's, and only an input event on a value that it did not set itself changes that
			let tracked = ""; const own = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
			Object.defineProperty(f, "value", { get() { return own.get.call(f) }, set(v) { tracked = v; own.set.call(f, v) } });
			f.addEventListener("input", () => { if (own.get.call(f) !== tracked) { tracked = state = own.get.call(f); got.textContent = state } else f.value = state; });
		</script>`, fill("#f", "ada"), "ada"},
		{"remounted", `<div id=root></div><p id=got></p><script>
			let state = "";
			const render = () => { root.innerHTML = "<input id=f>"; f.value = state; f.oninput = () => { state = f.value; got.textContent = state; render(); f.focus(); f.setSelectionRange(99, 99) } };
			render();
		</script>`, fill("#f", "ada"), "ada"},
		{"validated-on-blur", `<input id=f><input id=g><button id=b disabled onclick="got.textContent = f.value + g.value">B</button><p id=got></p><script>
			let ok = 0; f.onblur = g.onblur = () => { b.disabled = !(f.value && g.value) };
		</script>`, after(fill("#f", "a"), fill("#g", "b"), click("#b")), "ab"},
		{"suggestions-over-the-button", `<input id=f><ul id=list hidden style="position:absolute;top:25px;left:0;width:400px;height:200px;background:#fff;margin:0"><li>Ada<li>Adam</ul><br>
			<button id=b onclick="got.textContent = f.value">B</button><p id=got style="margin-top:300px"></p><script>
			f.oninput = () => { list.hidden = false }; f.onblur = () => setTimeout(() => { list.hidden = true }, 150);
		</script>`, after(fill("#f", "Ad"), click("#b")), "Ad"},
	}, documents)
	documents["/"] = `<input id=f type=date>`
	page := visit(t, open(t, address), address+"/")
	if _, err := page.Fill(t.Context(), "#f", "08/12/2026"); err == nil {
		t.Error("a date field accepted something that is no date")
	}
}

const boxesHead = `<div id=otp></div><p id=got></p><script>const N = 6; const log = () => got.textContent = [...otp.querySelectorAll("input")].map(b => b.value).join("");`

func TestFill_SpreadsACodeOverItsFields(t *testing.T) {
	t.Parallel()
	documents := map[string]string{"/done": `<p id=got></p><input id=first maxlength=1 autofocus><input maxlength=1><input maxlength=1><input maxlength=1><input maxlength=1><input maxlength=1>
		<script>let typed = ""; addEventListener("keydown", e => { typed += e.key }, true); addEventListener("input", e => { typed += "!" }, true); setTimeout(() => got.textContent = "sent " + new URLSearchParams(location.search).get("code") + ", then " + typed, 500)</script>`}
	address := site(t, documents)
	code := fill("input", "246810")
	try(t, open(t, address), address, []widget{
		{"moves-on-by-key", boxesHead + `
			for (let i = 0; i < N; i++) { const b = document.createElement("input"); b.maxLength = 1; otp.append(b);
				b.onkeyup = e => { if (/^\d$/.test(e.key)) otp.children[i + 1]?.focus(); log() }; }
		</script>`, code, "246810"},
		{"holds-state-and-renders", boxesHead + `
			let state = Array(N).fill(""), at = 0;
			const render = () => { otp.innerHTML = ""; state.forEach((v, i) => {
				const b = document.createElement("input"); b.maxLength = 1; b.value = v; otp.append(b);
				b.onfocus = () => { at = i; b.select() };
				b.oninput = () => { if (b.value.length > 1) return; state[i] = b.value; if (b.value) at = Math.min(i + 1, N - 1); render(); got.textContent = state.join("") };
			}); otp.children[at].focus() };
			render();
		</script>`, code, "246810"},
		{"one-after-the-other", boxesHead + `
			for (let i = 0; i < N; i++) { const b = document.createElement("input"); b.maxLength = 1; b.disabled = i > 0; otp.append(b);
				b.oninput = () => { const next = otp.children[i + 1]; if (next) setTimeout(() => { next.disabled = false; next.focus(); b.disabled = true; }, 30); log() }; }
		</script>`, code, "246810"},
		{"takes-keys-only", boxesHead + `
			for (let i = 0; i < N; i++) { const b = document.createElement("input"); b.maxLength = 1; otp.append(b);
				b.onbeforeinput = e => e.preventDefault();
				b.onkeydown = e => { if (/^\d$/.test(e.key)) { b.value = e.key; otp.children[i + 1]?.focus(); log() } }; }
		</script>`, code, "246810"},
		{"does-not-move-on", boxesHead + `
			for (let i = 0; i < N; i++) { const b = document.createElement("input"); b.maxLength = 1; b.value = "9"; otp.append(b); b.oninput = log; }
		</script>`, code, "246810"},
		{"one-hidden-field", `<div style="position:relative;width:300px;height:40px"><div id=slots style="pointer-events:none"></div>
			<input id=f maxlength=6 autocomplete=one-time-code inputmode=numeric style="position:absolute;inset:0;width:100%;color:transparent;background:transparent;caret-color:transparent"></div><p id=got></p>
			<script>f.oninput = () => { if (!/^\d*$/.test(f.value)) f.value = ""; got.textContent = f.value }</script>`, code, "246810"},
		{"sends-itself", boxesHead + `
			for (let i = 0; i < N; i++) { const b = document.createElement("input"); b.maxLength = 1; otp.append(b);
				b.oninput = () => { log(); otp.children[i + 1]?.focus(); if (got.textContent.length === N) location = "/done?code=" + got.textContent }; }
		</script>`, code, "sent 246810, then"},
		{"sends-itself-and-goes", boxesHead + `
			for (let i = 0; i < N; i++) { const b = document.createElement("input"); b.maxLength = 1; otp.append(b);
				b.oninput = () => { log(); if (got.textContent.length === N) { otp.remove(); got.textContent = "sent " + got.textContent } else otp.children[i + 1]?.focus() }; }
		</script>`, fill("#otp >> input", "246810"), "sent 246810"},
	}, documents)
}

func TestClick_ReachesCoveredMovingAndHiddenElements(t *testing.T) {
	t.Parallel()
	documents := map[string]string{"/next": `<p id=got>next</p>`}
	address := site(t, documents)
	try(t, open(t, address), address, []widget{
		{"sticky", `<style>header, footer { position: fixed; left: 0; right: 0; height: 120px; background: #ccc } header { top: 0 } footer { bottom: 0 }</style><header>Head</header><footer>Foot</footer>
			<p id=got style="margin-top:150px"></p><div style="height:900px"></div><button id=b onclick="got.textContent += 'b'">B</button><div style="height:900px"></div><button id=c onclick="got.textContent += 'c'">C</button><div style="height:150px"></div>`,
			after(click("#c"), click("#b"), click("#c")), "cbc"},
		{"moving", `<style>@keyframes in { from { transform: translateX(600px) } } #b { animation: in 300ms }</style><button id=b onclick="got.textContent = 'b'">B</button><p id=got></p>`, click("#b"), "b"},
		{"container", `<div style="height:100px;overflow:auto"><div style="height:900px"></div><button id=b onclick="got.textContent = 'b'">B</button></div><p id=got></p>`, click("#b"), "b"},
		{"dialog", `<button id=b>B</button><dialog id=d><button id=close onclick="d.close(); got.textContent = 'closed'">Close</button></dialog><p id=got></p><script>b.onclick = () => d.showModal()</script>`, after(click("#b"), click("#close")), "closed"},
		{"popover", `<button id=b popovertarget=d>B</button><div id=d popover><button id=close onclick="got.textContent = 'x'">X</button></div><p id=got></p>`, after(click("#b"), click("#close")), "x"},
		{"inert", `<div id=d inert><button id=b onclick="got.textContent = 'b'">B</button></div><p id=got></p><script>setTimeout(() => d.inert = false, 300)</script>`, click("#b"), "b"},
		{"label-of-a-clipped-box", `<style>input { position: absolute; width: 1px; height: 1px; overflow: hidden; clip: rect(0 0 0 0); clip-path: inset(50%) }</style><label><input id=f type=checkbox><span>Remember me</span></label><p id=got></p><script>f.onchange = () => got.textContent = f.checked</script>`,
			check("#f", true), "true"},
		{"label-of-a-box-that-is-not-shown", `<style>input { display: none }</style><label><input id=f type=checkbox>Remember me</label><p id=got></p><script>f.onchange = () => got.textContent = f.checked</script>`, check("#f", true), "true"},
		{"see-through-box", `<label style="position:relative"><input id=f type=checkbox style="opacity:0;position:absolute"><span style="position:absolute;left:0;width:30px;height:30px;background:#ccc"></span></label><p id=got></p><script>f.onchange = () => got.textContent = f.checked</script>`, check("#f", true), "true"},
		{"label-with-a-link", `<style>input { position: absolute; opacity: 0; pointer-events: none }</style><label><input id=f type=checkbox><a href="/next">I agree to the terms and conditions</a> of use</label><p id=got></p><script>f.onchange = () => got.textContent = f.checked</script>`, check("#f", true), "true"},
		{"radio-by-its-label", `<style>input { position: absolute; left: -9999px }</style><input type=radio name=r id=x><label for=x>X</label><input type=radio name=r id=y><label for=y>Y</label><p id=got></p><script>onchange = e => got.textContent = e.target.id</script>`, check("label=Y", true), "y"},
		{"refresh", `<meta http-equiv=refresh content="0.3;url=/next"><p>Moved</p>`, func(ctx context.Context, page *Page) error { _, _, err := page.Text(ctx, "#got"); return err }, "next"},
		{"unload", `<input id=f><p id=got></p><script>onbeforeunload = e => { e.preventDefault(); e.returnValue = "x" }</script>`, after(fill("#f", "x"), func(ctx context.Context, page *Page) error { return page.Goto(ctx, page.URL()+"next") }), "next"},
		{"rendered-anew-on-hover", `<div id=root></div><p id=got></p><script>const render = () => { root.innerHTML = "<button id=b>B</button>"; b.onclick = () => { got.textContent += "b" }; }; render(); root.addEventListener("mousemove", render, { once: true });</script>`, click("#b"), "b"},
	}, documents)
}

func TestSelect_ChoosesInWidgetsOfEveryKind(t *testing.T) {
	t.Parallel()
	documents := map[string]string{}
	address := site(t, documents)
	const list = `<p id=got></p><script>
		const plans = ["Small", "Large", "Very large"];
		const show = (tag, put) => { // in a portal at the end of the body, as most do
			const ul = document.createElement("ul"); ul.setAttribute("role", "listbox"); ul.id = "list"; ul.style = "position:fixed;top:60px;left:10px;background:#fff;margin:0";
			for (const p of plans) { const li = document.createElement("li"); li.setAttribute("role", "option"); li.textContent = p; li.onclick = () => { ul.remove(); put(p) }; ul.append(li) }
			setTimeout(() => document.body.append(ul), 60);
		};
	`
	large := choose("#f", "Large")
	try(t, open(t, address), address, []widget{
		{"select", `<select id=f onchange="got.textContent = value"><option value=s>Small<option value=l>Large</select><p id=got></p>`, large, "l"},
		{"suggestions", `<input id=f list=d onchange="got.textContent = value"><datalist id=d><option value=l>Large</datalist><p id=got></p>`, large, "l"},
		{"opens-on-mousedown", `<div id=f role=combobox aria-expanded=false tabindex=0>Small</div>` + list + `
			f.onmousedown = () => { f.ariaExpanded = true; show(f, p => { f.textContent = got.textContent = p; f.ariaExpanded = false }) }</script>`, large, "Large"},
		{"button", `<a role=menuitem onclick="got.textContent = 'wrong'">Large</a><button id=f aria-haspopup=listbox>Choose a plan</button>` + list + `f.onclick = () => show(f, p => { f.textContent = got.textContent = p })</script>`, large, "Large"},
		{"label", `<label id=l>Plan</label><div role=combobox aria-labelledby=l id=f tabindex=0>Small</div>` + list + `f.onclick = () => show(f, p => { f.textContent = got.textContent = p })</script>`, choose("label=Plan", "Large"), "Large"},
		{"covered-field", `<div style="position:relative;width:200px;height:30px" id=w><span style="position:absolute;inset:0"><input id=f role=combobox readonly style="opacity:0;width:100%"></span><span id=item style="position:relative">Small</span></div>` + list + `
			w.onmousedown = () => show(f, p => { item.textContent = got.textContent = p })</script>`, large, "Large"},
		{"filters-as-one-types", `<input id=f role=combobox>` + list + `f.oninput = () => { if (f.value.length > 2) show(f, p => { f.value = got.textContent = p }) }</script>`, large, "Large"},
		{"draws-rows-as-it-scrolls", `<div id=f role=combobox tabindex=0>State</div><p id=got></p><script>
			const states = [...Array(200)].map((_, i) => "State " + i);
			f.onclick = () => { const box = document.createElement("div"); box.role = "listbox"; box.style = "height:200px;width:200px;overflow-y:auto"; const inner = document.createElement("div"); inner.style = "position:relative;height:4000px"; box.append(inner);
				box.onscroll = () => { const first = Math.floor(box.scrollTop / 20); inner.innerHTML = ""; states.slice(first, first + 12).forEach((s, i) => { const o = document.createElement("div"); o.role = "option"; o.textContent = s; o.style = "position:absolute;height:20px;top:" + (first + i) * 20 + "px"; o.onclick = () => { f.textContent = got.textContent = s; box.remove() }; inner.append(o) }) };
				document.body.append(box); box.onscroll(); };
		</script>`, choose("#f", "State 57"), "State 57"},
		{"says-nothing-of-itself", `<div id=f class=dd><span id=v>Small</span><ul id=menu hidden><li>Small<li>Large</ul></div><p id=got></p><script>
			v.onclick = () => { menu.hidden = false }; menu.onclick = e => { v.textContent = got.textContent = e.target.textContent.trim(); menu.hidden = true }</script>`, choose("#v", "Large"), "Large"},
		{"custom-element", `<my-select id=f></my-select><p id=got></p><script>
			customElements.define("my-select", class extends HTMLElement { connectedCallback() {
				this.attachShadow({ mode: "open" }).innerHTML = "<div id=c role=combobox tabindex=0><input id=v readonly value=Small></div><div role=listbox id=l hidden><slot></slot></div>";
				this.innerHTML = "<my-option role=option value=s>Small</my-option><my-option role=option value=l>Large</my-option>";
				const $ = id => this.shadowRoot.getElementById(id);
				$("c").onmousedown = () => { $("l").hidden = false }; this.onclick = e => { if (e.target.localName === "my-option") { $("v").value = got.textContent = e.target.textContent; $("l").hidden = true } };
			} });
		</script>`, large, "Large"},
		{"is-always-open", `<ul id=f role=listbox><li role=option>Small<li role=option>Large</ul><p id=got></p><script>f.onclick = e => { e.target.ariaSelected = true; got.textContent = e.target.textContent.trim() }</script>`, large, "Large"},
	}, documents)
	page := visit(t, open(t, address), address+"/").Within(2 * time.Second) // the last of them
	_, err := page.Select(t.Context(), "#f", "Huge")
	wantCode(t, err, outcome.AutomationError)
}

// A framework records the focus first and renders a moment later, which restores
// its own state: a text that was set together with the focus would be lost.
func TestFill_WaitsForWhatThePageDoesAtFocus(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `
		<input id=reset value=old onfocus="queueMicrotask(() => { this.value = 'old' })">
		<div id=place><input class=remade></div>
		<button onclick="said.textContent = [...document.querySelectorAll('input')].map((i) => i.value).join(', ')">Say</button><p id=said></p>
		<script>
			place.addEventListener("focusin", () => queueMicrotask(() => {
				if (place.dataset.done) return
				place.dataset.done = "yes"
				place.innerHTML = "<input class=remade>"
			}))
		</script>`})
	page := visit(t, open(t, address), address+"/")
	for _, selector := range []string{"#reset", ".remade"} {
		must[int](t)(page.Fill(t.Context(), selector, "Merchant 277"))
	}
	must[int](t)(page.Click(t.Context(), "button"))
	if said, _, err := page.Text(t.Context(), "#said"); err != nil || said != "Merchant 277, Merchant 277" {
		t.Errorf("the fields hold %q: %v", said, err)
	}
}

// Some fields pass the mouse through to the element around them, which opens the list.
func TestClick_ReachesAFieldThatPassesTheMouseThrough(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `
		<div id=box style="position:relative;width:200px;height:40px"><span>State</span>
			<input id=state role=combobox style="position:absolute;left:0;width:100%;pointer-events:none"></div>
		<p id=said></p><script>box.onclick = () => { said.textContent = "opened" }</script>`})
	page := visit(t, open(t, address), address+"/")
	must[int](t)(page.Click(t.Context(), "#state"))
	if said, _, err := page.Text(t.Context(), "#said"); err != nil || said != "opened" {
		t.Errorf("the page says %q: %v", said, err)
	}
}
