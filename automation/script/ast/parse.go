// Package ast parses the text of an integration into Starlark's syntax tree,
// and helps to read that tree. It does not compile, check or run anything.
//
// Its invariant: no text makes it overflow the stack or run for long.
package ast

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"go.starlark.net/syntax"
)

// Limits of a script's text. Real integrations stay far below.
const (
	MaxSource  = 128 << 10 // bytes
	maxNesting = 200       // brackets within brackets
)

// Parse reads a script in the dialect of integrations. It refuses what the
// parser itself has no limit for: a text too long, and brackets nested so deep
// that the parser's recursion would overflow the stack.
func Parse(filename string, source []byte) (*syntax.File, error) {
	switch {
	case len(source) > MaxSource:
		return nil, fmt.Errorf("the script has %d bytes; %d is the limit", len(source), MaxSource)
	case !utf8.Valid(source):
		return nil, errors.New("the script is not UTF-8 text")
	}
	if line := tooNested(source); line > 0 {
		return nil, syntax.Error{
			Pos: syntax.MakePosition(&filename, int32(line), 1), //nolint:gosec // at most maxSource lines
			Msg: fmt.Sprintf("brackets are nested deeper than %d levels", maxNesting),
		}
	}
	return (&syntax.FileOptions{Set: true}).Parse(filename, source, 0)
}

// tooNested returns the line where brackets are nested too deep for the
// parser's recursion, or 0. It knows as much of texts and comments as it takes
// to leave the brackets in them out.
func tooNested(source []byte) (line int) {
	line, depth := 1, 0
	for i := 0; i < len(source); i++ {
		switch c := source[i]; c {
		case '\n':
			line++
		case '(', '[', '{':
			if depth++; depth > maxNesting {
				return line
			}
		case ')', ']', '}':
			depth--
		case '#':
			for i+1 < len(source) && source[i+1] != '\n' {
				i++
			}
		case '"', '\'':
			end := skipText(source, i)
			for _, b := range source[i:end] {
				if b == '\n' {
					line++
				}
			}
			i = end - 1
		}
	}
	return 0
}

// skipText returns the index after the text that starts at i.
func skipText(source []byte, i int) int {
	quote, length := source[i], 1
	if i+2 < len(source) && source[i+1] == quote && source[i+2] == quote {
		length = 3
	}
	for j := i + length; j < len(source); j++ {
		switch {
		case source[j] == '\\':
			j++
		case source[j] == '\n' && length == 1:
			return j // not a text at all: the parser will say so
		case source[j] == quote && (length == 1 || j+2 < len(source) && source[j+1] == quote && source[j+2] == quote):
			return j + length
		}
	}
	return len(source)
}
