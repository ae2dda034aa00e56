package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// localeSite says in which languages and in which zone it is visited: by the
// document, a frame, a worker, and another window.
func localeSite(t *testing.T) string {
	t.Helper()
	const report = `[new Intl.DateTimeFormat().resolvedOptions().timeZone, navigator.language, navigator.languages, new Date(Date.UTC(2026, 7, 12, 2, 30)).toLocaleString()].join("; ")`
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		accept := r.Header.Get("Accept-Language")
		say := fmt.Sprintf(`"%s; " + %s`, accept, report)
		switch r.URL.Path {
		case "/worker.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprintf(w, `fetch("/accept").then(r => r.text()).then(a => postMessage(%s + "; " + a))`, say)
		case "/accept":
			fmt.Fprint(w, accept)
		default:
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, `<!doctype html><p id=here></p><p id=worker></p><script>here.textContent = %s</script>`, say)
			if r.URL.Path == "/" {
				fmt.Fprintf(w, `<iframe id=frame src=/frame></iframe><iframe id=far src="%s/frame"></iframe><a id=open href=/popup target=_blank>open</a>
					<script>new Worker("/worker.js").onmessage = e => worker.textContent = e.data</script>`, elsewhere("http://"+r.Host))
			}
		}
	}))
}

func TestBrowser_TellsSitesItsLocale(t *testing.T) {
	t.Setenv("TZ", "Asia/Tokyo")
	t.Setenv("LANG", "ja_JP.UTF-8")
	for _, test := range []struct {
		locale Locale
		want   string
	}{
		{Locale{}, "en-US,en; UTC; en-US; en-US,en; 8/12/2026, 2:30:00 AM"},
		{Locale{Language: "de-AT", Zone: "America/New_York"}, "de-AT,de; America/New_York; de-AT; de-AT,de; 11.8.2026, 22:30:00"},
	} {
		address := localeSite(t)
		b := openWith(t, Policy{AllowPrivate: true, Hosts: hosts(t, address, elsewhere(address)), Locale: test.locale})
		page := visit(t, b, address+"/")
		says := func(where string, page *Page, selector, want string) {
			t.Helper()
			if got, _, err := page.Text(t.Context(), selector); err != nil || got != want {
				t.Errorf("%s says %q, %v\nwant %q", where, got, err, want)
			}
		}
		says("the page", page, "#here", test.want)
		for _, selector := range []string{"#frame", "#far"} {
			frame, _, err := page.Frame(t.Context(), selector)
			if err != nil {
				t.Fatal(err)
			}
			says(selector, frame, "#here", test.want)
		}
		popup, err := page.Popup(t.Context(), func() error { _, err := page.Click(t.Context(), "#open"); return err })
		if err != nil {
			t.Fatal(err)
		}
		// A new window may write its first dates in the way of en-US.
		if got, _, err := popup.Text(t.Context(), "#here"); err != nil || !strings.HasPrefix(got, test.want[:strings.LastIndex(test.want, ";")]) {
			t.Errorf("the window says %q, %v\nwant %q", got, err, test.want)
		}
		accept, _, _ := strings.Cut(test.want, ";")
		says("the worker", page, "#worker:not(:empty)", test.want+"; "+accept)
	}
}

func TestLaunch_RefusesUnknownZone(t *testing.T) {
	t.Parallel()
	b, err := Launch(t.Context(), newLauncher(t), Locale{Zone: "Mars/Olympus"})
	if err == nil {
		b.Close()
		t.Fatal("a browser without a zone was started")
	}
}
