package browser

import "strings"

// maxMatched is how many selectors are recorded.
const maxMatched = 500

// recordMatches records what the alternatives of selectors matched. For the same
// selector it keeps the longest description.
func (b *Browser) recordMatches(selectors []string, elements [][]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.matched == nil {
		b.matched = map[string]string{}
	}
	for i, found := range elements {
		alternatives := strings.Split(selectors[i], separator)
		for j, element := range found {
			if old, known := b.matched[alternatives[j]]; len(element) > len(old) && (known || len(b.matched) < maxMatched) {
				b.matched[alternatives[j]] = element
			}
		}
	}
}

// MatchedElements returns, for each selector that matched anything in this browser,
// a description of the element: its id or the like and, of a control, its label.
// It holds nothing that was typed and, as far as a program can tell, nothing of
// the user's that the page shows.
func (b *Browser) MatchedElements() map[string]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	elements := make(map[string]string, len(b.matched))
	for selector, element := range b.matched {
		if b.redact != nil {
			element = b.redact.Scrub(element)
		}
		elements[selector] = element
	}
	return elements
}
