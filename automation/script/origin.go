package script

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
	"passage/automation/secret"
)

// A read is what one call of a word read from the page. Reads are kept while an
// operation runs, so that a result that does not fit its schema can say where a
// value came from.
type read struct {
	word     string
	line     int
	selector string           // as the step shows it
	columns  []browser.Column // of page.rows; nil for a single text
	rows     []map[string]*string
}

// Limits of what is kept of the reads of an operation; what comes later has no origin.
const (
	maxReads     = 500
	maxReadCells = 50_000
)

// keepRead keeps what a word read. A predicate reads again and again, and decides
// nothing but whether to go on.
func (r *Run) keepRead(w *invocation, columns []browser.Column, rows []map[string]*string) {
	cells := len(rows) * max(1, len(columns))
	if r.inPredicate || len(r.reads) == maxReads || r.readCells+cells > maxReadCells {
		return
	}
	r.readCells += cells
	r.reads = append(r.reads, read{word: w.step.Word, line: w.step.Line, selector: w.step.Selector, columns: columns, rows: rows})
}

// Problem is one thing wrong with a result.
type Problem struct {
	Path    string // dots and numbers, "bills.3.due"; "" is the result itself
	Message string
}

// maxProblems is how many problems a failure describes.
const maxProblems = 5

// Misfit returns the failure of an operation whose result, just returned, does not
// fit its schema. It says for each problem which word read the value, or where the
// function returned it.
func (r *Run) Misfit(operation string, result json.RawMessage, problems []Problem) *Failure {
	decoder := json.NewDecoder(bytes.NewReader(result))
	decoder.UseNumber()
	var whole any
	_ = decoder.Decode(&whole) // Operation has made it: it is valid
	function := r.integration.Function(operation)
	returned := r.returnLines(function)
	failure := &Failure{}
	text := ""
	for n, problem := range problems {
		if n == maxProblems {
			text += fmt.Sprintf("; and %d more", len(problems)-n)
			break
		}
		path := strings.Split(problem.Path, ".")
		value, there := valueAt(whole, path)
		from, known := r.originOf(path, value, there)
		text += "; " + r.describe(path, value, there) + ": " + problem.Message
		switch {
		case known:
			text += " (" + from.String() + ")"
		case len(returned) > 0:
			text += " (returned in line " + joinLines(returned) + ")"
		}
		if known && failure.Line == 0 {
			failure.Line, failure.Word, failure.Selector = from.line, from.word, r.scrub(from.selector)
		}
	}
	if failure.Line == 0 && len(returned) > 0 {
		failure.Line = returned[0]
	}
	failure.Outcome = outcome.New(outcome.ResultValidationError, "%s",
		clip(r.scrub(fmt.Sprintf("the result of %s does not fit its schema%s", operation, text))))
	_, failure.Traceback = r.traceback(starlark.CallStack{{
		Name: function.Name(), Pos: syntax.MakePosition(&r.integration.Filename, int32(failure.Line), 1), //nolint:gosec // a line of a file
	}})
	failure.Traceback += failure.Outcome.Error() + "\n"
	return failure
}

// describe writes where something is wrong and what is there, within bounds.
func (r *Run) describe(path []string, value any, there bool) string {
	var out strings.Builder
	for i, part := range path {
		_, err := strconv.Atoi(part)
		switch {
		case err == nil && i > 0:
			out.WriteString("[" + part + "]")
		case i > 0:
			out.WriteString("." + part)
		default:
			out.WriteString(part)
		}
	}
	if out.Len() == 0 {
		return "the result"
	}
	if text, ok := value.(string); ok && there {
		return fmt.Sprintf("%s is %q", out.String(), shorten(prompt.Quote(r.scrub(text))))
	}
	if number, ok := value.(json.Number); ok && there {
		return fmt.Sprintf("%s is %s", out.String(), shorten(r.scrub(number.String())))
	}
	if there && value == nil {
		return out.String() + " is None"
	}
	return out.String()
}

// maxValue is how many characters of a value a failure quotes.
const maxValue = 60

func shorten(text string) string {
	if runes := []rune(text); len(runes) > maxValue {
		return string(runes[:maxValue]) + "…"
	}
	return text
}

// valueAt returns the value at a path in a result.
func valueAt(value any, path []string) (any, bool) {
	for _, part := range path {
		switch in := value.(type) {
		case map[string]any:
			next, ok := in[part]
			if !ok {
				return nil, false
			}
			value = next
		case []any:
			index, err := strconv.Atoi(part)
			if err != nil || index < 0 || index >= len(in) {
				return nil, false
			}
			value = in[index]
		default:
			return nil, false
		}
	}
	return value, true
}

