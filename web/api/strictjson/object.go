// Package strictjson reads a JSON object field by field and collects everything
// that is wrong with it.
//
// It owns how JSON is read: in valid UTF-8, no field twice, no unknown field,
// names compared exactly. It does not own which fields there are (web/api,
// web/api/socket) or how an issue is sent (web/problem). Its invariant: no issue
// repeats a value.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"passage/web/problem"
)

// Object is a JSON object whose fields are read one by one. Null counts as not
// given. Every field that was not read by the time of Close is an issue.
type Object struct {
	path   string // empty for the outermost object
	fields map[string]json.RawMessage
	known  []string
	issues *Issues
}

// Parse reads a text that must be one JSON object; it fails with
// problem.BadJSON where it is none. A byte order mark before it, which .NET
// writes, is ignored (RFC 8259, section 8.1). A field that is given twice is an issue:
// readers differ in which of the two they take, so a value that was checked here
// might not be the one that is used elsewhere.
func Parse(text []byte, issues *Issues) (*Object, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	fields := map[string]json.RawMessage{}
	// json.Unmarshal silently replaces invalid UTF-8, and halves of characters.
	if !utf8.Valid(text) || hasLoneSurrogate(text) || json.Unmarshal(text, &fields) != nil || fields == nil {
		return nil, problem.BadJSON()
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := findRepeated(decoder, "", 0, issues); err != nil {
		return nil, problem.BadJSON()
	}
	return &Object{fields: fields, issues: issues}, nil
}

// hasLoneSurrogate reports whether an escape in a JSON text, such as \ud83d, is
// one half of a character without the other. JSON allows it, but it stands for
// no text: what was stored would differ from what was sent.
func hasLoneSurrogate(text []byte) bool {
	for n := 0; n < len(text); n++ {
		if text[n] != '\\' {
			continue
		}
		first, ok := escapedUnit(text[n:])
		if !ok { // \n, \\ and their like
			n++
			continue
		}
		n += unitLength - 1
		if !utf16.IsSurrogate(first) {
			continue
		}
		second, _ := escapedUnit(text[n+1:])
		if utf16.DecodeRune(first, second) == unicode.ReplacementChar {
			return true
		}
		n += unitLength
	}
	return false
}

const unitLength = len(`\u0000`)

// escapedUnit reads an escaped UTF-16 code unit at the beginning of a text.
func escapedUnit(text []byte) (unit rune, ok bool) {
	if len(text) < unitLength || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	value, err := strconv.ParseUint(string(text[2:unitLength]), 16, 16)
	return rune(value), err == nil
}

// ParseText reads an object whose only field is a required text.
func ParseText(text []byte, name string) (string, error) {
	var issues Issues
	o, err := Parse(text, &issues)
	if err != nil {
		return "", err
	}
	value := o.RequiredText(name)
	o.Close()
	return value, issues.Err()
}

// maxDepth is how deep an object may be nested; ours need five levels.
const maxDepth = 32

var errTooDeep = errors.New("nested too deeply")

// findRepeated reads one value and reports each field that is given twice.
func findRepeated(decoder *json.Decoder, path string, depth int, issues *Issues) error {
	if depth > maxDepth {
		return errTooDeep
	}
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	opening, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for n := 0; decoder.More(); n++ {
		name := strconv.Itoa(n)
		if opening == '{' {
			if token, err = decoder.Token(); err != nil {
				return err
			}
			name, _ = token.(string) // the keys of an object are strings
			if seen[name] {
				issues.Add(Join(path, name), "is given twice")
			}
			seen[name] = true
		}
		if err := findRepeated(decoder, Join(path, name), depth+1, issues); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}

// Inner returns an object that is the value of a field, to be read in turn.
func (o *Object) Inner(name string, fields map[string]json.RawMessage) *Object {
	return &Object{path: o.Path(name), fields: fields, issues: o.issues}
}

// Path returns the path of a field.
func (o *Object) Path(name string) string { return Join(o.path, name) }

// Invalid reports what is wrong with a field.
func (o *Object) Invalid(name, message string) { o.issues.Add(o.Path(name), message) }

// Take returns the JSON of a field, or nil where it was not given.
func (o *Object) Take(name string) json.RawMessage {
	o.known = append(o.known, name)
	value := o.fields[name]
	if string(value) == "null" {
		return nil
	}
	return value
}

// Read decodes a field. It returns false where the field was not given, and
// where it is of another type, which is an issue; kind is the type in words.
func Read[T any](o *Object, name, kind string) (value T, ok bool) {
	raw := o.Take(name)
	if raw == nil {
		return value, false
	}
	if json.Unmarshal(raw, &value) != nil {
		o.Invalid(name, "must be "+kind)
		return *new(T), false
	}
	return value, true
}

// Text reads an optional text of at most maxLength characters, none of which may
// be a control character. An empty text counts as not given.
func (o *Object) Text(name string, maxLength int) string {
	value, _ := Read[string](o, name, "a string")
	if utf8.RuneCountInString(value) > maxLength {
		o.Invalid(name, "must have at most "+strconv.Itoa(maxLength)+" characters")
	}
	if strings.ContainsFunc(value, IsInvisible) {
		o.Invalid(name, "must not contain control characters")
	}
	return value
}

// IsInvisible reports whether a character may not stand in a text that people
// read in one line: it could hide or reorder what stands around it.
func IsInvisible(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// RequiredText reads a text that must be given and not be empty.
func (o *Object) RequiredText(name string) string {
	value, ok := Read[string](o, name, "a string")
	if value == "" && (ok || o.Take(name) == nil) {
		o.Invalid(name, "is required")
	}
	return value
}

// Require reports a field that was not given.
func (o *Object) Require(name string) {
	if o.Take(name) == nil {
		o.Invalid(name, "is required")
	}
}

// Bool reads an optional boolean.
func (o *Object) Bool(name string) bool {
	value, _ := Read[bool](o, name, "a boolean")
	return value
}

// RawObject reads an optional field that is an object, and returns its JSON.
func (o *Object) RawObject(name string) json.RawMessage {
	if _, ok := Read[map[string]json.RawMessage](o, name, "an object"); !ok {
		return nil
	}
	return o.fields[name]
}

// Close reports the fields that were not read. A name that differs in case only
// is unknown too, but the issue says which name was probably meant.
func (o *Object) Close() {
	for _, name := range slices.Sorted(maps.Keys(o.fields)) {
		if slices.Contains(o.known, name) {
			continue
		}
		message := "is not a known field"
		for _, known := range o.known {
			if strings.EqualFold(known, name) {
				message += "; did you mean " + known + "?"
				break
			}
		}
		o.Invalid(name, message)
	}
}
