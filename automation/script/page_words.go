package script

import (
	"errors"
	"maps"
	"slices"

	"go.starlark.net/starlark"
)

// pageWords are all words of the page. Each table stands beside its words.
var pageWords = joinTables(actionWords, basicWords, keypadWords, readingWords, waitingWords, scrollWords, pagerWords, windowWords, fetchWords, documentWords)

// pageTexts are the attributes of the page that are texts and are not called.
var pageTexts = map[string]pageText{
	"url": {func(p *page) string { return p.live.Address() }, manual{
		"page.url → text", "The address of the page, without query and fragment.", "None.", `at_home = page.url.endswith("/home")`,
	}},
	"language": {func(p *page) string { return p.run.integration.Language }, manual{
		"page.language → text", "The language that the site is told, as integration(…) declares it.", "None.", `spanish = page.language.startswith("es")`,
	}},
	"zone": {func(p *page) string { return p.run.integration.Zone }, manual{
		"page.zone → text", "The time zone of the browser, as integration(…) declares it.", "None.",
		`placed = timestamp(page.text(".placed"), zone = page.zone)`,
	}},
}

// pageText is an attribute of the page that is a text.
type pageText struct {
	of func(*page) string
	manual
}

// pageAttributes returns the names of everything that a page has.
func pageAttributes() []string {
	return slices.Sorted(maps.Keys(joinTables(manuals(pageWords, func(w pageWord) manual { return w.manual }), manuals(pageTexts, func(t pageText) manual { return t.manual }))))
}

var _ starlark.HasAttrs = (*page)(nil)

func (*page) String() string        { return "page" }
func (*page) Type() string          { return "page" }
func (*page) Freeze()               {}
func (*page) Truth() starlark.Bool  { return starlark.True }
func (*page) Hash() (uint32, error) { return 0, errors.New("a page cannot be a key") }
func (*page) AttrNames() []string   { return pageAttributes() }

// Attr returns a text, such as page.url, or a word of the page.
func (p *page) Attr(name string) (starlark.Value, error) {
	if text, ok := pageTexts[name]; ok {
		return starlark.String(text.of(p)), nil
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
			if err := checkArguments(b.Name(), word.manual, args, kwargs); err != nil {
				return nil, err
			}
			value, err := word.do(p, w, args, kwargs)
			w.recordMatched(p.frames)
			return value, err
		})
	}), nil
}
