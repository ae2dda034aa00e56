package connect

import (
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
)

// openedBy opens the session's page as a pop-up of another site's page, which
// answers what it is told or does not.
func openedBy(t *testing.T, browser *rod.Browser, s *scriptServer, answer string) (page, shown *rod.Page) {
	t.Helper()
	site := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	s.layout.Host = Host{Origins: []string{"https://other.example", site}, LinkID: "link_1", Status: "active"}
	own := browser.MustIncognito()
	t.Cleanup(func() { own.Timeout(5 * time.Second).Close() })
	page = own.MustPage(site + "/host").Timeout(20 * time.Second)
	opened := page.MustWaitOpen()
	if _, err := page.Evaluate(rod.Eval(`(address, answer) => {
		window.told = [];
		addEventListener("message", ({ origin, source, data }) => {
			told.push(JSON.stringify(data));
			if (answer) source.postMessage({ type: answer }, origin);
		});
		open(address, "passage-popup");
	}`, s.URL+"/s/1", answer).ByUser()); err != nil {
		t.Fatal(err)
	}
	s.awaitStream(t, page)
	page.MustWait(`() => told.length === 1`)
	shown = opened()
	s.mu.Lock()
	s.layout.Host.Status = "complete"
	s.mu.Unlock()
	return page, shown
}

func listenerIsTold(t *testing.T, browser *rod.Browser) {
	listenerHearsTheEnd(t, browser, Done{AutoReturn: true}, func(*rod.Page) {})
}

func listenerIsToldOfAClick(t *testing.T, browser *rod.Browser) {
	listenerHearsTheEnd(t, browser, Done{}, func(shown *rod.Page) { shown.MustElement("#return").MustClick() })
}

// listenerHearsTheEnd leaves a pop-up that its opener listens to but never closes.
func listenerHearsTheEnd(t *testing.T, browser *rod.Browser, end Done, leave func(*rod.Page)) {
	s := newScriptServer(t, Working{LogIn: StatusComplete})
	page, shown := openedBy(t, browser, s, "link.heard")
	shown.MustWait(`() => name.startsWith("passage http")`) // it knows that somebody listens
	s.show(end)
	leave(shown)
	page.MustWait(`() => told.length === 3`)
	want := `{"type":"link.status","linkId":"link_1","status":"active"} {"type":"link.status","linkId":"link_1","status":"complete"} ` +
		`{"type":"link.leave","linkId":"link_1","status":"complete"}`
	if told := page.MustEval(`() => told.join(" ")`).Str(); told != want {
		t.Errorf("the page that waits was told %s", told)
	}
	select {
	case <-s.back:
		t.Error("the pop-up went to the merchant as it told its opener")
	default:
	}
	select {
	case <-s.back:
	case <-page.GetContext().Done():
		t.Error("the pop-up that nobody closed stayed")
	}
}

func silenceLeadsBack(t *testing.T, browser *rod.Browser) {
	s := newScriptServer(t, Working{LogIn: StatusComplete})
	page, _ := openedBy(t, browser, s, "")
	s.show(Done{AutoReturn: true})
	select {
	case <-s.back:
	case <-page.GetContext().Done():
		t.Error("the page stayed")
	}
}
