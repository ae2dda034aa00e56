package browser

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// comer makes a session of an organization.
func comer(owner string) *Turn { return &Turn{owner: owner, moved: make(chan struct{}, 1)} }

// order is whose sessions are served, one after the other.
func order(l *line) string {
	var owners strings.Builder
	for len(l.waiting) > 0 {
		owners.WriteString(l.next().owner)
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
		var l line
		for _, c := range come {
			if c == '.' {
				l.next()
				continue
			}
			l.add(comer(string(c)))
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
		var l line
		came := map[*Turn]int{}
		for n := range rapid.IntRange(1, 80).Draw(t, "events") {
			before := slices.Clone(l.waiting)
			var away *Turn
			switch what := rapid.IntRange(0, 3).Draw(t, "event"); {
			case what == 0 && len(before) > 0:
				if away = l.next(); away != before[0] {
					t.Fatal("somebody else than the first was served")
				}
			case what == 1 && len(before) > 0:
				away = rapid.SampledFrom(before).Draw(t, "who leaves")
				l.remove(away)
			default:
				turn := comer(string(rapid.SampledFrom([]byte(owners)).Draw(t, "owner")))
				alone := l.of(turn.owner) == 0
				came[turn] = n
				l.add(turn)
				if place := slices.Index(l.waiting, turn) + 1; alone && place > 2*len(owners) {
					t.Fatalf("place %d for the only one of %s", place, turn.owner)
				}
			}
			kept := slices.DeleteFunc(slices.Clone(l.waiting), func(t *Turn) bool { return !slices.Contains(before, t) })
			before = slices.DeleteFunc(before, func(t *Turn) bool { return t == away })
			if !slices.Equal(kept, before) {
				t.Fatal("the order of those who waited has changed")
			}
			last := map[string]int{}
			for _, turn := range l.waiting {
				if previous, ok := last[turn.owner]; ok && previous > came[turn] {
					t.Fatal("an organization's sessions are not in the order in which they came")
				}
				last[turn.owner] = came[turn]
			}
		}
	})
}
