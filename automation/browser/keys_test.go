package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

func TestType_SendsRealKeys(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<input id=search value="a"><p id=seen></p>
		<script>search.onkeydown = e => seen.textContent += e.key + (e.isTrusted ? "" : "!") + e.code + " "</script>`})
	page := visit(t, open(t, address), address+"/")
	must[int](t)(page.Type(t.Context(), "#search", "b1 Ω"))
	if err := page.Press(t.Context(), "Backspace"); err != nil {
		t.Fatal(err)
	}
	if text, _, err := page.Text(t.Context(), "#seen"); text != "bKeyB 1Digit1 Space Ω BackspaceBackspace" || err != nil {
		t.Errorf("the page saw %q (%v)", text, err)
	}
	if got := evaluate(t, page.frame.browser, "search.value"); got != "ab1 " {
		t.Errorf("holds %q", got)
	}
	if err := page.Press(t.Context(), "Backspaces"); err == nil {
		t.Error("no error for an unknown key")
	}
}

func TestType_WaitsForTheField(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<script>setTimeout(() => document.body.append(document.createElement("input")), 500)</script>`})
	b := open(t, address)
	if n, err := visit(t, b, address+"/").Type(t.Context(), "input", "late"); n != 1 || err != nil {
		t.Errorf("%d matched (%v)", n, err)
	}
	if got := evaluate(t, b, "document.querySelector('input').value"); got != "late" {
		t.Errorf("holds %q", got)
	}
}

// widgets are a field that builds its value from key events alone, as some masked
// fields do, and a code of six fields that moves the focus by itself.
const widgets = `<input id=masked><p id=out></p>
<div id=otp></div><p id=code></p>
<form onsubmit="return false"><input id=mail><button id=go disabled onclick="sent.textContent = mail.value">Go</button></form><p id=sent></p>
<form onsubmit="return false"><input id=late><button id=next disabled onclick="sent.textContent = 'blurred'"><b>Next</b></button></form>
<script>
  let digits = "";
  masked.onbeforeinput = e => e.preventDefault();
  masked.oninput = () => { masked.value = digits };
  masked.onkeydown = e => { if (/^\d$/.test(e.key)) { digits += e.key; masked.value = digits.replace(/(..)(?=.)/g, "$1/"); out.textContent = masked.value } };
  for (let i = 0; i < 6; i++) {
    const box = document.createElement("input");
    box.maxLength = 1; box.inputMode = "numeric";
    box.oninput = () => { const all = [...otp.children]; code.textContent = all.map(b => b.value).join(""); if (box.value) all[i + 1]?.focus() };
    otp.append(box);
  }
  mail.onkeyup = () => { go.disabled = !mail.value.includes("@") };
  late.onblur = () => { next.disabled = !late.value };
</script>`

func TestFill_FillsFieldsThatNeedKeysOrBlur(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": widgets})
	b := open(t, address)
	page := visit(t, b, address+"/").Within(30 * time.Second)
	ctx := t.Context()
	must[int](t)(page.Fill(ctx, "#masked", "0829"))
	if got := evaluate(t, b, "masked.value"); got != "08/29" {
		t.Errorf("masked holds %q", got)
	}
	for range 2 { // also over what is there
		must[int](t)(page.Fill(ctx, "#otp >> input", "246810"))
		if text, _, err := page.Text(ctx, "#code"); text != "246810" || err != nil {
			t.Errorf("the code is %q (%v)", text, err)
		}
	}
	if _, err := page.Fill(ctx, "#otp >> input", "24681012"); err == nil {
		t.Error("no error for eight characters in six fields")
	}
	must[int](t)(page.Fill(ctx, "#mail", "a@b.example"))
	must[int](t)(page.Click(ctx, "#go"))
	if err := waitText(t, page, "#sent", "a@b.example"); err != nil {
		t.Error(err)
	}
	must[int](t)(page.Fill(ctx, "#late", "x"))
	must[int](t)(page.Click(ctx, "text=Next"))
	if err := waitText(t, page, "#sent", "blurred"); err != nil {
		t.Error(err)
	}
}

