package script

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"slices"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"passage/automation/outcome"
	"passage/automation/script/dialect"
)

const loadSteps = 200_000 // steps of Starlark that the top level may take

var operationPattern = regexp.MustCompile(`^[a-z][a-zA-Z0-9]{0,39}\.(read|write)$`)

// Load loads a script: it parses the source, checks every name, runs the top
// level within limits, and checks what the script declares. The filename is for
// messages. The error joins a *SourceError for everything that can be found at
// once.
func Load(filename string, source []byte) (*Integration, error) {
	l := &loading{filename: filename}
	integration := l.load(source)
	if err := l.err(); err != nil {
		return nil, err
	}
	return integration, nil
}

func (l *loading) load(source []byte) (loaded *Integration) {
	// A bug in the compiler must not affect other integrations.
	defer func() {
		if problem := recover(); problem != nil {
			l.errorf(0, "this script cannot be compiled: %v", problem)
		}
	}()
	predeclared := dialect.Predeclared(globalFunctions())
	program := l.compile(source, predeclared)
	if program == nil {
		return nil
	}
	globals := l.runTopLevel(program, predeclared)
	if globals == nil {
		return nil
	}
	hash := sha256.Sum256(source)
	loaded = &Integration{
		Source: slices.Clone(source), Hash: hex.EncodeToString(hash[:]),
		Filename: l.filename, operations: map[string]*starlark.Function{},
	}
	if l.manifest == nil {
		l.errorf(0, "there is no integration(id = …, name = …, site = …, hosts = […], credentials = […])")
	} else {
		loaded.Manifest = *l.manifest
	}
	l.findLogin(loaded, globals)
	l.findOperations(loaded, globals)
	return loaded
}

// compile returns nil after reporting at least one error.
func (l *loading) compile(source []byte, predeclared starlark.StringDict) *starlark.Program {
	file, err := dialect.Parse(l.filename, source)
	if err != nil {
		l.report(err)
		return nil
	}
	l.errors = append(l.errors, validate(file)...)
	program, errs := dialect.Compile(file, predeclared)
	for _, err := range errs {
		l.report(err)
	}
	if len(l.errors) > 0 {
		return nil
	}
	return program
}

// runTopLevel returns nil after reporting an error.
func (l *loading) runTopLevel(program *starlark.Program, predeclared starlark.StringDict) starlark.StringDict {
	thread := dialect.NewThread(l.filename, &l.allowance)
	thread.SetLocal(loadingKey, l)
	thread.SetMaxExecutionSteps(loadSteps)
	clock := newClock(computingTime, func() { thread.Cancel("the top level takes too long") })
	defer clock.end()
	globals, err := program.Init(thread, predeclared)
	if err != nil && thread.ExecutionSteps() >= loadSteps {
		evaluation, _ := errors.AsType[*starlark.EvalError](err)
		line := scriptLine(evaluation.CallStack, l.filename)
		l.errorf(line, "the top level took more than %d steps; it should only define things", loadSteps)
		return nil
	}
	if err != nil {
		l.report(err)
		return nil
	}
	globals.Freeze()
	return globals
}

// report reports an error of the parser, the resolver or the top level.
func (l *loading) report(err error) {
	if list, ok := errors.AsType[resolve.ErrorList](err); ok {
		for _, item := range list {
			l.errorf(int(item.Pos.Line), "%s", item.Msg)
		}
		return
	}
	if item, ok := errors.AsType[syntax.Error](err); ok {
		l.errorf(int(item.Pos.Line), "%s", item.Msg)
		return
	}
	if evaluation, ok := errors.AsType[*starlark.EvalError](err); ok {
		line := scriptLine(evaluation.CallStack, l.filename)
		message := evaluation.Msg
		if typed, ok := errors.AsType[*outcome.Error](err); ok {
			message = typed.Error()
		}
		l.errorf(line, "%s", message)
		return
	}
	l.errorf(0, "%v", err)
}

func (l *loading) findLogin(loaded *Integration, globals starlark.StringDict) {
	login, ok := globals["login"].(*starlark.Function)
	if !ok {
		l.errorf(0, "there is no function login(page, user)")
		return
	}
	if parameterCount(login) != 2 {
		l.errorf(int(login.Position().Line), "login must take (page, user)")
	}
	loaded.login = login
}

func (l *loading) findOperations(loaded *Integration, globals starlark.StringDict) {
	operations, ok := globals["operations"].(*starlark.Dict)
	if !ok || operations.Len() == 0 {
		l.errorf(0, `there is no operations = {"resource.action": function, …}`)
		return
	}
	for key, value := range operations.Entries() {
		name, _ := starlark.AsString(key)
		if !operationPattern.MatchString(name) {
			l.errorf(0, "operations: %s must be a resource and an action, like %q or %q", key, "paymentMethod.read", "paymentMethod.write")
			continue
		}
		function, ok := value.(*starlark.Function)
		if !ok {
			l.errorf(0, "operations: %q must be a function, not a %s", name, value.Type())
			continue
		}
		if n := parameterCount(function); n != 2 && n != 3 {
			l.errorf(int(function.Position().Line), "%s, the function of %q, must take (page, arguments) or (page, arguments, user)", function.Name(), name)
		}
		loaded.operations[name] = function
		loaded.Operations = append(loaded.Operations, name)
	}
	slices.Sort(loaded.Operations)
}

// parameterCount returns how many plain parameters a function takes, -1 if it
// takes others too.
func parameterCount(f *starlark.Function) int {
	if f.HasVarargs() || f.HasKwargs() || f.NumKwonlyParams() > 0 {
		return -1
	}
	return f.NumParams()
}
