package browser

import (
	"context"
	"testing"
	"time"

	"passage/automation/outcome"
)

// restless is a page that reloads itself some thirty times, and meanwhile replaces
// its frames, its closed shadow root and its fields again and again.
const restless = `<div id=app></div><script>
	const times = +(sessionStorage.times ?? 0);
	const build = () => {
		app.innerHTML = "<p id=text>Text</p><input id=name><button id=go>Go</button><iframe id=inside src=/inside></iframe><div id=host></div>";
		host.attachShadow({ mode: "closed" }).innerHTML = "<p id=deep>Deep</p>";
	};
	build();
	if (times < 30) {
		sessionStorage.times = times + 1;
		setInterval(build, 7 + times * 13 % 60);
		setTimeout(() => location.reload(), times * 37 % 101 * (times % 4 ? 1 : 8));
	} else app.insertAdjacentHTML("beforeend", "<p id=settled>Settled</p>");
</script>`

func TestPage_CallsOutliveDocumentsAndFrames(t *testing.T) {
	t.Parallel()
	address := site(t, map[string]string{"/": restless, "/inside": `<p id=text>Inside</p><input id=card><button id=pay>Pay</button><div id=host></div>
		<script>host.attachShadow({ mode: "closed" }).innerHTML = "<p id=deep>Deep</p>"</script>`})
	b := open(t, address)
	page := visit(t, b, address+"/").Within(30 * time.Second)
	inside := &Page{frame: &frame{browser: b, session: b.session, parent: page.frame, selector: "#inside"}, within: 30 * time.Second}
	words := map[string]func(context.Context, *Page) error{
		"text":   func(ctx context.Context, p *Page) error { _, _, err := p.Text(ctx, "#text"); return err },
		"deep":   func(ctx context.Context, p *Page) error { _, _, err := p.Text(ctx, "#deep"); return err },
		"exists": func(ctx context.Context, p *Page) error { _, err := p.Exists(ctx, "#text"); return err },
		"rows": func(ctx context.Context, p *Page) error {
			_, err := p.Rows(ctx, "p", []Column{{"id", "@id"}})
			return err
		},
		"fill":  func(ctx context.Context, p *Page) error { _, err := p.Fill(ctx, "input", "Ada"); return err },
		"type":  func(ctx context.Context, p *Page) error { _, err := p.Type(ctx, "input", "A"); return err },
		"click": func(ctx context.Context, p *Page) error { _, err := p.Click(ctx, "button"); return err },
		"hover": func(ctx context.Context, p *Page) error { _, err := p.Hover(ctx, "button"); return err },
		"frame": func(ctx context.Context, _ *Page) error { _, _, err := page.Frame(ctx, "#inside"); return err },
		"picture": func(ctx context.Context, p *Page) error {
			_, err := p.Screenshot(ctx)
			if err != nil && outcome.From(err).Code == outcome.AutomationError {
				return nil // a picture of a document that went away is refused
			}
			return err
		},
	}
	for settled := false; !settled; {
		for word, do := range words {
			for where, p := range map[string]*Page{"page": page, "frame": inside} {
				if err := do(t.Context(), p); err != nil {
					t.Errorf("%s in the %s: %v", word, where, err)
				}
			}
		}
		if t.Failed() {
			return
		}
		settled = must[bool](t)(page.Exists(t.Context(), "#settled"))
	}
}
