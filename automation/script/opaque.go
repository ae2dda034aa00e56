package script

import (
	"fmt"
	"strings"

	"passage/automation/prompt"
	"passage/automation/secret"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// opaque is a secret in the hands of a script.
//
// Starlark calls String from many places that cannot return an error. So
// String never has the text; the words and operators that would call it
// refuse an opaque value first, to tell the author instead of letting
// "[redacted]" wander on.
type opaque struct {
	name  string
	value secret.Value
}

var (
	_ starlark.HasAttrs   = (*opaque)(nil)
	_ starlark.Comparable = (*opaque)(nil)
)

func (*opaque) String() string          { return secret.Redacted }
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
	last4, ok := secret.Last4(o.value)
	if !ok {
		return nil, o.refuse(".last4 is for card numbers of 12 to 19 digits")
	}
	return starlark.String(last4), nil
}

func (o *opaque) refuse(why string) error {
	return fmt.Errorf("%s is opaque: %s; hand it to page.fill", o.name, why)
}

// conceal makes an opaque value for the script. Its text is scrubbed from
// whatever leaves the run.
func (r *Run) conceal(name string, value secret.Value) *opaque {
	r.options.Redactor.Add(value)
	return &opaque{name: name, value: value}
}

// scrub takes the secrets out of a text for developers, such as a detail or a
// traceback.
func (r *Run) scrub(text string) string { return r.options.Redactor.Scrub(text) }

// quoted makes a text of the site fit for a prompt, which is stored: what it
// echoes of a secret is masked as sites mask it.
func (r *Run) quoted(text string) string {
	return strings.ReplaceAll(r.scrub(prompt.Quote(text)), secret.Redacted, "•••")
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
