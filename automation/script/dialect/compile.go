package dialect

import (
	"maps"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Predeclared returns the names that a script can use: Starlark's builtins that
// need a bound, the guards, and the words of integrations.
func Predeclared(words starlark.StringDict) starlark.StringDict {
	names := boundedBuiltins()
	maps.Copy(names, guards())
	maps.Copy(names, words)
	return names
}

// Compile adds guards to a parsed script, which it changes, and compiles it
// against the names of Predeclared. The errors are syntax.Error or
// resolve.ErrorList. The program is nil if there is an error.
func Compile(file *syntax.File, predeclared starlark.StringDict) (*starlark.Program, []error) {
	var errs []error
	for _, err := range addGuards(file) {
		errs = append(errs, err)
	}
	program, err := starlark.FileProgram(file, predeclared.Has)
	if err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return program, nil
}
