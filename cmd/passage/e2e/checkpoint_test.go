package e2e

import (
	"fmt"
	"strings"
	"testing"

	"passage/automation/sandbox"
	"passage/db/dbtest"
)

// stored counts the cards like the one that links write, in a user's account.
func (s *stack) stored(username string) int {
	return last4s(s.Carrier.Cards(username), func(c sandbox.Card) string { return c.Last4 })
}

// A change that was made and verified is not made again by the next attempt,
// but only in the same account.
func TestCheckpoint_CountsInTheSameAccountOnly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		scenario string
		other    bool // another person comes for the second attempt
		reused   bool
		stored   int // such cards in the second attempt's account
		written  int // card forms sent in over both attempts
		read     int // cards that the second attempt finds before
	}{
		"the same account": {scenario: "halfway", reused: true, stored: 1, written: 1, read: 4},
		"another account":  {scenario: "halfway", other: true, stored: 1, written: 2, read: 3},
		// Nothing is taken over, but the script looks before it writes.
		"no account": {scenario: "nameless", stored: 1, written: 1, read: 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sharedStack(t)
			first := someone(t, test.scenario)
			second := first
			if test.other {
				second = someone(t, "good")
			}
			v := s.visitor(t, s.newLink(t, ask(readCards(), writeCard(), readBills())))
			last := v.walk(v.claim(), first.Person())
			failed := s.link(t, v.link.LinkID)
			expect(t, "the first attempt", failed.code(), "SITE_UNAVAILABLE")
			expect(t, "its operations", statuses(failed.Operations), "complete complete failed")

			last = v.walk(v.claimAgain(last), second.Person())
			expect(t, "the second attempt", last.end(), "complete")
			expect(t, "the page says what was done before", last.says("Already done on your first try"), test.reused)
			expect(t, "cards stored", s.stored(second.Username), test.stored)
			expect(t, "cards stored for the first", s.stored(first.Username), 1)
			written := s.Carrier.Submitted(first.Username)
			if test.other {
				written += s.Carrier.Submitted(second.Username)
			}
			expect(t, "cards sent to the site", written, test.written)

			link := s.link(t, v.link.LinkID)
			all := link.results(t).Operations
			expect(t, "the change's result", fmt.Sprint(all[1].Data.Success, " ", all[1].Data.Card.Last4), "true 1111")
			expect(t, "cards that were read", len(all[0].Data.PaymentMethods), test.read)
			story := s.session(t, link.CurrentSessionID).story()
			expect(t, "taken over", strings.Contains(story, "operation_reused 1"), test.reused)
			expect(t, "run again", strings.Contains(story, "operation_started 1"), !test.reused)
			if !strings.Contains(story, "operation_started 0") || !strings.Contains(story, "operation_started 2") {
				t.Errorf("what was read before is not read again:\n%s", story)
			}
			if number := sandbox.CustomerNumber(first.Username); strings.Contains(dbtest.Dump(t, dbtest.Raw(t, s.folder)), number) {
				t.Error("the database holds the account's number")
			}
		})
	}
}
