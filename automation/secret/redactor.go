package secret

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A secret of at least replacedAnywhere runes is replaced wherever it occurs. A
// shorter one would take innocent text with it, as the CVV 202 would take every
// date of this decade: from replacedAlone runes on it is replaced where it
// stands alone, and below that not at all.
const (
	replacedAnywhere = 6
	replacedAlone    = 3
)

// Redactor takes a session's secrets out of text. It is safe for concurrent use.
type Redactor struct {
	mu       sync.RWMutex
	secrets  []string // replaced wherever they occur
	forms    map[string]struct{}
	replacer *strings.Replacer
	short    []string            // replaced where they stand alone
	last4    map[string]struct{} // of card numbers: these may be shown
}

// NewRedactor returns a Redactor that knows no secret yet. It replaces card
// numbers only.
func NewRedactor() *Redactor {
	return &Redactor{forms: map[string]struct{}{}, replacer: strings.NewReplacer(), last4: map[string]struct{}{}}
}

// Add makes every later call replace the secret, as it is and in its URL-,
// HTML-, JSON- and base64-encoded forms. One of three to five characters is
// replaced only where it stands alone, and a shorter one is ignored.
func (r *Redactor) Add(v Value) {
	text := v.Reveal()
	length := utf8.RuneCountInString(text)
	if length < replacedAlone {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if last4, ok := Last4(v); ok {
		r.last4[last4] = struct{}{}
	}
	switch {
	case slices.Contains(r.secrets, text) || slices.Contains(r.short, text):
	case length < replacedAnywhere:
		r.short = append(r.short, text)
	default:
		r.secrets = append(r.secrets, text)
		r.replacer = r.newReplacer(text)
	}
}

// newReplacer returns a replacer for all forms known so far and those of one
// more secret.
func (r *Redactor) newReplacer(added string) *strings.Replacer {
	for _, form := range encodings(added) {
		r.forms[form] = struct{}{}
	}
	// The longest first: nothing must remain of a secret that contains another.
	forms := slices.SortedFunc(maps.Keys(r.forms), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, Redacted)
	}
	return strings.NewReplacer(pairs...)
}

// Scrub returns a text for people or logs with every added secret, and every
// number that could be a payment card's, replaced by [redacted].
func (r *Redactor) Scrub(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s = scrubCards(r.replacer.Replace(s))
	for _, short := range r.short {
		s = replaceWord(s, short)
	}
	return s
}

// ScrubValue returns one value of a result, a text or a number, with its secrets
// replaced. A short secret is replaced where it is the whole value, unless it is
// also the last four digits of a card: results are expected to have these.
func (r *Redactor) ScrubValue(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if _, shown := r.last4[s]; !shown && slices.Contains(r.short, s) {
		return Redacted
	}
	return scrubCards(r.replacer.Replace(s))
}

// Secrets returns the added secrets that are replaced wherever they occur. It is
// for masking them on a page before a picture is taken. A nil Redactor has none.
func (r *Redactor) Secrets() []string {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.secrets)
}

// replaceWord replaces a word where no letter or digit is next to it.
func replaceWord(text, word string) string {
	var out strings.Builder
	rest := text
	for {
		at := strings.Index(rest, word)
		if at < 0 {
			out.WriteString(rest)
			return out.String()
		}
		before, _ := utf8.DecodeLastRuneInString(text[:len(text)-len(rest)+at])
		after, _ := utf8.DecodeRuneInString(rest[at+len(word):])
		out.WriteString(rest[:at])
		if isWordRune(before) || isWordRune(after) {
			out.WriteString(word)
		} else {
			out.WriteString(Redacted)
		}
		rest = rest[at+len(word):]
	}
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
