package dialect

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"go.starlark.net/syntax"
)

// Limits of a script's text. Real integrations stay far below.
const (
	maxSource  = 128 << 10 // bytes
	maxNesting = 200       // brackets within brackets
)

// Parse parses a script. It refuses what Starlark's parser has no limit for: a
// text too long, and brackets nested so deeply that the parser's recursion would
// overflow the stack. The error is a syntax.Error if it has a position.
func Parse(filename string, source []byte) (*syntax.File, error) {
	switch {
	case len(source) > maxSource:
		return nil, fmt.Errorf("the script has %d bytes; %d is the limit", len(source), maxSource)
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

// tooNested returns the line on which brackets are nested too deeply, or 0. It
// skips strings and comments, and understands no more of the syntax than that.
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
			end := skipString(source, i)
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

// skipString returns the index after the string that starts at i.
func skipString(source []byte, i int) int {
	quote, length := source[i], 1
	if i+2 < len(source) && source[i+1] == quote && source[i+2] == quote {
		length = 3
	}
	for j := i + length; j < len(source); j++ {
		switch {
		case source[j] == '\\':
			j++
		case source[j] == '\n' && length == 1:
			return j // an unterminated string: the parser will report it
		case source[j] == quote && (length == 1 || j+2 < len(source) && source[j+1] == quote && source[j+2] == quote):
			return j + length
		}
	}
	return len(source)
}
