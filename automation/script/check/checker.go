package check

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/script"
)

// Finding is a probable mistake in a script.
type Finding struct {
	script.SourceError
	Advice bool // it may be intended; other findings are certainly wrong
}

// checker is the state of one check of an integration.
type checker struct {
	integration *script.Integration
	file        *syntax.File
	globals     starlark.StringDict
	functions   map[string]*syntax.DefStmt // those of the top level
	summaries   map[string]*summary        // by function
	findings    []*Finding
}

// errorf reports something that is certainly wrong.
func (c *checker) errorf(at syntax.Position, format string, args ...any) {
	c.report(at, false, fmt.Sprintf(format, args...))
}

// advisef reports something that is probably wrong.
func (c *checker) advisef(at syntax.Position, format string, args ...any) {
	c.report(at, true, fmt.Sprintf(format, args...))
}

func (c *checker) report(at syntax.Position, advice bool, message string) {
	c.findings = append(c.findings, &Finding{
		SourceError: script.SourceError{File: c.integration.Filename, Line: int(at.Line), Message: message},
		Advice:      advice,
	})
}
