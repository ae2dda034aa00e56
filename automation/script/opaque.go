package script

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const redacted = "[redacted]"

// Secret is a text that prints, logs and marshals as [redacted].
//
// The text is behind a pointer because fmt calls no methods on the unexported
// fields of a struct: there it shows an address instead of the text.
type Secret struct{ text *string }

// NewSecret keeps a text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal returns the text: for typing it into a page and for nothing else.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

func (Secret) String() string { return redacted }

// GoString is what %#v shows.
func (Secret) GoString() string { return redacted }

// Format covers every other verb of fmt.
func (Secret) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redacted)) }

// MarshalJSON keeps the text out of JSON.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText keeps the text out of every other encoding.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue keeps the text out of slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Answer is what a person gave to a prompt, by field name.
type Answer map[string]Secret

// opaque is a secret in the hands of a script.
//
// Starlark calls String from many places that cannot return an error. So
// String never has the text; the words and operators that would call it
// refuse an opaque value first, to tell the author instead of letting
// "[redacted]" wander on.
type opaque struct {
	name   string
	secret Secret
}

var (
	_ starlark.HasAttrs   = (*opaque)(nil)
	_ starlark.Comparable = (*opaque)(nil)
)

func (*opaque) String() string          { return redacted }
func (*opaque) Type() string            { return "opaque" }
func (*opaque) Freeze()                 {}
func (*opaque) Truth() starlark.Bool    { return starlark.True }
func (*opaque) AttrNames() []string     { return []string{"last4"} }
func (o *opaque) Hash() (uint32, error) { return 0, o.refuse("it cannot be a key") }

// CompareSameType refuses even o == o: the outcome of a comparison is a way to
// guess a text letter by letter.
func (o *opaque) CompareSameType(syntax.Token, starlark.Value, int) (bool, error) {
	return false, o.refuse("it cannot be compared")
}

// Attr gives .last4 of a card number, and nothing of anything shorter: the
// last four of a cvv are the cvv.
func (o *opaque) Attr(name string) (starlark.Value, error) {
	if name != "last4" {
		return nil, nil
	}
	last4, ok := last4Of(o.secret)
	if !ok {
		return nil, o.refuse(".last4 is for card numbers of 12 to 19 digits")
	}
	return starlark.String(last4), nil
}

func (o *opaque) refuse(why string) error {
	return fmt.Errorf("%s is opaque: %s; hand it to page.fill", o.name, why)
}

// last4Of returns the last digits of a card number.
func last4Of(secret Secret) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, secret.Reveal())
	if len(digits) < 12 || len(digits) > 19 || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return digits[len(digits)-4:], true
}

// conceal makes an opaque value for the script and sees to it that the text is
// scrubbed from whatever leaves the run.
//
// A short text is not given to the redactor, which replaces it wherever it
// occurs: the cvv 202 would take every date of this decade with it. It is
// scrubbed where it stands alone.
func (r *Run) conceal(name string, secret Secret) *opaque {
	text := secret.Reveal()
	switch n := utf8.RuneCountInString(text); {
	case n >= minRedacted:
		r.options.Redactor.Add(text)
	case n >= minScrubbed:
		r.short[text] = true
	}
	if last4, ok := last4Of(secret); ok {
		r.last4[last4] = true
	}
	return &opaque{name: name, secret: secret}
}

const (
	minScrubbed = 3 // runes; what is shorter is in every text
	minRedacted = 6
)

// scrubText cleans a text for developers: a detail, a traceback.
func (r *Run) scrubText(text string) string {
	text = r.options.Redactor.Scrub(text)
	for short := range r.short {
		text = replaceWord(text, short)
	}
	return text
}

// scrubValue cleans one text or number of a result.
func (r *Run) scrubValue(text string) string {
	if r.short[text] && !r.last4[text] {
		return redacted
	}
	return r.options.Redactor.Scrub(text)
}

// quoted makes a text of the site fit for a prompt, which is stored: what it
// echoes of a secret is masked as sites mask it.
func (r *Run) quoted(text string) string {
	return strings.ReplaceAll(r.scrubText(quote(text)), redacted, "•••")
}

// destination is where a site says that it sent something, for a prompt. One
// that is nothing but an echo of what the person typed tells them nothing once
// it is masked, so it is left out.
func (r *Run) destination(text string) string {
	shown := r.quoted(text)
	if strings.Trim(shown, "• ") == "" {
		return ""
	}
	return shown
}

// replaceWord replaces a word where no letter or digit touches it.
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
			out.WriteString(redacted)
		}
		rest = rest[at+len(word):]
	}
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
