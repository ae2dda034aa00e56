package admin

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"passage/automation/outcome"
)

func html(t *testing.T, component templ.Component) string {
	t.Helper()
	var page strings.Builder
	if err := component.Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

var now = time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)

func TestSessionPage_PutsTheVerdictFirst(t *testing.T) {
	t.Parallel()
	page := html(t, SessionPage(Layout{Now: now}, Session{
		ID: "sess_1", Status: "failed", Created: now.Add(-time.Minute), Ended: now,
		Verdict: Verdict{Code: outcome.SiteChanged, Operation: "paymentMethod.write", Word: "click", Selector: "#save", Line: 2},
		Events:  []Event{{Word: "click", Target: "#save", Line: 2, Failed: true}},
		Script:  Script{Source: "one\ntwo\nthree\n", Failed: 2},
	}))
	verdict, timeline := strings.Index(page, "Our move: mend the integration"), strings.Index(page, `id="timeline"`)
	if verdict < 0 || timeline < verdict {
		t.Errorf("verdict at %d, timeline at %d", verdict, timeline)
	}
	for _, part := range []string{"in paymentMethod.write, at click(#save), line 2", `<li id="L2" class="line-failed">`, `href="#L2"`, "event-failed"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	if n := strings.Count(page, "line-failed"); n != 1 {
		t.Errorf("%d lines are marked", n)
	}
}

func TestActorText_KnowsEveryCode(t *testing.T) {
	t.Parallel()
	for _, entry := range outcome.All() {
		if actorText(entry.Code) == "" || explanation(entry.Code) == "" {
			t.Errorf("%s says nothing", entry.Code)
		}
	}
}

func TestSessionsPage_KeepsTheChosenFilters(t *testing.T) {
	t.Parallel()
	page := html(t, SessionsPage(Layout{Now: now}, Sessions{Action: "/sessions", Filter: Filter{
		Status: "failed", Text: `a"b`, Statuses: []string{"complete", "failed"},
	}}))
	for _, part := range []string{`<option value="failed" selected>`, `value="a&#34;b"`, "No session fits these filters."} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	if strings.Contains(page, `<option value="complete" selected>`) {
		t.Error("two statuses are chosen")
	}
}

func TestDurations_AreShort(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		12 * time.Millisecond: "12 ms", 1240 * time.Millisecond: "1.2 s", 48 * time.Second: "48 s",
		131 * time.Second: "2 min 11 s", 3*time.Hour + 4*time.Minute: "3 h 04 min",
	} {
		if got := duration(d); got != want {
			t.Errorf("%v took %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		time.Second: "now", 40 * time.Second: "40 s ago", 5 * time.Minute: "5 min ago", 47 * time.Hour: "47 h ago", 80 * time.Hour: "3 days ago",
	} {
		if got := ago(now, now.Add(-d)); got != want {
			t.Errorf("%v ago is %q, want %q", d, got, want)
		}
	}
	if got := percentage(1, 3); got != "33.3 %" {
		t.Errorf("a third is %q", got)
	}
	if got := percentage(0, 0); got != "–" {
		t.Errorf("nothing of nothing is %q", got)
	}
}

func TestStatus_IsShownByWordAndShape(t *testing.T) {
	t.Parallel()
	for name := range statusStyles {
		page := html(t, status(name))
		if !strings.Contains(page, "<svg") || !strings.Contains(page, ">"+name+"<") {
			t.Errorf("%s is not a word and a shape: %s", name, page)
		}
	}
	if page := html(t, status("something_new")); !strings.Contains(page, "something_new") {
		t.Error("an unknown status is not shown")
	}
}
