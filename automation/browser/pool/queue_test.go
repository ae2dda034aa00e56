package pool

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// comer makes a session of an organization.
func comer(owner string) *Ticket { return &Ticket{organization: owner, moved: make(chan struct{}, 1)} }

// order is whose sessions are served, one after the other.
func order(l *queue) string {
	var owners strings.Builder
	for len(l.tickets) > 0 {
		owners.WriteString(l.pop().organization)
	}
	return owners.String()
}

func TestOrganizationsAreServedInTurns(t *testing.T) {
	t.Parallel()
	for come, want := range map[string]string{ // . serves one
		"AAAA":      "AAAA",
		"AAAABB":    "ABABAA",
		"AAABCCB":   "ABCACBA",
		"A.AAABB":   "BABAA", // A had its turn in this round
		"AAAA..BC":  "BCAA",
		"AB.BBAAC.": "CBABA",
	} {
		var l queue
		for _, c := range come {
			if c == '.' {
				l.pop()
				continue
			}
			l.push(comer(string(c)))
		}
		if got := order(&l); got != want {
			t.Errorf("%s: %s, want %s", come, got, want)
		}
	}
}

// Whoever comes, leaves and is served: those who wait keep their order, each
// organization is first come, first served, and one that has nobody in line
// gets its next one in within two rounds.
func TestLineIsFairAndKeepsItsOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const owners = "ABCD"
		var l queue
		came := map[*Ticket]int{}
		for n := range rapid.IntRange(1, 80).Draw(t, "events") {
			before := slices.Clone(l.tickets)
			var away *Ticket
			switch what := rapid.IntRange(0, 3).Draw(t, "event"); {
			case what == 0 && len(before) > 0:
				if away = l.pop(); away != before[0] {
					t.Fatal("somebody else than the first was served")
				}
			case what == 1 && len(before) > 0:
				away = rapid.SampledFrom(before).Draw(t, "who leaves")
				l.remove(away)
			default:
				turn := comer(string(rapid.SampledFrom([]byte(owners)).Draw(t, "owner")))
				alone := l.count(turn.organization) == 0
				came[turn] = n
				l.push(turn)
				if place := slices.Index(l.tickets, turn) + 1; alone && place > 2*len(owners) {
					t.Fatalf("place %d for the only one of %s", place, turn.organization)
				}
			}
			kept := slices.DeleteFunc(slices.Clone(l.tickets), func(t *Ticket) bool { return !slices.Contains(before, t) })
			before = slices.DeleteFunc(before, func(t *Ticket) bool { return t == away })
			if !slices.Equal(kept, before) {
				t.Fatal("the order of those who waited has changed")
			}
			last := map[string]int{}
			for _, turn := range l.tickets {
				if previous, ok := last[turn.organization]; ok && previous > came[turn] {
					t.Fatal("an organization's sessions are not in the order in which they came")
				}
				last[turn.organization] = came[turn]
			}
		}
	})
}
