package check

import (
	"encoding/json"
	"slices"
	"strings"
)

// schema is the part of a JSON Schema that can be compared with source code.
type schema struct {
	Type       types              `json:"type"`
	Enum       []any              `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Additional *bool              `json:"additionalProperties"`
	Items      *schema            `json:"items"`
	OneOf      []*schema          `json:"oneOf"`
}

// readSchema parses a schema. A schema that it cannot parse allows everything.
func readSchema(text json.RawMessage) *schema {
	read := &schema{}
	if err := json.Unmarshal(text, read); err != nil {
		return &schema{}
	}
	return read
}

// types are the types that a schema allows; none means any.
type types []string

// UnmarshalJSON reads one type or a list of types.
func (t *types) UnmarshalJSON(text []byte) error {
	var name string
	if json.Unmarshal(text, &name) == nil {
		*t = types{name}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(t))
}

// allow reports whether one of some types is allowed.
func (t types) allow(names ...string) bool {
	return len(t) == 0 || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(t, name) })
}

// String names the types for a sentence: “an array”, “an integer or a null”.
func (t types) String() string {
	named := make([]string, len(t))
	for i, name := range t {
		named[i] = "a " + name
		if strings.ContainsAny(name[:1], "aeiou") {
			named[i] = "an " + name
		}
	}
	return strings.Join(named, " or ")
}
