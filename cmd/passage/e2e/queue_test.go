package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"passage/automation/browser"
)

// inLine is a person who waits for a browser.
type inLine struct {
	*visitor
	name  string
	shown *screen
}

// comes has a person of a merchant log in.
func (s *stack) comes(t *testing.T, name string, from merchant) *inLine {
	t.Helper()
	v := s.visitor(t, from.newLink(t, ask(readBills())))
	shown := v.claim()
	return &inLine{v, name, v.submit(shown.asks(), someone(t, "good").Person().Answer("credentials"))}
}

func TestQueue_ServesMerchantsRoundRobinAndShowsThePosition(t *testing.T) {
	t.Parallel()
	flags := testBrowser(1)
	flags.BrowserLine = 6
	s := specialStack(t, t.TempDir(), special{browsers: &flags})
	busy, err := s.Pool.Acquire(t.Context(), browser.Policy{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	merchants := map[byte]merchant{'A': s.merchant, 'B': s.merchantOf(t, "B"), 'C': s.merchantOf(t, "C")}
	people := map[string]*inLine{}
	for _, name := range []string{"A1", "A2", "A3", "A4", "B1", "B2"} {
		people[name] = s.comes(t, name, merchants[name[0]])
		expect(t, name, people[name].shown.title(), "You’re in line")
	}
	late := s.comes(t, "A5", merchants['A'])
	expect(t, "the status where the line is full", late.shown.status, http.StatusServiceUnavailable)
	if !late.shown.says("the line is full") || late.shown.asks() == nil || late.shown.value("field-username") == "" || late.shown.value("field-password") != "" {
		t.Errorf("the page where the line is full: %s", late.shown.body)
	}
	expect(t, "the session that was asked to come back", string(s.sessionOf(t, late.link).Status), "created")
	people["C1"] = s.comes(t, "C1", merchants['C']) // the first of its merchant finds a full line open

	order := []string{"A1", "B1", "C1", "A2", "B2", "A3", "A4"}
	for n, name := range order {
		one := people[name]
		if one.shown = one.get(one.shown.url); !one.shown.says(fmt.Sprintf("You’re number %d.", n+1)) {
			t.Errorf("%s is not number %d: %s", name, n+1, one.shown.body)
		}
	}
	s.gauges(t, "passage_sessions_queued 7", "passage_sessions_refused_total 1", "passage_browsers_limit 1")

	busy.Close()
	var started []int64
	for _, name := range order {
		one := people[name]
		expect(t, name+"’s end", one.next(one.shown).end(), "complete")
		started = append(started, *s.sessionOf(t, one.link).StartedAt)
	}
	if !slices.IsSorted(started) {
		t.Errorf("the sessions started out of turn: %v", started)
	}
	late.shown = late.submit(late.shown.asks(), someone(t, "good").Person().Answer("credentials"))
	expect(t, "the end of the one that came back", late.next(late.shown).end(), "complete")
	expect(t, "its attempts", len(s.link(t, late.link.LinkID).Sessions), 1)
}

// gauges expects lines among the metrics.
func (s *stack) gauges(t *testing.T, lines ...string) {
	t.Helper()
	text := get(t, "http://"+s.Admin.Addr().String()+"/metrics")
	for _, line := range append(lines, "passage_browser_memory_available_bytes ") {
		if !strings.Contains(text, "\n"+line) {
			t.Errorf("the metrics lack %q:\n%s", line, text)
		}
	}
}
