package script

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

// These tests use a real browser.

func TestApprove_ShowsNumberAndRenewsIt(t *testing.T) {
	t.Parallel()
	shown := make(chan string, 1) // what the page shows next
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/next" {
			select {
			case next := <-shown:
				_, _ = fmt.Fprint(w, next)
			case <-r.Context().Done():
			}
			return
		}
		_, _ = fmt.Fprint(w, `<!doctype html><body><p>Enter <b id=number>42</b></p><script type=module>
			for (;;) {
				const next = await (await fetch("/next")).text()
				if (next == "home") { document.body.innerHTML = "<p id=home>Hello"; break }
				number.textContent = next
			}</script>`)
	}))
	t.Cleanup(site.Close)
	thenShow := func(next string) answerFunc {
		return func(ctx context.Context, _ prompt.Prompt) (prompt.Answer, error) {
			shown <- next
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}
	}
	b := visitAt(t, site.URL, `
def run(page, arguments, user):
    page.goto("/")
    return {"seen": user.approve(number = "#number", timeout = 60, home = "#home")}
`, thenShow("7 B"), thenShow("home"))
	if got, err := b.write(""); err != nil || got != `{"seen":"home"}` {
		t.Fatalf("got %s, %v", got, err)
	}
	if asked := b.user.asked; len(asked) != 2 || asked[0].Number != "42" || asked[1].Number != "7 B" || asked[1].TimeLimit > 60 {
		t.Errorf("asked %+v", asked)
	}
}

func TestApprove_TakesNumberThatIsRead(t *testing.T) {
	t.Parallel()
	b, _ := newCarrier(t).visit(t, t.Context(), `
def run(page, arguments, user):
    page.goto("/account")
    return {"seen": user.approve(number = "42", home = "#account")}
`, func(ctx context.Context, _ prompt.Prompt) (prompt.Answer, error) {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})
	if got, err := b.write(""); err != nil || got != `{"seen":"home"}` || b.user.asked[0].Number != "42" {
		t.Errorf("got %s, %v, asked %+v", got, err, b.user.asked)
	}
}

func TestApprove_RefusesWhatIsNoNumber(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `<!doctype html><p id=all>Enter the number 42 in your app<b id=word>Hello</b>`)
	}))
	t.Cleanup(site.Close)
	b := visitAt(t, site.URL, `
def run(page, arguments, user):
    page.goto("/")
    user.approve(number = arguments["number"], home = "#home")
`)
	for _, selector := range []string{"#all", "#word"} {
		_, err := b.write(`{"number": "` + selector + `"}`)
		wantFailure(t, err, outcome.AutomationError, 4, "number must match a number alone")
	}
	if len(b.user.asked) != 0 {
		t.Errorf("asked %+v", b.user.asked)
	}
}