// origin is the cell of a read that a value came from.
type origin struct {
	read
	column browser.Column
	row    int // -1 if it may be several
}

func (o origin) String() string {
	text := fmt.Sprintf("%s in line %d", o.word, o.line)
	if o.columns == nil {
		return text + fmt.Sprintf(", selector %q", shorten(o.selector))
	}
	selector := strings.ReplaceAll(o.column.Selector, "\n", " | ")
	text += fmt.Sprintf(", column %s, selector %q", o.column.Name, shorten(selector))
	if o.row >= 0 {
		text += fmt.Sprintf(", row %d", o.row+1)
	}
	return text
}

// originOf returns the cell that a value of a result came from, if that is clear: a
// cell with the same text, in one column of one read. Of a value that is None or
// missing it is the empty cell of a column with the same name, or the only empty
// cell of the row.
func (r *Run) originOf(path []string, value any, there bool) (origin, bool) {
	row := rowIn(path)
	text, isText := value.(string)
	switch {
	case there && isText:
		return r.oneOrigin(path[len(path)-1], row, func(cell *string) bool {
			if cell == nil || !strings.Contains(text, secret.Redacted) {
				return cell != nil && *cell == text
			}
			return r.options.Redactor.ScrubValue(*cell) == text
		})
	case there && value != nil:
		return origin{}, false // a number, a list: it is made of what was read
	}
	empty := func(cell *string) bool { return cell == nil }
	found := r.cells(empty)
	found = slices.DeleteFunc(found, func(o origin) bool { return o.columns == nil || row < 0 || o.row != row })
	named := slices.DeleteFunc(slices.Clone(found), func(o origin) bool { return o.column.Name != path[len(path)-1] })
	switch {
	case len(named) == 1:
		return named[0], true
	case len(found) == 1:
		return found[0], true
	}
	return origin{}, false
}

// oneOrigin returns the cell that matches. If several do, those in the row of the
// value count, then those in a column of its name; if they are in several columns,
// it is not clear which.
func (r *Run) oneOrigin(name string, row int, matches func(*string) bool) (origin, bool) {
	found := r.cells(matches)
	for _, better := range []func(origin) bool{
		func(o origin) bool { return o.row == row },
		func(o origin) bool { return o.column.Name == name },
	} {
		if some := slices.DeleteFunc(slices.Clone(found), func(o origin) bool { return !better(o) }); len(some) > 0 {
			found = some
		}
	}
	if len(found) == 0 {
		return origin{}, false
	}
	first := found[0]
	for _, other := range found[1:] {
		if other.line != first.line || other.word != first.word || other.column != first.column {
			return origin{}, false
		}
		if other.row != first.row {
			first.row = -1
		}
	}
	return first, true
}

// cells returns the cells of all reads that match.
func (r *Run) cells(matches func(*string) bool) (found []origin) {
	for _, read := range r.reads {
		columns := read.columns
		if columns == nil {
			columns = []browser.Column{{}}
		}
		for n, cells := range read.rows {
			for _, column := range columns {
				if matches(cells[column.Name]) {
					found = append(found, origin{read, column, n})
				}
			}
		}
	}
	return found
}

// rowIn returns the last index in a path, -1 if there is none.
func rowIn(path []string) int {
	for _, part := range slices.Backward(path) {
		if index, err := strconv.Atoi(part); err == nil {
			return index
		}
	}
	return -1
}

// returnLines returns the lines on which a function returns something, or else its
// own line.
func (r *Run) returnLines(function *starlark.Function) (lines []int) {
	file, err := dialect.Parse(r.integration.Filename, r.integration.Source)
	if err != nil {
		return nil // impossible: it was loaded from this source
	}
	at := function.Position()
	syntax.Walk(file, func(node syntax.Node) bool {
		def, ok := node.(*syntax.DefStmt)
		if !ok || def.Name.NamePos.Line != at.Line && def.Def.Line != at.Line {
			return true
		}
		for _, stmt := range def.Body {
			syntax.Walk(stmt, func(child syntax.Node) bool {
				if returned, ok := child.(*syntax.ReturnStmt); ok && returned.Result != nil {
					lines = append(lines, int(returned.Return.Line))
				}
				_, nested := child.(*syntax.DefStmt)
				return !nested
			})
		}
		return false
	})
	if len(lines) == 0 {
		return []int{int(at.Line)}
	}
	return lines
}

func joinLines(lines []int) string {
	texts := make([]string, len(lines))
	for i, line := range lines {
		texts[i] = strconv.Itoa(line)
	}
	return strings.Join(texts, " or ")
}
