package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"passage/views/docs"
)

// schema is the part of JSON Schema that the reference shows.
type schema struct {
	Ref         string             `json:"$ref"`
	Type        any                `json:"type"`
	Description string             `json:"description"`
	Enum        []any              `json:"enum"`
	Const       any                `json:"const"`
	Default     any                `json:"default"`
	Examples    []any              `json:"examples"`
	Items       *schema            `json:"items"`
	Properties  map[string]*schema `json:"properties"`
	Required    []string           `json:"required"`
	OneOf       []*schema          `json:"oneOf"`
	AnyOf       []*schema          `json:"anyOf"`
	Minimum     *float64           `json:"minimum"`
	Maximum     *float64           `json:"maximum"`
	MaxLength   *int               `json:"maxLength"`
	MaxItems    *int               `json:"maxItems"`
	Sensitive   bool               `json:"x-sensitive"`
}

// schemas are the schemas of the document, and the Go types of some of them.
type schemas struct {
	byName map[string]*schema
	types  huma.Registry
}

func (d *Document) readSchemas(document []byte) (*schemas, error) {
	var read struct {
		Components struct{ Schemas map[string]*schema }
	}
	if err := json.Unmarshal(document, &read); err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	return &schemas{read.Components.Schemas, d.api.Components.Schemas}, nil
}

// named returns a schema of the document by its name, or nil.
func (s *schemas) named(name string) *schema { return s.byName[name] }

// of returns a schema in its marshaled form.
func (s *schemas) of(given *huma.Schema) *schema {
	var read schema
	text, err := json.Marshal(given)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil {
		return &schema{} // cannot happen: the document was written from it
	}
	return s.whole(&read)
}

// whole resolves a reference, and a choice between null and one other schema.
func (s *schemas) whole(of *schema) *schema {
	if choices := slices.Concat(of.OneOf, of.AnyOf); len(choices) == 2 && choices[1].Type == "null" {
		of = choices[0]
	}
	if found := s.byName[strings.TrimPrefix(of.Ref, schemaPrefix)]; found != nil {
		return found
	}
	return of
}

// maxDepth is how deep into a body the reference shows fields.
const maxDepth = 3

// fields lists the fields of an object, and after each those inside it.
func (s *schemas) fields(of *schema) []docs.Field { return s.fieldsAt(of, "", 0) }

func (s *schemas) fieldsAt(of *schema, prefix string, depth int) (all []docs.Field) {
	for _, name := range s.order(of) {
		property := of.Properties[name]
		inner, shown := s.whole(property), prefix+name
		all = append(all, docs.Field{Name: shown, Type: s.kind(property), About: sentences(property.Description, inner.limits()),
			Required: slices.Contains(of.Required, name), Sensitive: property.Sensitive})
		if inner.Items != nil {
			inner, shown = s.whole(inner.Items), shown+"[]"
		}
		if depth < maxDepth {
			all = append(all, s.fieldsAt(inner, shown+".", depth+1)...)
		}
	}
	return all
}

// order returns the names of an object's fields: in the order of the Go type, or
// else the required ones first.
func (s *schemas) order(of *schema) []string {
	for name, known := range s.byName {
		if known != of {
			continue
		}
		if made := s.types.TypeFromRef(schemaPrefix + name); made != nil {
			return fieldNames(made, of)
		}
	}
	names := slices.Clone(of.Required)
	for _, name := range slices.Sorted(maps.Keys(of.Properties)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func fieldNames(of reflect.Type, in *schema) (names []string) {
	for _, field := range reflect.VisibleFields(of) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); in.Properties[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// orNothing ends the kind of a value that may be null.
const orNothing = " or null"

// kind returns the type in words.
func (s *schemas) kind(of *schema) string {
	var kind string
	inner := s.whole(of)
	switch {
	case len(inner.Enum) > 0:
		kind = oneOf(inner.Enum)
	case inner.Const != nil:
		kind = "always " + fmt.Sprint(inner.Const)
	case inner.Type != nil:
		kind = fmt.Sprint(first(inner.Type))
	default: // one of many
		kind = "object"
	}
	if inner.Items != nil {
		kind = "list of " + strings.ReplaceAll(s.kind(inner.Items)+"s", "object"+orNothing+"s", "objects")
	}
	if s.mayBeNull(of) {
		kind += orNothing
	}
	return kind
}

// maxValues is how many values of an enum are listed.
const maxValues = 8

func oneOf(values []any) string {
	var known []string
	for _, value := range values {
		if value != nil {
			known = append(known, fmt.Sprint(value))
		}
	}
	if len(known) == 1 || len(known) > maxValues {
		return "string"
	}
	return strings.Join(known, " | ")
}

func (s *schemas) mayBeNull(of *schema) bool {
	types, _ := of.Type.([]any)
	return slices.Contains(types, "null") ||
		slices.ContainsFunc(slices.Concat(of.OneOf, of.AnyOf), func(choice *schema) bool { return choice.Type == "null" })
}

// first returns a type without null.
func first(kind any) any {
	if kinds, ok := kind.([]any); ok {
		return kinds[0]
	}
	return kind
}

// limits returns the limits of a schema in words.
func (s *schema) limits() string {
	switch {
	case s.Minimum != nil && s.Maximum != nil && s.Default != nil:
		return fmt.Sprintf("%.0f to %.0f, %v unless given.", *s.Minimum, *s.Maximum, s.Default)
	case s.Minimum != nil && s.Maximum != nil:
		return fmt.Sprintf("%.0f to %.0f.", *s.Minimum, *s.Maximum)
	case s.MaxLength != nil:
		return fmt.Sprintf("At most %d characters.", *s.MaxLength)
	case s.MaxItems != nil:
		return fmt.Sprintf("At most %d.", *s.MaxItems)
	}
	return ""
}

func sentences(texts ...string) string { return strings.TrimSpace(strings.Join(texts, " ")) }

// sample makes an example from the examples of a schema's parts. It omits optional
// fields without one.
func (s *schemas) sample(of *schema) any {
	of = s.whole(of)
	switch {
	case len(of.Examples) > 0:
		return of.Examples[0]
	case of.Const != nil:
		return of.Const
	case len(of.Enum) > 0:
		return of.Enum[0]
	case of.Items != nil:
		return []any{s.sample(of.Items)}
	case of.Properties != nil:
		return s.sampleObject(of)
	}
	switch first(of.Type) {
	case "boolean":
		return false
	case "integer", "number":
		return 0
	case "object":
		return map[string]any{}
	}
	return nil
}

// ordered is an object with its fields in order.
type ordered []field

type field struct {
	name  string
	value any
}

// MarshalJSON writes the fields in their order.
func (o ordered) MarshalJSON() ([]byte, error) {
	text := []byte("{")
	for n, field := range o {
		name, err := json.Marshal(field.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(field.value)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			text = append(text, ',')
		}
		text = append(append(append(text, name...), ':'), value...)
	}
	return append(text, '}'), nil
}

func (s *schemas) sampleObject(of *schema) (all ordered) {
	required := of.Required
	if len(of.OneOf) > 0 { // of alternatives, the first
		required = slices.Concat(of.OneOf[0].Required, required)
	}
	for _, name := range s.order(of) {
		value := s.sample(of.Properties[name])
		_, excluded := of.Properties[name].Const.(bool)
		if slices.Contains(required, name) || value != nil && value != false && !excluded {
			all = append(all, field{name, value})
		}
	}
	return all
}