func TestFill_FailsWhereAFieldLosesCharacters(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<input id=card><input id=phone><input id=short maxlength=6><input id=password type=password maxlength=8>
		<input id=cents><input id=mail><input id=name><input id=late><script>
		card.oninput = () => { card.value = card.value.replace(/\D/g, "").slice(0, 12) };
		phone.oninput = () => { phone.value = phone.value.replace(/\D/g, "").slice(0, 10) };
		cents.oninput = () => { cents.value = cents.value.replace(/\D/g, "") };
		mail.oninput = () => { mail.value = mail.value.replace("+", "") };
		document.getElementById("name").oninput = (e) => { e.target.value = e.target.value.toUpperCase().normalize("NFD").replace(/\p{M}/gu, "") };
		late.oninput = () => setTimeout(() => { late.value = late.value.slice(0, 3) });
	</script>`})
	page := visit(t, open(t, address), address+"/")
	for _, test := range []struct{ field, text, want string }{
		{"#card", "4111 1111 1111 1111", "holds 12 of 16 characters"},
		{"#phone", "+1 206 555 0100", "holds 10 of 11 characters"},
		{"#short", "Washington", "holds 6 of 10 characters; its maxlength is 6"},
		{"#password", "canary-7781", "holds 8 of 11 characters; its maxlength is 8"},
		{"#cents", "85.00", "holds other characters"},
		{"#mail", "a+b@c.example", "holds"},
		{"#late", "246810", "holds 3 of 6 characters"},
		{"#name", "José", ""},
	} {
		_, err := page.Fill(t.Context(), test.field, test.text)
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", test.field, err)
			}
			continue
		}
		if e := wantCode(t, err, outcome.SiteChanged); !strings.Contains(e.Detail, test.want) || strings.Contains(e.Detail, "canary") || strings.Contains(e.Detail, "4111") {
			t.Errorf("%s: detail %q, want %q", test.field, e.Detail, test.want)
		}
	}
}

func TestFetch_HasThePagesCookiesAndStaysOnTheHosts(t *testing.T) {
	t.Parallel()
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api":
			cookie, _ := r.Cookie("session")
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			fmt.Fprintf(w, `{"method": %q, "cookie": %q, "q": %q}`, r.Method, cookie.Value, r.FormValue("q"))
		case "/large":
			_, _ = w.Write(make([]byte, 5000))
		case "/away":
			http.Redirect(w, r, "http://localhost:1/", http.StatusFound)
		default:
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1", HttpOnly: true})
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<p>Home</p>"))
		}
	}))
	page := visit(t, open(t, address), address+"/")
	reply, err := page.Fetch(t.Context(), Request{Address: address + "/api?q=1"}, 1000)
	if err != nil || *reply != (Reply{200, "application/json", `{"method": "GET", "cookie": "s1", "q": "1"}`}) {
		t.Errorf("%+v (%v)", reply, err)
	}
	if _, err := page.Fetch(t.Context(), Request{Address: address + "/large"}, 1000); err == nil {
		t.Error("no error for 5000 bytes with a limit of 1000")
	}
	for _, away := range []string{address + "/away", "http://localhost:1/", elsewhere(address) + "/api"} {
		if reply, err := page.Fetch(t.Context(), Request{Address: away}, 1000); err != nil || reply.Status != 0 && reply.Status < 400 {
			t.Errorf("%s: %+v (%v)", away, reply, err)
		}
	}
}

func TestCheck_SwitchesElementsWithTheRoleOfACheckbox(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<span id=trust role=checkbox aria-checked=false tabindex=0 aria-label="Trust this device">☐</span>
		<label>Plan <select><option>Small<option>Large</select></label>
		<script>trust.onclick = () => trust.setAttribute("aria-checked", trust.getAttribute("aria-checked") !== "true")</script>`})
	b := open(t, address)
	page := visit(t, b, address+"/")
	for _, on := range []bool{true, true, false} {
		must[int](t)(page.Check(t.Context(), "label=Trust this device", on))
		if got := evaluate(t, b, "trust.ariaChecked"); got != fmt.Sprint(on) {
			t.Errorf("it is %s, want %v", got, on)
		}
	}
	must[int](t)(page.Select(t.Context(), `label="Plan"`, "Large"))
}

// Some libraries draw a checkbox as a button that is pressed.
func TestCheck_SwitchesACheckboxThatIsPressed(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<button id=paperless role=checkbox aria-pressed=false>Paperless</button>
		<script>paperless.onclick = () => paperless.setAttribute("aria-pressed", paperless.getAttribute("aria-pressed") !== "true")</script>`})
	page := visit(t, open(t, address), address+"/")
	for _, on := range []bool{true, true, false} {
		must[int](t)(page.Check(t.Context(), "label=Paperless", on))
		if got, _, err := page.Checked(t.Context(), "#paperless"); got != on || err != nil {
			t.Errorf("it is %v, want %v (%v)", got, on, err)
		}
	}
}

func TestHover_OpensAMenu(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<style>.menu{display:none} nav:hover .menu{display:block}</style><nav>Account <a class=menu href="#x">Bills</a></nav>
		<input id=limit value=40><select id=day><option value=1>First<option value=2 selected>Second</select><input id=box type=checkbox checked><input id=typed value=a>`})
	page := visit(t, open(t, address), address+"/")
	ctx := t.Context()
	must[int](t)(page.Hover(ctx, "nav"))
	must[int](t)(page.Click(ctx, "text=Bills"))
	for selector, want := range map[string]string{"#limit": "40", "#day": "2", "#typed": "a"} {
		if got, _, err := page.Value(ctx, selector); got != want || err != nil {
			t.Errorf("%s holds %q, want %q (%v)", selector, got, want, err)
		}
	}
	if on, _, err := page.Checked(ctx, "#box"); !on || err != nil {
		t.Error(on, err)
	}
	must[int](t)(page.Fill(ctx, "#typed", "secret"))
	if got, _, err := page.Value(ctx, "#typed"); err == nil {
		t.Errorf("returned %q", got)
	}
}
