package script

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"passage/automation/script/dialect"
	"passage/automation/secret"
)

// Call is one operation to run.
type Call struct {
	Name      string          // "resource.action"
	Arguments json.RawMessage // an object, or nothing
	Sensitive []string        // top-level arguments that are opaque to the script
	Resuming  bool            // an earlier attempt may have submitted this write
}

// DryRun reports whether the arguments of an operation ask only to try it out.
func DryRun(arguments json.RawMessage) bool {
	var named map[string]json.RawMessage
	return json.Unmarshal(arguments, &named) == nil && string(named["dryRun"]) == "true"
}

// arguments returns the arguments of an operation as a frozen dict. Sensitive
// ones are opaque.
func (r *Run) arguments(c Call) (*starlark.Dict, error) {
	arguments := starlark.NewDict(8)
	defer arguments.Freeze()
	if trimmed := bytes.TrimSpace(c.Arguments); len(trimmed) == 0 || string(trimmed) == "null" {
		return arguments, nil
	}
	value, err := dialect.DecodeJSON(string(c.Arguments))
	if err != nil {
		return nil, err
	}
	decoded, ok := value.(*starlark.Dict)
	if !ok {
		return nil, fmt.Errorf("arguments are a %s, not an object", value.Type())
	}
	for key, value := range decoded.Entries() {
		name := string(key.(starlark.String))
		if slices.Contains(c.Sensitive, name) {
			if value, err = r.opaqueArgument(name, value); err != nil {
				return nil, err
			}
		}
		if err := arguments.SetKey(key, value); err != nil {
			return nil, err
		}
	}
	return arguments, nil
}

func (r *Run) opaqueArgument(name string, value starlark.Value) (starlark.Value, error) {
	switch value := value.(type) {
	case starlark.NoneType:
		return value, nil
	case starlark.String:
		return r.opaque(name, secret.New(string(value))), nil
	case starlark.Int:
		return r.opaque(name, secret.New(value.String())), nil
	default:
		// The message must not quote the value.
		return nil, fmt.Errorf("the sensitive argument %s is a %s, not a text", name, value.Type())
	}
}
