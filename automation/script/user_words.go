package script

import (
	"errors"
	"maps"
	"slices"

	"go.starlark.net/starlark"
)

// userWords are all words of the user. Each table stands beside its words.
var userWords = joinTables(questionWords, attemptLoopWords, approvalWords)

// joinTables joins tables of words.
func joinTables[W any](parts ...map[string]W) map[string]W {
	all := map[string]W{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

var _ starlark.HasAttrs = (*user)(nil)

func (*user) String() string        { return "user" }
func (*user) Type() string          { return "user" }
func (*user) Freeze()               {}
func (*user) Truth() starlark.Bool  { return starlark.True }
func (*user) Hash() (uint32, error) { return 0, errors.New("a user cannot be a key") }
func (*user) AttrNames() []string   { return slices.Sorted(maps.Keys(userWords)) }

// Attr returns a word of the user.
func (u *user) Attr(name string) (starlark.Value, error) {
	word, ok := userWords[name]
	if !ok {
		return nil, nil
	}
	return starlark.NewBuiltin("user."+name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := u.run.mayUse(b.Name()); err != nil {
			return nil, err
		}
		do := func(w *invocation) (starlark.Value, error) {
			if err := checkArguments(b.Name(), word.manual, args, kwargs); err != nil {
				return nil, err
			}
			return word.do(u, w, args, kwargs)
		}
		if _, loops := attemptLoopWords[name]; loops {
			// The word only makes an iterator, which records a step for each prompt.
			return do(&invocation{run: u.run, thread: thread, step: Step{Word: b.Name()}})
		}
		return u.run.perform(thread, b.Name(), nil, do)
	}), nil
}
