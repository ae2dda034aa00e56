package pool

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func newTicket(organization string) *Ticket {
	return &Ticket{organization: organization, moved: make(chan struct{}, 1)}
}

// drain serves the whole queue and returns the organizations in order.
func drain(q *queue) string {
	var organizations strings.Builder
	for len(q.tickets) > 0 {
		organizations.WriteString(q.pop().organization)
	}
	return organizations.String()
}

func TestQueue_ServesOrganizationsInTurns(t *testing.T) {
	t.Parallel()
	for arrivals, want := range map[string]string{ // . serves one
		"AAAA":      "AAAA",
		"AAAABB":    "ABABAA",
		"AAABCCB":   "ABCACBA",
		"A.AAABB":   "BABAA", // A was served in this round
		"AAAA..BC":  "BCAA",
		"AB.BBAAC.": "CBABA",
	} {
		var q queue
		for _, c := range arrivals {
			if c == '.' {
				q.pop()
				continue
			}
			q.push(newTicket(string(c)))
		}
		if got := drain(&q); got != want {
			t.Errorf("%s: %s, want %s", arrivals, got, want)
		}
	}
}

// In any sequence of arrivals, cancellations and services, waiting tickets keep
// their order, each organization is served first come, first served, and the
// only ticket of an organization is served within two rounds.
func TestQueue_IsFairAndKeepsItsOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const organizations = "ABCD"
		var q queue
		arrival := map[*Ticket]int{}
		for n := range rapid.IntRange(1, 80).Draw(t, "events") {
			before := slices.Clone(q.tickets)
			var gone *Ticket
			switch event := rapid.IntRange(0, 3).Draw(t, "event"); {
			case event == 0 && len(before) > 0:
				if gone = q.pop(); gone != before[0] {
					t.Fatal("another ticket than the first was served")
				}
			case event == 1 && len(before) > 0:
				gone = rapid.SampledFrom(before).Draw(t, "cancelled")
				q.remove(gone)
			default:
				ticket := newTicket(string(rapid.SampledFrom([]byte(organizations)).Draw(t, "organization")))
				alone := q.count(ticket.organization) == 0
				arrival[ticket] = n
				q.push(ticket)
				if position := q.position(ticket); alone && position > 2*len(organizations) {
					t.Fatalf("position %d for the only ticket of %s", position, ticket.organization)
				}
			}
			kept := slices.DeleteFunc(slices.Clone(q.tickets), func(t *Ticket) bool { return !slices.Contains(before, t) })
			before = slices.DeleteFunc(before, func(t *Ticket) bool { return t == gone })
			if !slices.Equal(kept, before) {
				t.Fatal("the order of the waiting tickets has changed")
			}
			last := map[string]int{}
			for _, ticket := range q.tickets {
				if previous, ok := last[ticket.organization]; ok && previous > arrival[ticket] {
					t.Fatal("an organization's tickets are not in the order of their arrival")
				}
				last[ticket.organization] = arrival[ticket]
			}
		}
	})
}
