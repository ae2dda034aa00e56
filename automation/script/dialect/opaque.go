package dialect

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/secret"
)

// Opaque is a secret in the hands of a script.
//
// Starlark calls String from many places that cannot return an error. So String
// never returns the text, and the functions and operators that would call it
// refuse an opaque value first: the author sees an error, not “[redacted]”.
type Opaque struct {
	name  string // for messages
	value secret.Value
}

var (
	_ starlark.HasAttrs   = (*Opaque)(nil)
	_ starlark.Comparable = (*Opaque)(nil)
)

// NewOpaque makes an opaque value. The name stands for it in messages.
func NewOpaque(name string, value secret.Value) *Opaque { return &Opaque{name, value} }

// Value returns the secret, for typing it into a page.
func (o *Opaque) Value() secret.Value { return o.value }

// Refuse returns the error of a use that an opaque value does not allow.
func (o *Opaque) Refuse(why string) error {
	return fmt.Errorf("%s is opaque: %s; pass it to page.fill or page.tap", o.name, why)
}

func (*Opaque) String() string { return secret.Redacted }

// Type returns the name of the type in messages.
func (*Opaque) Type() string { return "opaque" }

// Freeze does nothing: the value cannot change.
func (*Opaque) Freeze() {}

// Truth is true even of an empty text: its length is a secret too.
func (*Opaque) Truth() starlark.Bool { return starlark.True }

// Hash refuses, so that an opaque value cannot be a key.
func (o *Opaque) Hash() (uint32, error) { return 0, o.Refuse("it cannot be a key") }

// CompareSameType refuses even o == o: with comparisons a text can be guessed
// letter by letter.
func (o *Opaque) CompareSameType(syntax.Token, starlark.Value, int) (bool, error) {
	return false, o.Refuse("it cannot be compared")
}

// AttrNames returns the attributes of opaque values.
func (*Opaque) AttrNames() []string { return []string{"last4"} }

// Attr returns .last4 of a card number. Anything shorter has none: the last
// four digits of a CVV are the CVV.
func (o *Opaque) Attr(name string) (starlark.Value, error) {
	if name != "last4" {
		return nil, nil
	}
	last4, ok := secret.Last4(o.value)
	if !ok {
		return nil, o.Refuse(".last4 is for card numbers of 12 to 19 digits")
	}
	return starlark.String(last4), nil
}

// refuseOpaque returns an error if one of the values is opaque.
func refuseOpaque(function string, values []starlark.Value) error {
	for _, v := range values {
		if opaque, ok := v.(*Opaque); ok {
			return opaque.Refuse(function + " cannot take it")
		}
	}
	return nil
}

// Unpack is starlark.UnpackArgs with a clear error for opaque values, which it
// refuses.
func Unpack(function string, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) error {
	if err := refuseOpaque(function, Values(args, kwargs)); err != nil {
		return err
	}
	return starlark.UnpackArgs(function, args, kwargs, pairs...)
}

// Values returns the values of all arguments.
func Values(args starlark.Tuple, kwargs []starlark.Tuple) []starlark.Value {
	values := append([]starlark.Value{}, args...)
	for _, pair := range kwargs {
		values = append(values, pair[1])
	}
	return values
}
