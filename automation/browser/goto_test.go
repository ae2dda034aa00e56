package browser

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"passage/automation/outcome"
)

// A page that routes by its fragment may take every navigation for its own,
// reloads too.
func TestGoto_LoadsAnotherFragmentAnew(t *testing.T) {
	t.Parallel()
	var loads atomic.Int32
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<!doctype html><p id=n>%d</p><script>
			onhashchange = () => { if (!location.hash.endsWith("/")) setTimeout(() => { location.hash += "/" }, 1) };
			navigation.onnavigate = (e) => { if (e.canIntercept) e.intercept({ handler: async () => {} }) };
		</script>`, loads.Add(1))
	}))
	page := visit(t, open(t, address), address+"/#/home")
	for n := 2; n < 10; n++ {
		visit(t, page.frame.browser, fmt.Sprintf("%s/#/route-%d", address, n))
		text := must[string](t)(first(page.Text(t.Context(), "#n")))
		if text != fmt.Sprint(loads.Load()) || int(loads.Load()) < n {
			t.Fatalf("visit %d shows load %s of %d", n, text, loads.Load())
		}
	}
}

func TestGoto_SaysThatAnAddressGivesAFile(t *testing.T) {
	t.Parallel()
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bill":
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = fmt.Fprint(w, "PDF")
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, `<a id=file href=/bill>Bill</a>`)
		}
	}))
	page := visit(t, open(t, address), address+"/")
	must[int](t)(page.Click(t.Context(), "#file")) // a file that no goto asked for
	e := wantCode(t, page.Goto(t.Context(), address+"/bill"), outcome.AutomationError)
	if !strings.Contains(e.Detail, "gives a file, \"bill.pdf\", and not a page") {
		t.Errorf("detail %q", e.Detail)
	}
	wantCode(t, page.Goto(t.Context(), address+"/none"), outcome.SiteUnavailable)
	visit(t, page.frame.browser, address+"/")
}

func TestGotoShown_WorksOnAPageThatNeverLoads(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/never.js" {
			<-hang
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, `<!doctype html><form action=/next><input name=user><button>Sign in</button></form><script src="/never.js?key=canary"></script>`)
	}))
	t.Cleanup(func() { close(hang) })
	b := open(t, address)
	err := b.Page().Within(time.Second).Goto(t.Context(), address+"/")
	if e := wantCode(t, err, outcome.SiteUnavailable); !strings.Contains(e.Detail, "waits for "+address+"/never.js;") {
		t.Errorf("detail %q", e.Detail)
	}
	page := b.Page()
	for range 2 { // also in the next document, which hangs as well
		if err := page.GotoShown(t.Context(), address+"/"); err != nil {
			t.Fatal(err)
		}
		must[int](t)(page.Fill(t.Context(), "[name=user]", "ada"))
		must[int](t)(page.Click(t.Context(), "text=Sign in"))
		if err := page.WaitURL(t.Context(), "/next"); err != nil {
			t.Fatal(err)
		}
		must[int](t)(page.Fill(t.Context(), "[name=user]", "ada"))
	}
}
