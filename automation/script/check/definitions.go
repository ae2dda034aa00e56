package check

import "encoding/json"

// Definitions are the names outside of a script that the script refers to.
type Definitions struct {
	Operations map[string]Schemas // by "resource.action"

	// The keys that have a text for the user. A nil map is not checked.
	Fields, Reasons, Choices, Progress map[string]bool
}

// Schemas are the JSON Schemas of an operation. Arguments is null if the
// operation takes none. Sensitive are the arguments that are opaque.
type Schemas struct {
	Arguments, Result json.RawMessage
	Sensitive         []string
}
