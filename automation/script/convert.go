package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"passage/automation/prompt"
	"passage/automation/secret"

	"go.starlark.net/starlark"
)

// IsRead reports whether an operation, "resource.action", only reads. Such an
// operation may not submit anything to the site.
func IsRead(operation string) bool {
	_, action, _ := strings.Cut(operation, ".")
	return action == "read"
}

// DryRun reports whether the arguments of a call ask only to try it out.
func DryRun(arguments json.RawMessage) bool {
	var named map[string]json.RawMessage
	return json.Unmarshal(arguments, &named) == nil && string(named["dryRun"]) == "true"
}

// arguments turns the JSON of a call into a frozen dict, the sensitive ones
// opaque, and says whether it is a dry run.
func (r *Run) arguments(c Call) (arguments *starlark.Dict, dryRun bool, err error) {
	arguments = starlark.NewDict(8)
	defer arguments.Freeze()
	if trimmed := bytes.TrimSpace(c.Arguments); len(trimmed) == 0 || string(trimmed) == "null" {
		return arguments, false, nil
	}
	value, err := parseJSON(string(c.Arguments))
	if err != nil {
		return nil, false, err
	}
	plain, ok := value.(*starlark.Dict)
	if !ok {
		return nil, false, fmt.Errorf("arguments are a %s, not an object", value.Type())
	}
	for key, value := range plain.Entries() {
		name := string(key.(starlark.String))
		if slices.Contains(c.Sensitive, name) {
			if value, err = r.concealArgument(name, value); err != nil {
				return nil, false, err
			}
		}
		if err := arguments.SetKey(key, value); err != nil {
			return nil, false, err
		}
	}
	return arguments, DryRun(c.Arguments), nil
}

func (r *Run) concealArgument(name string, value starlark.Value) (starlark.Value, error) {
	switch value := value.(type) {
	case starlark.NoneType:
		return value, nil
	case starlark.String:
		return r.conceal(name, secret.New(string(value))), nil
	case starlark.Int:
		return r.conceal(name, secret.New(value.String())), nil
	default:
		// The value stays out of the message, as it does everywhere.
		return nil, fmt.Errorf("the sensitive argument %s is a %s, not a text", name, value.Type())
	}
}

// parseJSON reads one JSON value and nothing after it.
func parseJSON(text string) (starlark.Value, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	value, err := decodeValue(decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return value, nil
}

// decodeValue reads one JSON value, keeping the order of keys.
func decodeValue(decoder *json.Decoder, depth int) (starlark.Value, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, errors.New("not JSON") // the decoder's own words quote the input
	}
	switch token := token.(type) {
	case nil:
		return starlark.None, nil
	case bool:
		return starlark.Bool(token), nil
	case string:
		return starlark.String(token), nil
	case json.Number:
		return decodeNumber(token)
	case json.Delim:
		if token == '[' {
			return decodeList(decoder, depth)
		}
		return decodeObject(decoder, depth)
	default:
		return nil, fmt.Errorf("unexpected %T", token)
	}
}

func decodeNumber(number json.Number) (starlark.Value, error) {
	if n, err := strconv.ParseInt(string(number), 10, 64); err == nil {
		return starlark.MakeInt64(n), nil
	}
	f, err := number.Float64()
	if err != nil {
		return nil, errors.New("a number is out of range")
	}
	return starlark.Float(f), nil
}

func decodeList(decoder *json.Decoder, depth int) (starlark.Value, error) {
	var items []starlark.Value
	for decoder.More() {
		item, err := decodeValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := decoder.Token() // ]
	return starlark.NewList(items), err
}

func decodeObject(decoder *json.Decoder, depth int) (starlark.Value, error) {
	object := starlark.NewDict(8)
	for decoder.More() {
		key, err := decodeValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		value, err := decodeValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		if err := object.SetKey(key, value); err != nil {
			return nil, err
		}
	}
	_, err := decoder.Token() // }
	return object, err
}

// encode turns a result into JSON: dicts keep the order in which their keys
// were set, and every text and number is scrubbed. Errors say where in the
// result the fault is, never what it holds.
func (r *Run) encode(value starlark.Value) (json.RawMessage, error) {
	if value == starlark.None {
		return nil, errors.New("the function returned nothing; does every way through it end with return {…}?")
	}
	e := &encoder{scrub: r.options.Redactor.ScrubValue}
	if err := e.value(value, 0); err != nil {
		return nil, err
	}
	return e.out.Bytes(), nil
}

type encoder struct {
	out   bytes.Buffer
	scrub func(string) string
}

// misfit is a value that cannot be part of a result, and where it is.
type misfit struct{ path, what string }

func (m *misfit) Error() string { return "result" + m.path + " " + m.what }

// in notes a misfit's place from the inside outwards.
func in(part string, err error) error {
	if m, ok := errors.AsType[*misfit](err); ok {
		m.path = part + m.path
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
			return &misfit{what: "is not a finite number"}
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
	case *opaque:
		return &misfit{what: "is " + value.name + ", which is opaque and cannot be returned; of a card number, return .last4"}
	default:
		return &misfit{what: "is a " + value.Type() + "; a result is made of dicts, lists, texts, numbers, True, False and None"}
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
			return in(fmt.Sprintf("[%d]", i), err)
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
			return &misfit{what: "has a key that is a " + key.Type() + "; keys must be texts"}
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
			return in("."+prompt.Quote(name), err)
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

// number writes a number, or a text in its place if it had to be scrubbed.
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
