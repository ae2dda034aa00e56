package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// loading is the state of one Load: what the script has declared so far, and
// what is wrong with it.
type loading struct {
	filename  string
	manifest  *Manifest
	errors    []*SourceError
	allowance dialect.Allowance
}

const loadingKey = "loading" // the local of a thread that holds its *loading

func (l *loading) errorf(line int, format string, args ...any) {
	l.errors = append(l.errors, &SourceError{File: l.filename, Line: line, Message: fmt.Sprintf(format, args...)})
}

// err joins the errors, ordered by line; nil if there are none.
func (l *loading) err() error {
	slices.SortStableFunc(l.errors, func(a, b *SourceError) int { return a.Line - b.Line })
	l.errors = slices.CompactFunc(l.errors, func(a, b *SourceError) bool { return *a == *b })
	joined := make([]error, len(l.errors))
	for i, err := range l.errors {
		joined[i] = err
	}
	return errors.Join(joined...)
}

// declareIntegration is integration(…), the one call that every script makes.
func declareIntegration(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	l, ok := thread.Local(loadingKey).(*loading)
	if !ok || thread.CallStackDepth() != 2 {
		return nil, errors.New("integration(…) belongs at the top of the file, outside of every function")
	}
	if l.manifest != nil {
		return nil, errors.New("integration(…) is in this file twice; once is enough")
	}
	if len(args) > 0 {
		return nil, errors.New(`integration: write the names, as in id = "…", name = "…"`)
	}
	m, err := manifestOf(b.Name(), kwargs)
	if err != nil {
		return nil, err
	}
	l.manifest = m
	for _, err := range m.validate() {
		l.errorf(scriptLine(thread.CallStack(), l.filename), "%v", err)
	}
	return starlark.None, nil
}

// manifestOf reads the arguments of integration(…).
func manifestOf(name string, kwargs []starlark.Tuple) (*Manifest, error) {
	m := &Manifest{Language: standardLanguage, Zone: standardZone}
	var hosts, credentials *starlark.List
	window := 0
	if err := starlark.UnpackArgs(name, nil, kwargs, "id", &m.ID, "name", &m.Name, "site", &m.Site, "hosts", &hosts,
		"credentials", &credentials, "attempts?", &m.Lockout.Attempts, "window?", &window,
		"language?", &m.Language, "zone?", &m.Zone); err != nil {
		return nil, err
	}
	m.Lockout.Window = lockoutWindow(window)
	m.Site = strings.TrimSuffix(m.Site, "/")
	for item := range hosts.Elements() {
		host, ok := starlark.AsString(item)
		if !ok {
			return nil, fmt.Errorf("integration: hosts must be a list of texts; there is a %s in it", item.Type())
		}
		m.Hosts = append(m.Hosts, host)
	}
	for item := range credentials.Elements() {
		declared, ok := item.(*fieldValue)
		if !ok {
			return nil, fmt.Errorf("integration: credentials must be a list of field(…); there is a %s in it", item.Type())
		}
		m.Credentials = append(m.Credentials, declared.Field)
	}
	return m, nil
}

// fieldValue is what field(…) returns, for integration(credentials = […]).
type fieldValue struct{ prompt.Field }

func (f *fieldValue) String() string      { return fmt.Sprintf("field(%q)", f.Name) }
func (*fieldValue) Type() string          { return "field" }
func (*fieldValue) Freeze()               {}
func (*fieldValue) Truth() starlark.Bool  { return starlark.True }
func (*fieldValue) Hash() (uint32, error) { return 0, errors.New("a field cannot be a key") }

// declareField is field(…).
func declareField(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	l, ok := thread.Local(loadingKey).(*loading)
	if !ok {
		return nil, errors.New("field(…) belongs in the credentials of integration(…)")
	}
	f := &fieldValue{}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"name", &f.Name, "label", &f.Label, "autocomplete?", &f.Autocomplete, "secret?", &f.Secret); err != nil {
		return nil, err
	}
	for _, err := range f.Check() {
		l.errorf(scriptLine(thread.CallStack(), l.filename), "%v", err)
	}
	return f, nil
}
