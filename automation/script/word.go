package script

import (
	"strings"

	"go.starlark.net/starlark"
)

// manual is the entry of a word in the reference. It stands beside what the word
// does, in the same table.
type manual struct {
	Signature string // as the script writes it, with the defaults, and what it returns
	About     string // what it does, with units
	Errors    string // how it ends if it fails; "None." if it cannot fail
	Example   string // lines of a function's body
}

// Parameter is a parameter of a word.
type Parameter struct {
	Name     string
	Required bool
}

// parameters reads the parameters from the signature, so that there is one list of
// them. It is nil for a word with parameters that the script names itself.
func (m manual) parameters() []Parameter {
	_, list, _ := strings.Cut(m.Signature, "(")
	end := strings.LastIndex(list, ")")
	if end < 0 || strings.ContainsAny(list[:end], "*…[") {
		return nil
	}
	parameters := []Parameter{}
	for parameter := range strings.SplitSeq(list[:end], ", ") {
		if parameter != "" {
			named, _, optional := strings.Cut(parameter, " = ")
			parameters = append(parameters, Parameter{named, !optional})
		}
	}
	return parameters
}

// builtin is the Go function of a word that is a global function.
type builtin = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// globalWord is a word that needs neither page nor user.
type globalWord struct {
	do builtin
	manual
}

// pageWord is a word of the page. do fills in the step and returns the word's
// value.
type pageWord struct {
	do func(p *page, w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)
	manual
}

// userWord is a word of the user.
type userWord struct {
	do func(u *user, w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)
	manual
}
