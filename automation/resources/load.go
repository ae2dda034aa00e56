// Package resources says what can be read from or written to a third-party
// account: one file per resource, with the JSON Schemas of each operation's
// arguments and result, shared by every integration and published to merchants.
//
// It owns the schemas, two keywords of its own and what a violation is called. The
// keyword x-sensitive marks an argument that is a secret. The keyword x-format names
// what is checked instead of the pattern beside it, which says as much of it as a
// pattern can. It knows no integration, no HTTP and no storage.
// Its invariant: nothing that it says about a document repeats a value of it.
package resources

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed *.json
var files embed.FS

// Operation is one action on one resource. It is immutable and may be used
// by several goroutines at once.
type Operation struct {
	Resource    string
	Action      string          // "read" or "write"
	Description string          // one sentence for merchants
	Arguments   json.RawMessage // JSON Schema (2020-12), with our own keywords
	Result      json.RawMessage // likewise
	Sensitive   []string        // names of the arguments that are secrets, sorted

	published Published
	arguments *jsonschema.Schema
	result    *jsonschema.Schema
}

// Published are the schemas of an operation for validators of any make: without the
// keywords of our own, which strict ones refuse.
type Published struct{ Arguments, Result json.RawMessage }

// Published returns the schemas for merchants.
func (o *Operation) Published() Published { return o.published }

// TakesArguments reports whether there is any argument that the operation takes.
func (o *Operation) TakesArguments() bool { return !bytes.Equal(o.Arguments, noArguments) }

// noArguments is the schema of an operation that takes none.
var noArguments = json.RawMessage(`{"type":"object","maxProperties":0}`)

// Name is what integrations call the operation: "paymentMethod.read".
func (o *Operation) Name() string { return o.Resource + "." + o.Action }

// Set holds every operation that there is.
type Set struct {
	operations map[string]*Operation // by Name
}

// Load reads and compiles the embedded files. It fails only if one of them is
// invalid, and then names everything that is wrong.
func Load() (*Set, error) { return load(files) }

func load(from fs.FS) (*Set, error) {
	names, err := fs.Glob(from, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list resources: %w", err)
	}
	set := &Set{operations: map[string]*Operation{}}
	var errs []error
	for _, name := range names {
		source, err := fs.ReadFile(from, name)
		if err == nil {
			err = set.add(strings.TrimSuffix(path.Base(name), ".json"), source)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("load resource %s: %w", name, err))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return set, nil
}

// Names returns every operation's name, sorted: "orderHistory.read", …
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.operations)) }

// Operation finds an operation by its exact name.
func (s *Set) Operation(resource, action string) (*Operation, bool) {
	operation, ok := s.operations[resource+"."+action]
	return operation, ok
}

// file is the form of a resource's file.
type file struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Operations  map[string]struct {
		Description string          `json:"description"`
		Arguments   json.RawMessage `json:"arguments"`
		Result      json.RawMessage `json:"result"`
	} `json:"operations"`
}

func (s *Set) add(name string, source []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(source))
	decoder.DisallowUnknownFields()
	var resource file
	if err := decoder.Decode(&resource); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	if resource.Name != name {
		return fmt.Errorf("the file is called %q and the resource %q", name, resource.Name)
	}
	for action, spec := range resource.Operations {
		if action != "read" && action != "write" {
			return fmt.Errorf("action %q is neither read nor write", action)
		}
		operation := &Operation{
			Resource: name, Action: action, Description: spec.Description,
			Arguments: compact(spec.Arguments), Result: compact(spec.Result),
		}
		if err := operation.compile(); err != nil {
			return fmt.Errorf("%s: %w", operation.Name(), err)
		}
		s.operations[operation.Name()] = operation
	}
	return nil
}

func (o *Operation) compile() (err error) {
	if string(o.Arguments) == "null" {
		o.Arguments = noArguments
	}
	arguments := o.Arguments
	if !o.TakesArguments() { // the same, and a violation names the argument
		arguments = json.RawMessage(`{"type": "object", "additionalProperties": false}`)
	}
	if o.arguments, err = compile(o.Name()+".arguments", arguments); err != nil {
		return err
	}
	if o.Sensitive, err = sensitive(o.Arguments); err != nil {
		return err
	}
	if o.result, err = compile(o.Name()+".result", o.Result); err != nil {
		return err
	}
	o.published, err = publish(o.Arguments, o.Result)
	return err
}

func publish(arguments, result json.RawMessage) (p Published, err error) {
	var errs [2]error
	p.Arguments, errs[0] = rewrite(arguments, removeOwnKeywords)
	p.Result, errs[1] = rewrite(result, removeOwnKeywords)
	return p, errors.Join(errs[:]...)
}

func removeOwnKeywords(schema map[string]any) {
	delete(schema, sensitiveKeyword)
	delete(schema, formatKeyword)
}

// assertFormat makes a format of ours one that the compiler knows. A violation of
// the pattern would be reported beside it.
func assertFormat(schema map[string]any) {
	if format, ok := schema[formatKeyword]; ok {
		schema["format"] = format
		delete(schema, "pattern")
	}
}

// rewrite changes every object of a schema.
func rewrite(schema json.RawMessage, change func(map[string]any)) (json.RawMessage, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	walk(document, change)
	return json.Marshal(document)
}

func walk(document any, change func(map[string]any)) {
	switch document := document.(type) {
	case map[string]any:
		change(document)
		for _, value := range document {
			walk(value, change)
		}
	case []any:
		for _, value := range document {
			walk(value, change)
		}
	}
}

func compile(name string, schema json.RawMessage) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, fmt.Errorf("read schema %s: %w", name, err)
	}
	if _, ok := document.(map[string]any); !ok {
		return nil, fmt.Errorf("schema %s is not an object", name)
	}
	walk(document, assertFormat)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	for _, format := range formats {
		compiler.RegisterFormat(format)
	}
	// An absolute name, or the compiler resolves it against the working directory.
	location := "urn:passage:" + name
	if err := compiler.AddResource(location, document); err != nil {
		return nil, fmt.Errorf("add schema %s: %w", name, err)
	}
	compiled, err := compiler.Compile(location)
	if err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", name, err)
	}
	return compiled, nil
}

// The keywords of our own.
const (
	sensitiveKeyword = "x-sensitive"
	formatKeyword    = "x-format"
)

// sensitive lists the arguments marked as secrets. The mark counts at the top
// level only, because a script gets each top-level argument either whole and
// opaque or as it is; a mark anywhere else would protect nothing.
func sensitive(schema json.RawMessage) ([]string, error) {
	var document struct {
		Properties map[string]struct {
			Sensitive bool `json:"x-sensitive"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(schema, &document); err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	var names []string
	for name, property := range document.Properties {
		if property.Sensitive {
			names = append(names, name)
		}
	}
	if marks := bytes.Count(schema, []byte(`"`+sensitiveKeyword+`":`)); marks != len(names) {
		return nil, fmt.Errorf("%d marks of x-sensitive, of which %d are true and on a top-level argument", marks, len(names))
	}
	slices.Sort(names)
	return names, nil
}

func compact(source json.RawMessage) json.RawMessage {
	if len(source) == 0 {
		return json.RawMessage("null")
	}
	var out bytes.Buffer
	if err := json.Compact(&out, source); err != nil {
		return source // cannot be: the decoder has read it; the compiler would say so
	}
	return out.Bytes()
}
