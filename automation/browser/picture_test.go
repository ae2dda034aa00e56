package browser

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg"
	"strings"
	"testing"

	"passage/automation/browser/chrome"
)

// everywhere is a page that shows a value in every way that a page can.
const everywhere = `
<meta charset=utf-8><style>
	* { font: 16px monospace } .attr::before { content: attr(data-shown) }
	input { transition: color 2s, background-color 2s } #loud { color: red !important; background: url(data:,) !important }
</style>
<input id=field> <input id=loud type=text value="VALUE"> <input type=password value="VALUE"> <textarea>VALUE</textarea>
<select><option>VALUE</option></select> <select multiple><option style="color:red">VALUE</option></select>
<p contenteditable>VALUE</p> <p id=text>Hello VALUE!</p> <p>PART1<b>PART2</b></p> <p style="text-transform:uppercase">VALUE</p>
<p class=attr data-shown="VALUE"></p> <input type=text placeholder="VALUE"> <input type=submit value="VALUE"> <p id=host></p> <p id=shut></p> <p id=late></p>
<canvas id=canvas width=300 height=30></canvas>
<iframe src="FRAME" width=500 height=60></iframe> <iframe srcdoc="<p>VALUE</p>" width=500 height=60></iframe>
<script>
	host.attachShadow({mode: "open"}).innerHTML = "<input value='VALUE'><p>VALUE</p>";
	shut.attachShadow({mode: "closed"}).innerHTML = "<input value='VALUE'><p>VALUE</p>";
	canvas.getContext("2d").fillText("VALUE", 10, 20);
	let hidden = 0;
	new MutationObserver(() => {
		if (hidden++ > 20) return;
		late.textContent = "VALUE"; // shown again as soon as anything is hidden
	}).observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
</script>`

func TestScreenshot_DoesNotDependOnWhatWasTyped(t *testing.T) {
	t.Parallel()
	first := pictureOf(t, "canary-Xq7!zLp93")
	second := pictureOf(t, "wwwwww-i1l!.mmm9")
	if !bytes.Equal(first, second) {
		t.Error("two typed values gave two different pictures")
	}
	if config, format, err := image.DecodeConfig(bytes.NewReader(first)); err != nil || format != "jpeg" || config.Width != chrome.WindowWidth {
		t.Errorf("%+v, %s, %v", config, format, err)
	}
	if len(first) > maxPicture {
		t.Errorf("%d bytes", len(first))
	}
}

// pictureOf types a value of 16 characters into that page and takes a picture.
func pictureOf(t *testing.T, value string) []byte {
	t.Helper()
	frame := site(t, map[string]string{"/": "<p>" + value + "</p><input value='" + value + "'>"})
	source := strings.NewReplacer("VALUE", value, "PART1", value[:7], "PART2", value[7:], "FRAME", elsewhere(frame)+"/").Replace(everywhere)
	address := site(t, map[string]string{"/": source})
	b := open(t, address, elsewhere(frame))
	page := visit(t, b, address+"/")
	if _, err := page.Fill(t.Context(), "#field", value); err != nil {
		t.Fatal(err)
	}
	before := state(t, b)
	if !strings.Contains(before, value) {
		t.Fatal("the value is not on the page")
	}
	picture, err := page.Screenshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if shown := evaluate(t, b, "late.textContent"); shown != value {
		t.Errorf("what the site showed meanwhile is %q", shown)
	}
	if after := state(t, b); after != before {
		t.Errorf("the page was changed:\n%s\nwas:\n%s", after, before)
	}
	return picture
}

// state returns everything that the document holds.
func state(t *testing.T, b *Browser) string {
	t.Helper()
	return evaluate(t, b, `document.documentElement.outerHTML.replace(/<p id="late">.*?<\/p>/, "") + host.shadowRoot.innerHTML + JSON.stringify([...document.querySelectorAll("input, textarea, select")].map(e => e.value))`)
}

func TestMask_HidesWhatWasTyped(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<input id=field><p id=echo></p><script>field.oninput = () => echo.textContent = "You are " + field.value</script>`})
	b := open(t, address)
	page := visit(t, b, address+"/")
	if _, err := page.Fill(t.Context(), "#field", "ada@example.com"); err != nil {
		t.Fatal(err)
	}
	masks, err := b.mask(t.Context(), b.session)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := evaluate(t, b, `echo.textContent`), "You are "+strings.Repeat("•", 15); got != want {
		t.Errorf("masked text is %q, want %q", got, want)
	}
	if got := evaluate(t, b, `getComputedStyle(field).color === getComputedStyle(field).backgroundColor && getComputedStyle(field).webkitTextSecurity`); got != "disc" {
		t.Errorf("the field is not covered: %s", got)
	}
	if err := b.unmask(b.session, masks); err != nil {
		t.Fatal(err)
	}
	if got := evaluate(t, b, `echo.textContent + field.outerHTML`); got != `You are ada@example.com<input id="field">` {
		t.Errorf("after: %q", got)
	}
}

func TestUnmask_FailsIfTheDocumentWentAway(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": `<p>one</p>`, "/two": `<p>two</p>`})
	b := open(t, address)
	visit(t, b, address+"/")
	masks, err := b.mask(t.Context(), b.session)
	if err != nil {
		t.Fatal(err)
	}
	visit(t, b, address+"/two")
	if err := b.unmask(b.session, masks); err == nil {
		t.Error("no error: the picture would show an unmasked document")
	}
}

// evaluate runs a script in the world of the site's own scripts.
func evaluate(t *testing.T, b *Browser, script string) string {
	t.Helper()
	result, err := b.evaluate(t.Context(), script)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(result)
}

func TestScreenshot_ShowsTheWindowThatWasUsedLast(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{
		"/":     `<body style="background:#fff"><button id=open onclick="window.open('/bank')">Open</button>`,
		"/bank": `<body style="background:#000"><p id=bank>Bank</p><input id=pin>`,
	})
	b := open(t, address)
	page := visit(t, b, address+"/")
	ctx := t.Context()
	dark := func() bool {
		picture, _, err := image.Decode(bytes.NewReader(must[[]byte](t)(page.Screenshot(ctx))))
		if err != nil {
			t.Fatal(err)
		}
		corner := picture.Bounds().Max.Sub(image.Pt(20, 20))
		light, _, _, _ := picture.At(corner.X, corner.Y).RGBA()
		return light < 0x4000
	}
	popup := must[*Page](t)(page.Popup(ctx, func() error { _, err := page.Click(ctx, "#open"); return err }))
	if dark() {
		t.Error("the picture shows a window that was not used yet")
	}
	must[int](t)(popup.Fill(ctx, "#pin", "4711"))
	for range 2 {
		if !dark() {
			t.Error("the picture does not show the window that was used last")
		}
	}
	if err := popup.Close(ctx); err != nil {
		t.Fatal(err)
	}
	if dark() {
		t.Error("the picture shows a closed window")
	}
}
