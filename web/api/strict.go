package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"passage/web/problem"
)

// issues collects everything that is wrong with a request.
type issues struct{ list []problem.Issue }

// maxIssues bounds a reply: nobody mends more than this at once.
const maxIssues = 100

// cardLike is any run of digits that could be a card's number. A path may
// repeat the name of an unknown field, and that could be anything.
var cardLike = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){11,}`)

func (i *issues) add(path, message string) {
	if len(i.list) < maxIssues {
		i.list = append(i.list, problem.Issue{Path: cardLike.ReplaceAllString(path, "…"), Message: message})
	}
}

// err is nil where there are no issues.
func (i *issues) err() error {
	if i.list == nil {
		return nil
	}
	return problem.Invalid(i.list...)
}

// join makes a path. Names longer than any of ours are cut.
func join(at, name string) string {
	const longest = 64
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[:longest]) + "…"
	}
	if at == "" {
		return name
	}
	return at + "." + name
}

// maxDepth is how deep a body may be nested; ours need five levels.
const maxDepth = 32

var errTooDeep = errors.New("nested too deeply")

// readForm reads a body that must be one JSON object. Fields given twice are
// issues already: which of the two counts differs from reader to reader, so
// what was checked here might not be what is used elsewhere.
func readForm(body []byte, found *issues) (*form, error) {
	fields := map[string]json.RawMessage{}
	// json.Unmarshal mends broken UTF-8 silently.
	if !utf8.Valid(body) || json.Unmarshal(body, &fields) != nil || fields == nil {
		return nil, problem.BadJSON()
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := findRepeated(decoder, "", 0, found); err != nil {
		return nil, problem.BadJSON()
	}
	return &form{fields: fields, issues: found}, nil
}

// findRepeated walks one value, reporting each field that was given before.
func findRepeated(decoder *json.Decoder, at string, depth int, found *issues) error {
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
				found.add(join(at, name), "is given twice")
			}
			seen[name] = true
		}
		if err := findRepeated(decoder, join(at, name), depth+1, found); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}

// form is a JSON object whose fields are asked for one by one. Null counts as
// not given. Whatever was not asked for is an issue at close.
type form struct {
	at     string // the path of the object; empty for the body
	fields map[string]json.RawMessage
	known  []string
	issues *issues
}

func (f *form) path(name string) string { return join(f.at, name) }

func (f *form) fault(name, message string) { f.issues.add(f.path(name), message) }

// take returns a field's JSON, or nil where it was not given.
func (f *form) take(name string) json.RawMessage {
	f.known = append(f.known, name)
	value := f.fields[name]
	if string(value) == "null" {
		return nil
	}
	return value
}

// read decodes a field; false says that it was not given or is of another type,
// which is an issue then.
func read[T any](f *form, name, kind string) (value T, ok bool) {
	raw := f.take(name)
	if raw == nil {
		return value, false
	}
	if json.Unmarshal(raw, &value) != nil {
		f.fault(name, "must be "+kind)
		return *new(T), false
	}
	return value, true
}

// text reads an optional text of at most so many characters, none of which may
// be a control character. An empty one counts as not given.
func (f *form) text(name string, longest int) string {
	value, _ := read[string](f, name, "a string")
	f.checkText(name, value, longest)
	return value
}

func (f *form) checkText(name, value string, longest int) {
	if utf8.RuneCountInString(value) > longest {
		f.fault(name, "must have at most "+strconv.Itoa(longest)+" characters")
	}
	if strings.ContainsFunc(value, isInvisible) {
		f.fault(name, "must not contain control characters")
	}
}

// requiredText reads a text that must be there.
func (f *form) requiredText(name string) string {
	value, ok := read[string](f, name, "a string")
	if value == "" && (ok || f.take(name) == nil) {
		f.fault(name, "is required")
	}
	return value
}

// require reports a field that was not given.
func (f *form) require(name string) {
	if f.take(name) == nil {
		f.fault(name, "is required")
	}
}

func (f *form) flag(name string) bool {
	value, _ := read[bool](f, name, "a boolean")
	return value
}

// object reads a field that is an object, in its own JSON.
func (f *form) object(name string) json.RawMessage {
	if _, ok := read[map[string]json.RawMessage](f, name, "an object"); !ok {
		return nil
	}
	return f.fields[name]
}

// close reports the fields that nobody asked for. Names count letter by letter.
func (f *form) close() {
	for _, name := range slices.Sorted(maps.Keys(f.fields)) {
		if slices.Contains(f.known, name) {
			continue
		}
		message := "is not a known field"
		for _, known := range f.known {
			if strings.EqualFold(known, name) {
				message += "; did you mean " + known + "?"
				break
			}
		}
		f.fault(name, message)
	}
}
