package script

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

// predeclared returns the names that a script may use, beside those of
// Starlark that need no bound.
func predeclared() starlark.StringDict {
	words := boundedBuiltins()
	maps.Copy(words, guards())
	for name, word := range globalWords {
		words[name] = starlark.NewBuiltin(name, word.do)
	}
	return words
}

type builtin = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

// declareIntegration is integration(…), the one call that every script makes.
func declareIntegration(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	l, ok := thread.Local(stateKey).(*loader)
	if !ok || thread.CallStackDepth() != 2 {
		return nil, errors.New("integration(…) belongs at the top of the file, outside of every function")
	}
	if l.manifest != nil {
		return nil, errors.New("integration(…) stands twice in this file; one is enough")
	}
	if len(args) > 0 {
		return nil, errors.New(`integration: write the names, as in id = "…", name = "…"`)
	}
	var hosts, credentials *starlark.List
	m := &Manifest{}
	window := 0
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "id", &m.ID, "name", &m.Name, "site", &m.Site, "hosts", &hosts,
		"credentials", &credentials, "attempts?", &m.Lockout.Attempts, "window?", &window); err != nil {
		return nil, err
	}
	m.Lockout.Window = wholeSeconds(window)
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
	l.manifest = m
	for _, fault := range m.faults() {
		l.fault(l.line(thread), "%v", fault)
	}
	return starlark.None, nil
}

// fieldValue is what field(…) gives, on its way into integration(…).
type fieldValue struct{ prompt.Field }

func (f *fieldValue) String() string      { return fmt.Sprintf("field(%q)", f.Name) }
func (*fieldValue) Type() string          { return "field" }
func (*fieldValue) Freeze()               {}
func (*fieldValue) Truth() starlark.Bool  { return starlark.True }
func (*fieldValue) Hash() (uint32, error) { return 0, errors.New("a field cannot be a key") }

func declareField(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	l, ok := thread.Local(stateKey).(*loader)
	if !ok {
		return nil, errors.New("field(…) belongs into the credentials of integration(…)")
	}
	f := &fieldValue{}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"name", &f.Name, "label", &f.Label, "autocomplete?", &f.Autocomplete, "secret?", &f.Secret); err != nil {
		return nil, err
	}
	for _, fault := range f.Check() {
		l.fault(l.line(thread), "%v", fault)
	}
	return f, nil
}

// stateable are the ends that a script may state. The others are Passage's own
// to find: a script cannot know that a worker was lost.
var stateable = []outcome.Code{
	outcome.InvalidCredentials, outcome.MFAFailed, outcome.MFAUnsupported, outcome.AccountLocked,
	outcome.ActionRequired, outcome.SiteUnavailable, outcome.SiteChanged, outcome.SiteBlocked,
	outcome.RateLimited, outcome.OperationRejected, outcome.OperationUnknown, outcome.UserCancelled,
	outcome.AutomationError,
}

// MayState reports whether a script can end with a code by fail.
func MayState(code outcome.Code) bool { return slices.Contains(stateable, code) }

// checkCode says what is wrong with the code that a script gives to fail.
func checkCode(code string) error {
	if MayState(outcome.Code(code)) {
		return nil
	}
	names := make([]string, len(stateable))
	for i, known := range stateable {
		names[i] = string(known)
	}
	hint := Suggest(code, names)
	if hint == "" {
		hint = "; it is one of " + strings.Join(names, ", ")
	}
	return fmt.Errorf("fail: %q is not a code that a script can end with%s", code, hint)
}

func sayFail(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if _, err := runOf(thread, b.Name()); err != nil {
		return nil, err
	}
	var code, detail string
	if err := unpack(b.Name(), args, kwargs, "code", &code, "detail?", &detail); err != nil {
		return nil, err
	}
	if err := checkCode(code); err != nil {
		return nil, err
	}
	return nil, statement{outcome.New(outcome.Code(code), "%s", prompt.Quote(detail))}
}

// sayPrint leaves a step for whoever debugs the script; it goes nowhere else.
func sayPrint(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if err := allowanceOf(thread).printable(args...); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	r, ok := thread.Local(stateKey).(*Run)
	if !ok {
		return starlark.None, nil
	}
	parts := make([]string, len(args))
	for i, arg := range args {
		if text, ok := starlark.AsString(arg); ok {
			parts[i] = text
			continue
		}
		parts[i] = arg.String()
	}
	return r.perform(thread, b.Name(), nil, func(w *invocation) (starlark.Value, error) {
		w.step.Outcome = prompt.Quote(r.scrub(strings.Join(parts, " ")))
		return starlark.None, nil
	})
}

// sayProgress tells the person what is going on, by a label key.
func sayProgress(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r, err := runOf(thread, b.Name())
	if err != nil {
		return nil, err
	}
	var code string
	count := 0
	if err := unpack(b.Name(), args, kwargs, "code", &code, "count?", &count); err != nil {
		return nil, err
	}
	if !prompt.IsKey(code) {
		return nil, fmt.Errorf("progress: %q must be a key like %q; the text that belongs to it is in views", code, "opening_bills")
	}
	if count < 0 {
		return nil, fmt.Errorf("progress: count = %d must not be negative", count)
	}
	if err := r.count(); err != nil {
		return nil, err
	}
	r.options.Recorder.Progress(code, count)
	return starlark.None, nil
}

// askResuming says whether an earlier attempt may have submitted this write.
func askResuming(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r, err := runOf(thread, b.Name())
	if err != nil {
		return nil, err
	}
	if err := unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.Bool(r.resuming), nil
}

// runOf returns the run that a thread belongs to; while a script is loaded
// there is none.
func runOf(thread *starlark.Thread, word string) (*Run, error) {
	if r, ok := thread.Local(stateKey).(*Run); ok {
		return r, nil
	}
	return nil, fmt.Errorf("%s(…) is for functions: nothing runs yet while the file is loaded", word)
}

// unpack is UnpackArgs with a better word for opaque values.
func unpack(name string, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) error {
	given := slices.Clone(args)
	for _, pair := range kwargs {
		given = append(given, pair[1])
	}
	if err := refuseOpaque(name, given); err != nil {
		return err
	}
	return starlark.UnpackArgs(name, args, kwargs, pairs...)
}

// Suggest returns “ (did you mean x?)” where one of the names is near.
func Suggest(name string, names []string) string {
	best, bestDistance := "", len(name)/3+1
	for _, candidate := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d <= bestDistance && (best == "" || d < bestDistance) {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}

// distance is Levenshtein's, between two short names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := previous
			if a[i] != b[j] {
				cost++
			}
			previous = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
