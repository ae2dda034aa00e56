package script

import (
	"errors"
	"maps"
	"slices"

	"go.starlark.net/starlark"
)

// pageWords are all words of the page. Each table stands beside its words.
var pageWords = joinTables(actionWords, readingWords, waitingWords, scrollWords, pagerWords, windowWords, fetchWords)

// urlManual describes page.url, which is not called.
var urlManual = manual{
	"page.url → text", "The address of the page, without query and fragment.", "None.", `at_home = page.url.endswith("/home")`,
}

var _ starlark.HasAttrs = (*page)(nil)

func (*page) String() string        { return "page" }
func (*page) Type() string          { return "page" }
func (*page) Freeze()               {}
func (*page) Truth() starlark.Bool  { return starlark.True }
func (*page) Hash() (uint32, error) { return 0, errors.New("a page cannot be a key") }
func (*page) AttrNames() []string   { return append(slices.Sorted(maps.Keys(pageWords)), "url") }

// Attr returns page.url, which is a text, or a word of the page.
func (p *page) Attr(name string) (starlark.Value, error) {
	if name == "url" {
		return starlark.String(p.live.Address()), nil
	}
	word, ok := pageWords[name]
	if !ok {
		return nil, nil
	}
	return starlark.NewBuiltin("page."+name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := p.run.mayUse(b.Name()); err != nil {
			return nil, err
		}
		return p.run.perform(thread, b.Name(), p.live, func(w *invocation) (starlark.Value, error) {
			value, err := word.do(p, w, args, kwargs)
			w.recordMatched(p.frames)
			return value, err
		})
	}), nil
}
