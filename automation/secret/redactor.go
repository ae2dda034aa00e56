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

// Redactor takes a session's secrets out of text, and what is personal: the user
// name and the like, which belongs in no log but is the user's own and part of
// results. It is safe for concurrent use.
type Redactor struct {
	mu      sync.RWMutex
	secrets *terms
	private *terms              // the secrets and what is personal
	last4   map[string]struct{} // of card numbers: these may be shown
}

// NewRedactor returns a Redactor that knows no secret yet. It replaces card
// numbers only.
func NewRedactor() *Redactor {
	return &Redactor{secrets: newTerms(), private: newTerms(), last4: map[string]struct{}{}}
}

// Add makes every later call replace the secret, as it is and in its URL-,
// HTML-, JSON- and base64-encoded forms. One of three to five characters is
// replaced only where it stands alone, and a shorter one is ignored.
func (r *Redactor) Add(v Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last4, ok := Last4(v); ok {
		r.last4[last4] = struct{}{}
	}
	r.secrets.add(v.Reveal())
	r.private.add(v.Reveal())
}

// AddPersonal makes every later call of Scrub replace a text that is personal but
// no secret, such as a user name, also in lower case, as sites often show it.
// ScrubSecrets and ScrubValue leave it.
func (r *Redactor) AddPersonal(v Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.private.add(v.Reveal())
	r.private.add(strings.ToLower(v.Reveal()))
}

// Scrub returns a text for developers or logs with everything added, and every
// number that could be a payment card's, replaced by [redacted].
func (r *Redactor) Scrub(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.private.scrub(s)
}

// ScrubSecrets is Scrub for a text that the user alone sees, or a script: what is
// personal stays in it.
func (r *Redactor) ScrubSecrets(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.secrets.scrub(s)
}

// ScrubValue returns one value of a result, a text or a number, with its secrets
// replaced. What is personal stays. A short secret is replaced where it is the
// whole value, unless it is also the last four digits of a card: results are
// expected to have these.
func (r *Redactor) ScrubValue(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if _, shown := r.last4[s]; !shown && slices.Contains(r.secrets.short, s) {
		return Redacted
	}
	return scrubCards(r.secrets.replacer.Replace(s))
}

// Private returns what was added and is replaced wherever it occurs. It is for
// masking it on a page before a picture is taken. A nil Redactor has none.
func (r *Redactor) Private() []string {
	if r == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.private.long)
}

// terms are texts to replace.
type terms struct {
	long     []string // replaced wherever they occur
	forms    map[string]struct{}
	replacer *strings.Replacer
	short    []string // replaced where they stand alone
}

func newTerms() *terms {
	return &terms{forms: map[string]struct{}{}, replacer: strings.NewReplacer()}
}

func (t *terms) add(text string) {
	length := utf8.RuneCountInString(text)
	switch {
	case length < replacedAlone:
	case slices.Contains(t.long, text) || slices.Contains(t.short, text):
	case length < replacedAnywhere:
		t.short = append(t.short, text)
	default:
		t.long = append(t.long, text)
		t.replacer = t.newReplacer(text)
	}
}

// newReplacer returns a replacer for all forms known so far and those of one
// more text.
func (t *terms) newReplacer(added string) *strings.Replacer {
	for _, form := range encodings(added) {
		t.forms[form] = struct{}{}
	}
	// The longest first: nothing must remain of a text that contains another.
	forms := slices.SortedFunc(maps.Keys(t.forms), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, Redacted)
	}
	return strings.NewReplacer(pairs...)
}

// scrub returns a text without the terms and without card numbers.
func (t *terms) scrub(s string) string {
	s = scrubCards(t.replacer.Replace(s))
	for _, short := range t.short {
		s = replaceWord(s, short)
	}
	return s
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
