package script

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func serve(t *testing.T, pages map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(pages[r.URL.Path]))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// What a function looks at is the page that a click led to, not the one before.
func TestFunctionIsAskedOfThePageThatAClickLedTo(t *testing.T) {
	t.Parallel()
	b := visitAt(t, serve(t, map[string]string{"/": `<a href=/next>Next</a><p class=row>before</p>`, "/next": `<p class=row>after</p>`}), `
def run(page, arguments):
    page.goto("/")
    here = page.wait_for(here = lambda: page.exists(".row"))
    page.click("text=Next")
    there = page.wait_for(never = "#never", there = lambda: page.exists(".row"))
    return {"here": here, "there": there, "row": page.text(".row")}
`)
	got, err := b.write("{}")
	if err != nil || got != `{"here":"here","there":"there","row":"after"}` {
		t.Errorf("%s (%v)", got, err)
	}
}
