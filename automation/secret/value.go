package secret

import (
	"fmt"
	"log/slog"
)

// Redacted is what stands in place of a secret.
const Redacted = "[redacted]"

// Value is a text that prints, logs and marshals as [redacted].
//
// The text is behind a pointer because fmt does not call methods on unexported
// fields of a struct: there it prints an address instead of the text.
type Value struct{ text *string }

// New makes a secret of a text.
func New(text string) Value { return Value{&text} }

// Reveal returns the text: for typing it into a page and for nothing else.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

func (Value) String() string { return Redacted }

// GoString is what %#v shows.
func (Value) GoString() string { return Redacted }

// Format covers every other verb of fmt.
func (Value) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(Redacted)) }

// MarshalJSON keeps the text out of JSON.
func (Value) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalText keeps the text out of every other encoding.
func (Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// LogValue keeps the text out of slog.
func (Value) LogValue() slog.Value { return slog.StringValue(Redacted) }
