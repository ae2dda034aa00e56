package dialect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"go.starlark.net/starlark"

	"passage/automation/prompt"
)

const maxResult = 1 << 20 // bytes of JSON

// EncodeJSON turns a result into JSON. Dicts keep the order in which their keys
// were set, and scrub is applied to every text and number. Errors give the path
// of the value in the result, not the value.
func EncodeJSON(result starlark.Value, scrub func(string) string) (json.RawMessage, error) {
	e := &encoder{scrub: scrub}
	if err := e.value(result, 0); err != nil {
		return nil, err
	}
	return e.out.Bytes(), nil
}

type encoder struct {
	out   bytes.Buffer
	scrub func(string) string
}

// resultError is a value that cannot be part of a result, and its path.
type resultError struct{ path, problem string }

func (e *resultError) Error() string { return "result" + e.path + " " + e.problem }

// within adds a part in front of the path of a resultError.
func within(part string, err error) error {
	if e, ok := errors.AsType[*resultError](err); ok {
		e.path = part + e.path
	}
	return err
}

func (e *encoder) value(value starlark.Value, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	switch value := value.(type) {
	case starlark.NoneType:
		return e.raw("null")
	case starlark.Bool:
		return e.raw(strconv.FormatBool(bool(value)))
	case starlark.Int:
		return e.number(value.String())
	case starlark.Float:
		text, err := json.Marshal(float64(value))
		if err != nil {
			return &resultError{problem: "is not a finite number"}
		}
		return e.number(string(text))
	case starlark.String:
		return e.text(string(value))
	case *starlark.List:
		return e.list(value, depth)
	case starlark.Tuple:
		return e.list(value, depth)
	case *starlark.Dict:
		return e.dict(value, depth)
	case *Opaque:
		return &resultError{problem: "is " + value.name + ", which is opaque and cannot be returned; of a card number, return .last4"}
	default:
		return &resultError{problem: "is a " + value.Type() + "; a result is made of dicts, lists, texts, numbers, True, False and None"}
	}
}

func (e *encoder) list(list starlark.Indexable, depth int) error {
	if err := e.raw("["); err != nil {
		return err
	}
	for i := range list.Len() {
		if err := e.comma(i); err != nil {
			return err
		}
		if err := e.value(list.Index(i), depth+1); err != nil {
			return within(fmt.Sprintf("[%d]", i), err)
		}
	}
	return e.raw("]")
}

func (e *encoder) dict(dict *starlark.Dict, depth int) error {
	if err := e.raw("{"); err != nil {
		return err
	}
	i := 0
	for key, value := range dict.Entries() {
		name, ok := starlark.AsString(key)
		if !ok {
			return &resultError{problem: "has a key that is a " + key.Type() + "; keys must be texts"}
		}
		if err := e.comma(i); err != nil {
			return err
		}
		if err := e.text(name); err != nil {
			return err
		}
		if err := e.raw(":"); err != nil {
			return err
		}
		if err := e.value(value, depth+1); err != nil {
			return within("."+prompt.Quote(name), err)
		}
		i++
	}
	return e.raw("}")
}

func (e *encoder) comma(i int) error {
	if i == 0 {
		return nil
	}
	return e.raw(",")
}

// number writes a number, or a text if it had to be scrubbed.
func (e *encoder) number(text string) error {
	if clean := e.scrub(text); clean != text {
		return e.text(clean)
	}
	return e.raw(text)
}

func (e *encoder) text(text string) error {
	encoded, err := json.Marshal(e.scrub(text))
	if err != nil {
		return err
	}
	return e.raw(string(encoded))
}

func (e *encoder) raw(text string) error {
	if e.out.Len()+len(text) > maxResult {
		return fmt.Errorf("it is larger than %d KiB", maxResult>>10)
	}
	e.out.WriteString(text)
	return nil
}
