package script

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/outcome"
	"passage/automation/script/ast"
)

var operationPattern = regexp.MustCompile(`^[a-z][a-zA-Z0-9]{0,39}\.(read|write)$`)

// Load reads a script: it parses it, checks every name, runs its top level
// within limits, and checks what it says about itself. The filename is for
// messages. Every fault that can be told at once is a *Fault in the joined
// error, with its line.
func Load(filename string, source []byte) (*Integration, error) {
	l := &loader{filename: filename, words: predeclared()}
	integration := l.load(source)
	if len(l.faults) > 0 {
		slices.SortStableFunc(l.faults, func(a, b *SourceError) int { return a.Line - b.Line })
		l.faults = slices.CompactFunc(l.faults, func(a, b *SourceError) bool { return *a == *b })
		joined := make([]error, len(l.faults))
		for i, fault := range l.faults {
			joined[i] = fault
		}
		return nil, errors.Join(joined...)
	}
	return integration, nil
}

// loader is the state of one Load.
type loader struct {
	filename string
	faults   []*SourceError
	manifest *Manifest
	spent    allowance
	words    starlark.StringDict
}

func (l *loader) allowed() *allowance { return &l.spent }

func (l *loader) fault(line int, format string, args ...any) {
	l.faults = append(l.faults, &SourceError{l.filename, line, fmt.Sprintf(format, args...)})
}

// line is where the script is that called a word.
func (l *loader) line(thread *starlark.Thread) int {
	line := scriptLine(thread.CallStack(), l.filename)
	return line
}

func (l *loader) load(source []byte) (loaded *Integration) {
	// A fault in the compiler must not take the other integrations along.
	defer func() {
		if problem := recover(); problem != nil {
			l.fault(0, "this script cannot be compiled: %v", problem)
		}
	}()
	program := l.compile(source)
	if program == nil {
		return nil
	}
	globals := l.run(program)
	if globals == nil {
		return nil
	}
	hash := sha256.Sum256(source)
	loaded = &Integration{
		Source: slices.Clone(source), Hash: hex.EncodeToString(hash[:]),
		Filename: l.filename, operations: map[string]*starlark.Function{},
	}
	if l.manifest == nil {
		l.fault(0, "there is no integration(id = …, name = …, site = …, hosts = […], credentials = […])")
	} else {
		loaded.Manifest = *l.manifest
	}
	l.findLogin(loaded, globals)
	l.findOperations(loaded, globals)
	return loaded
}

// compile returns nil after noting at least one fault.
func (l *loader) compile(source []byte) *starlark.Program {
	file, err := ast.Parse(l.filename, source)
	if err != nil {
		l.faultOf(err)
		return nil
	}
	l.faults = append(l.faults, check(file)...)
	l.faults = append(l.faults, guard(file)...)
	program, err := starlark.FileProgram(file, l.words.Has)
	if err != nil {
		l.faultOf(err)
	}
	if len(l.faults) > 0 {
		return nil
	}
	return program
}

// run executes the top level. It returns nil after noting a fault.
func (l *loader) run(program *starlark.Program) starlark.StringDict {
	thread := &starlark.Thread{Name: l.filename, Print: func(*starlark.Thread, string) {}}
	thread.SetLocal(stateKey, l)
	thread.SetMaxExecutionSteps(loadSteps)
	globals, err := program.Init(thread, l.words)
	if err != nil && thread.ExecutionSteps() >= loadSteps {
		evaluation, _ := errors.AsType[*starlark.EvalError](err)
		line := scriptLine(evaluation.CallStack, l.filename)
		l.fault(line, "the top level took more than %d steps; it should only define things", loadSteps)
		return nil
	}
	if err != nil {
		l.faultOf(err)
		return nil
	}
	globals.Freeze()
	return globals
}

// faultOf notes a fault of the parser, the resolver or the top level.
func (l *loader) faultOf(err error) {
	if list, ok := errors.AsType[resolve.ErrorList](err); ok {
		for _, one := range list {
			l.fault(int(one.Pos.Line), "%s", one.Msg)
		}
		return
	}
	if one, ok := errors.AsType[syntax.Error](err); ok {
		l.fault(int(one.Pos.Line), "%s", one.Msg)
		return
	}
	if evaluation, ok := errors.AsType[*starlark.EvalError](err); ok {
		line := scriptLine(evaluation.CallStack, l.filename)
		message := evaluation.Msg
		if typed, ok := errors.AsType[*outcome.Error](err); ok {
			message = typed.Error()
		}
		l.fault(line, "%s", message)
		return
	}
	l.fault(0, "%v", err)
}

func (l *loader) findLogin(loaded *Integration, globals starlark.StringDict) {
	login, ok := globals["login"].(*starlark.Function)
	if !ok {
		l.fault(0, "there is no function login(page, user)")
		return
	}
	if parameters(login) != 2 {
		l.fault(int(login.Position().Line), "login must take (page, user)")
	}
	loaded.login = login
}

func (l *loader) findOperations(loaded *Integration, globals starlark.StringDict) {
	operations, ok := globals["operations"].(*starlark.Dict)
	if !ok || operations.Len() == 0 {
		l.fault(0, `there is no operations = {"resource.action": function, …}`)
		return
	}
	for key, value := range operations.Entries() {
		name, _ := starlark.AsString(key)
		if !operationPattern.MatchString(name) {
			l.fault(0, "operations: %s must be a resource and an action, like %q or %q", key, "paymentMethod.read", "paymentMethod.write")
			continue
		}
		function, ok := value.(*starlark.Function)
		if !ok {
			l.fault(0, "operations: %q must be a function, not a %s", name, value.Type())
			continue
		}
		if n := parameters(function); n != 2 && n != 3 {
			l.fault(int(function.Position().Line), "%s, the function of %q, must take (page, arguments) or (page, arguments, user)", function.Name(), name)
		}
		loaded.operations[name] = function
		loaded.Operations = append(loaded.Operations, name)
	}
	slices.Sort(loaded.Operations)
}

// parameters returns how many plain parameters a function takes, or -1 if it
// has others too.
func parameters(f *starlark.Function) int {
	if f.HasVarargs() || f.HasKwargs() || f.NumKwonlyParams() > 0 {
		return -1
	}
	return f.NumParams()
}

// scriptLine returns the line of the innermost frame of a file, 0 if there is none.
func scriptLine(stack starlark.CallStack, filename string) (line int) {
	for _, frame := range slices.Backward(stack) {
		if frame.Pos.Filename() == filename {
			return int(frame.Pos.Line)
		}
	}
	return 0
}
