package browser

import (
	"testing"
	"time"

	"passage/automation/outcome"
)

// components is a page whose fields are in shadow roots. A script names the
// elements around them, as the documentation of such libraries does.
const components = `
<my-field id=email label=Email></my-field><my-box id=terms></my-box><my-range id=dates></my-range><p id=said></p>
<script>
  const define = (name, html) => customElements.define(name, class extends HTMLElement { connectedCallback() {
    this.attachShadow({mode: "open"}).innerHTML = html
    this.shadowRoot.addEventListener("input", (e) => { this.value = e.target.value; said.textContent += this.id + "=" + (e.target.type === "checkbox" ? e.target.checked : e.target.value) + ";" }) } })
  define("my-field", "<div class=field><input></div>")
  define("my-box", "<label><input type=checkbox style='position:absolute;opacity:0;pointer-events:none'><span>I agree</span></label>")
  define("my-range", "<input><input>")
</script>`

func TestPage_UsesTheOnlyFieldOfAComponent(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": components})
	page := visit(t, open(t, address), address+"/")
	ctx := t.Context()
	must[int](t)(page.Fill(ctx, "#email", "ada"))
	must[int](t)(page.Check(ctx, "#terms", true))
	must[int](t)(page.Check(ctx, "#terms", true))
	if said, _, err := page.Text(ctx, "#said"); said != "email=ada;terms=true;" || err != nil {
		t.Errorf("the page has %q (%v)", said, err)
	}
	if on, _, err := page.Checked(ctx, "#terms"); !on || err != nil {
		t.Errorf("the box is not on (%v)", err)
	}
	if value, _, err := page.Value(ctx, "#email"); err == nil {
		t.Errorf("returned %q, which was typed", value)
	}
	_, err := page.Within(300*time.Millisecond).Fill(ctx, "#dates", "2026") // two fields: which is not for us to say
	wantCode(t, err, outcome.SiteChanged)
}
