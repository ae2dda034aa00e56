package main

import (
	"net/http"
	"slices"
	"testing"

	"passage/automation/replica"
	"passage/db/dbtest"
)

// Every scenario of the carrier, for a link that reads, writes and reads:
// through the real handlers, without script, in a real browser at the site. The
// first attempt and the one after it end as the table says, and the first stays
// visible.
func TestEveryScenarioEndsAsItsTableSays(t *testing.T) {
	t.Parallel()
	for _, scenario := range replica.Scenarios() {
		t.Run(scenario.Name, func(t *testing.T) {
			t.Parallel()
			s := sharedStack(t)
			who := someone(t, scenario.Name)
			link := s.newLink(t, ask(readCards(), writeCard(), readBills()))
			visitor := s.visitor(t, link)

			last := visitor.walk(visitor.claim(), who.Person())
			first := s.link(t, link.LinkID)
			s.endedWith(t, first, last, who.Outcome)
			expect(t, "sessions", len(first.Sessions), 1)
			if who.Outcome == replica.Complete {
				expect(t, "cards sent to the site", s.carrier.Submitted(who.Username), 1)
				s.call(t, http.MethodPost, "/link/claim", map[string]string{"code": link.ClaimCode}).fault(t, http.StatusConflict, "link_complete")
				return
			}

			last = visitor.walk(visitor.claimAgain(last), who.Person())
			again := s.link(t, link.LinkID)
			s.endedWith(t, again, last, who.Again)
			expect(t, "sessions", len(again.Sessions), 2)
			if got := again.Sessions[0]; got.ID != first.Sessions[0].ID || got.Error == nil || got.Error.Code != who.Outcome || got.Status != "failed" {
				t.Errorf("the first attempt is seen as %+v", got)
			}
			var rows int
			if err := dbtest.Raw(t, s.folder).QueryRowContext(t.Context(),
				`SELECT count(*) FROM link_sessions WHERE link_id = $1`, link.LinkID).Scan(&rows); err != nil {
				t.Fatal(err)
			}
			expect(t, "rows of link_sessions", rows, 2)
			if who.Again == replica.Complete {
				expect(t, "cards sent to the site", s.carrier.Submitted(who.Username), 1)
			}
		})
	}
}

// claimAgain starts a second attempt: by “Try again” where the last screen
// offers it, else by the claim URL.
func (v *visitor) claimAgain(last *screen) *screen {
	v.t.Helper()
	if last.hasForm("/retry") {
		return v.submit(last.form(v.t, "/retry"), nil)
	}
	return v.claim()
}

// endedWith checks that the API and the person's last screen tell the same end,
// and that nothing was started after what failed.
func (s *stack) endedWith(t *testing.T, link linkNow, last *screen, want string) {
	t.Helper()
	expect(t, "the link's end", link.code(), want)
	if want == replica.Complete {
		expect(t, "the last screen", last.end(), "complete")
		expect(t, "operations", statuses(link.Operations), "complete complete complete")
		return
	}
	expect(t, "the last screen", last.end(), "failed")
	expect(t, "the link", link.Status, "failed")
	expect(t, "the result", string(link.Result), "null")
	if link.Error.Message == "" {
		t.Error("the error has no message")
	}
	begun := slices.IndexFunc(link.Operations, func(o operationNow) bool { return o.Status != "complete" })
	for n, operation := range link.Operations {
		if n > begun && operation.Status != "pending" {
			t.Errorf("operations after the failed one: %s", statuses(link.Operations))
		}
	}
	if link.Error.Operation != nil {
		expect(t, "the failed operation", *link.Error.Operation, begun)
	}
}
