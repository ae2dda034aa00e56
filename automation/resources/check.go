package resources

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Issue is one thing wrong with a document: where, and what should be there. Neither
// part repeats a value; a path may repeat the name of an unknown field.
type Issue struct {
	Path    string `json:"path"` // dots and numbers, "billingAddress.city"; "" is the document itself
	Message string `json:"message"`
}

// CheckArguments lists everything wrong with an operation's arguments, sorted by
// path; none means that they fit. Absent arguments and null count as {}.
func (o *Operation) CheckArguments(arguments json.RawMessage) []Issue {
	if text := bytes.TrimSpace(arguments); len(text) == 0 || string(text) == "null" {
		arguments = json.RawMessage("{}")
	}
	return check(o.arguments, arguments)
}

// CheckResult lists everything wrong with what an integration returned, sorted by
// path; none means that it fits.
func (o *Operation) CheckResult(result json.RawMessage) []Issue {
	return check(o.result, result)
}

func check(schema *jsonschema.Schema, document json.RawMessage) []Issue {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return []Issue{{"", "must be valid JSON"}}
	}
	err = schema.Validate(value)
	if err == nil {
		return nil
	}
	violation, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return []Issue{{"", "could not be checked"}}
	}
	issues := collect(nil, violation)
	slices.SortFunc(issues, func(a, b Issue) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(issues)
}

// collect turns the tree of violations into a flat list. Alternatives are one
// issue: the issues of the branches contradict one another.
func collect(issues []Issue, violation *jsonschema.ValidationError) []Issue {
	at := violation.InstanceLocation
	switch what := violation.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range what.Missing {
			issues = append(issues, Issue{join(at, name), "is required"})
		}
		return issues
	case *kind.DependentRequired:
		for _, name := range what.Missing {
			issues = append(issues, Issue{join(at, name), "is required with " + what.Prop})
		}
		return issues
	case *kind.AdditionalProperties:
		for _, name := range what.Properties {
			issues = append(issues, Issue{join(at, name), "is not a known field"})
		}
		return issues
	case *kind.OneOf, *kind.AnyOf:
		return append(issues, Issue{join(at), "must match exactly one of the allowed forms"})
	}
	if len(violation.Causes) == 0 {
		return append(issues, Issue{join(at), message(violation.ErrorKind)})
	}
	for _, cause := range violation.Causes {
		issues = collect(issues, cause)
	}
	return issues
}

// join makes a path. A name is the sender's own text and could be anything,
// so it is cut where no sensible name would still go on.
func join(at []string, more ...string) string {
	const longest = 64
	parts := slices.Concat(at, more)
	for i, part := range parts {
		if runes := []rune(part); len(runes) > longest {
			parts[i] = string(runes[:longest]) + "…"
		}
	}
	return strings.Join(parts, ".")
}

// message says what should be there. The library's own messages are not used
// because several of them quote the value.
func message(what jsonschema.ErrorKind) string {
	switch what := what.(type) {
	case *kind.Type:
		return "must be " + article(what.Want)
	case *kind.Format:
		if text, ok := formatMessages[what.Want]; ok {
			return text
		}
		return "must be a valid " + what.Want
	case *kind.Pattern:
		return "must match " + what.Want
	case *kind.Enum:
		return "must be one of " + list(what.Want)
	case *kind.Const:
		return "must be " + list([]any{what.Want})
	case *kind.MinLength:
		if what.Want == 1 {
			return "must not be empty"
		}
		return fmt.Sprintf("must have at least %d characters", what.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("must have at most %d characters", what.Want)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %d items", what.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %d items", what.Want)
	case *kind.Minimum:
		return "must be at least " + number(what.Want)
	case *kind.Maximum:
		return "must be at most " + number(what.Want)
	case *kind.ExclusiveMinimum:
		return "must be more than " + number(what.Want)
	case *kind.ExclusiveMaximum:
		return "must be less than " + number(what.Want)
	default:
		return "is not valid"
	}
}

func article(types []string) string {
	words := make([]string, len(types))
	for i, name := range types {
		switch name {
		case "null":
			words[i] = "null"
		case "object", "array", "integer":
			words[i] = "an " + name
		default:
			words[i] = "a " + name
		}
	}
	return strings.Join(words, " or ")
}

func list(values []any) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	return strings.Join(words, ", ")
}

func number(n *big.Rat) string {
	if n.IsInt() {
		return n.Num().String()
	}
	f, _ := n.Float64()
	return fmt.Sprint(f)
}
