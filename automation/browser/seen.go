package browser

import "strings"

// maxSeen is for how many selectors it is kept what they matched.
const maxSeen = 500

// noteSeen keeps what the alternatives of selectors matched: of the same
// selector, the account that says more.
func (b *Browser) noteSeen(selectors []string, seen [][]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen == nil {
		b.seen = map[string]string{}
	}
	for i, elements := range seen {
		alternatives := strings.Split(selectors[i], separator)
		for j, element := range elements {
			if old, known := b.seen[alternatives[j]]; len(element) > len(old) && (known || len(b.seen) < maxSeen) {
				b.seen[alternatives[j]] = element
			}
		}
	}
}

// Seen returns what each selector matched in this browser, of those that
// matched anything: an element's id or the like and, of a control, its label.
// It holds nothing that was typed and, as far as that can be told, nothing that
// the page shows of a person.
func (b *Browser) Seen() map[string]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := make(map[string]string, len(b.seen))
	for selector, element := range b.seen {
		if b.redact != nil {
			element = b.redact.Scrub(element)
		}
		seen[selector] = element
	}
	return seen
}
