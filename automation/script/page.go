package script

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"passage/automation/browser"
)

// page is the site's page, or a frame of it, in the hands of a script.
type page struct {
	run    *Run
	live   *browser.Page
	frames string // the selectors of the frames it is in, each with " >> " after it
	framed bool   // it is a frame, not a window
}

var _ starlark.HasAttrs = (*page)(nil)

func (*page) String() string        { return "page" }
func (*page) Type() string          { return "page" }
func (*page) Freeze()               {}
func (*page) Truth() starlark.Bool  { return starlark.True }
func (*page) Hash() (uint32, error) { return 0, errors.New("a page cannot be a key") }
func (*page) AttrNames() []string   { return append(slices.Sorted(maps.Keys(pageWords)), "url") }

// pageWord is one word of the page, with its entry in the reference. do fills
// in the step and returns the word's value.
type pageWord struct {
	do func(p *page, w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)
	manual
}

// pageWords are all of them. Each table stands where its words are.
var pageWords = tables(actingWords, readingWords, waitingWords, windowWords)

// tables joins tables of words.
func tables(parts ...map[string]pageWord) map[string]pageWord {
	all := map[string]pageWord{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// Attr gives page.url, which is a text, and the words.
func (p *page) Attr(name string) (starlark.Value, error) {
	if name == "url" {
		return starlark.String(p.live.URL()), nil
	}
	word, ok := pageWords[name]
	if !ok {
		return nil, nil
	}
	return starlark.NewBuiltin("page."+name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := p.run.mayUse(b.Name()); err != nil {
			return nil, err
		}
		return p.run.perform(thread, b.Name(), p, func(w *invocation) (starlark.Value, error) {
			value, err := word.do(p, w, args, kwargs)
			w.settle(p.frames)
			return value, err
		})
	}), nil
}

const maxTimeout = 120 * time.Second

// within returns the page with the deadline that timeout= asks for.
func (p *page) within(timeout starlark.Value) (*browser.Page, error) {
	if p.run.looking {
		return p.live.Within(predicateWithin), nil
	}
	if timeout == nil || timeout == starlark.None {
		return p.live, nil
	}
	limit, err := secondsUpTo(timeout, maxTimeout)
	if err != nil {
		return nil, err
	}
	return p.live.Within(limit), nil
}

// secondsUpTo reads a number of seconds, up to a limit.
func secondsUpTo(timeout starlark.Value, limit time.Duration) (time.Duration, error) {
	number, ok := starlark.AsFloat(timeout)
	if !ok {
		return 0, fmt.Errorf("timeout must be a number of seconds, not a %s", timeout.Type())
	}
	if !(number > 0 && number <= limit.Seconds()) {
		return 0, fmt.Errorf("timeout = %v must be more than 0 and at most %v seconds", number, limit.Seconds())
	}
	return time.Duration(number * float64(time.Second)), nil
}

// element unpacks the arguments of a word that works on one element, the
// selector first and timeout= last, and notes the selector in the step.
func (p *page) element(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) (target, error) {
	var selector, timeout starlark.Value
	all := append([]any{"selector", &selector}, pairs...)
	if err := unpack(w.step.Word, args, kwargs, append(all, "timeout?", &timeout)...); err != nil {
		return target{}, err
	}
	return p.aim(w, selector, timeout)
}

// The words of the page that do something.
var actingWords = map[string]pageWord{
	"goto": {(*page).goTo, manual{
		"page.goto(path_or_url, timeout = 30)",
		"Opens a path on the site, or an address on one of the integration's hosts, and returns when the document is there. It is always loaded anew, also where the page is at that address already: what is read then is what the site has. What the page's scripts draw comes later: wait for it.",
		"SITE_UNAVAILABLE when it does not come, or comes with a status of 500 and more; RATE_LIMITED for 429.",
		`page.goto("/login")`,
	}},
	"fill": {(*page).fill, manual{
		"page.fill(selector, text, timeout = 10)",
		"Waits for a visible, enabled text field and replaces what it holds, with focus, input and change events; a field that does not take it so gets real keys. A field that writes the text in its own way, as (206) 555-0100, has taken it. A date, month or time field takes 2026-08-12, 2026-08 or 09:30, whatever it shows. A text longer than one character, for a field of one, goes into that field and the ones after it with real keys, a character each; nothing is typed twice when the last one sends the form. Takes opaque values. Types only into documents on the integration's hosts, over https (or on loopback).",
		"SITE_CHANGED when there was no such field in time. AUTOMATION_ERROR for a text that a date or number field does not take.",
		`page.fill(["#username", "label=Email"], "ada@example.com")`,
	}},
	"type": {(*page).typeKeys, manual{
		"page.type(selector, text, timeout = 10)",
		"Types at the end of what a field holds, with a real key for each character: for widgets that listen to keys. Takes opaque values, and types where fill does.",
		"As fill.",
		`page.type("placeholder=Search", "november")`,
	}},
	"click": {(*page).click, manual{
		"page.click(selector, timeout = 10)",
		"Waits until an element is visible, enabled, still and not covered, and clicks it with the mouse. What comes up over it at that very moment (a survey, a banner) does not get the click, which is made again; one that came to the element is never made twice. A button that stays disabled has the focus taken from the field beside it, once. Returns when the click is made: what it leads to is for page.wait_for.",
		"SITE_CHANGED when that was not so in time, with the reason, such as what covers it: see page.dismiss.",
		`page.click('role=button[name="Sign in"]')`,
	}},
	"hover": {(*page).hover, manual{
		"page.hover(selector, timeout = 10)",
		"Waits as click does, and only moves the mouse there: for menus that open so.",
		"As click.",
		`page.hover("text=Account")`,
	}},
	"submit": {(*page).submit, manual{
		"page.submit(selector, timeout = 10)",
		"Performs the operation's write: as click, but it is written down that it may have happened. That is done when the element could be clicked, right before the mouse is pressed, so a button that never came, stayed disabled or covered leaves no write behind. From then on every end but a result or OPERATION_REJECTED is OPERATION_UNKNOWN, even if the click went nowhere. Each write has one.",
		"As click, before it is written down. Refused in log-ins, in reads and in dry runs.",
		`page.submit("#save-card")`,
	}},
	"press": {(*page).press, manual{
		"page.press(key)",
		"Presses a key where the focus is: one character, or one of " + browser.Keys() + ".",
		"AUTOMATION_ERROR for any other name.",
		`page.press("Enter")`,
	}},
	"select": {(*page).choose, manual{
		"page.select(selector, value, timeout = 10)",
		"Chooses an option by its value or else by its visible label: of a select element, of a field with a datalist, or of a widget. A widget is whatever shows its options when it is clicked, however it is built; it is opened, scrolled or typed into until the option is there, the option is clicked, and the widget has to show it.",
		"SITE_CHANGED when there was no such option in time, or it is not shown as chosen.",
		`page.select("label=Month", "August")`,
	}},
	"check": {(*page).check, manual{
		"page.check(selector, on = True, timeout = 10)",
		"Switches a checkbox, radio button or switch, by a click on it or, where it is hidden under what is drawn in its place, on its label, if it is not already as wanted.",
		"SITE_CHANGED when it did not come, or did not change.",
		`page.check("label=Remember this device", on = False)`,
	}},
}

func (p *page) goTo(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var target string
	var timeout starlark.Value
	if err := unpack(w.step.Word, args, kwargs, "path_or_url", &target, "timeout?", &timeout); err != nil {
		return nil, err
	}
	w.step.Selector, _, _ = strings.Cut(target, "?") // where to, as far as a step may hold it
	if p.framed {
		return nil, errors.New("page.goto: a frame goes nowhere by itself; use the page")
	}
	address, err := p.run.integration.address(target)
	if err != nil {
		return nil, fmt.Errorf("page.goto: %w", err)
	}
	live, err := p.within(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.goto: %w", err)
	}
	return nil, outside(live.Goto(p.run.ctx, address))
}

// fill and type are the words that take opaque values.
func (p *page) fill(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, typed, err := p.typing(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Fill(p.run.ctx, at.selector, typed)
	return nil, outside(err)
}

func (p *page) typeKeys(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, typed, err := p.typing(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Type(p.run.ctx, at.selector, typed)
	return nil, outside(err)
}

// typing unpacks a selector and what is to be typed there.
func (p *page) typing(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (target, string, error) {
	var selector, given, timeout starlark.Value
	if err := starlark.UnpackArgs(w.step.Word, args, kwargs, "selector", &selector, "text", &given, "timeout?", &timeout); err != nil {
		return target{}, "", err
	}
	at, err := p.aim(w, selector, timeout)
	if err != nil {
		return target{}, "", err
	}
	switch given := given.(type) {
	case *opaque:
		return at, given.value.Reveal(), nil
	case starlark.String:
		return at, string(given), nil
	default:
		return target{}, "", fmt.Errorf("%s: text must be a text or an opaque value, not a %s; str(…) makes a text of a number", w.step.Word, given.Type())
	}
}

func (p *page) click(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Click(p.run.ctx, at.selector)
	return nil, outside(err)
}

func (p *page) hover(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Hover(p.run.ctx, at.selector)
	return nil, outside(err)
}

// submit performs the write. It is written down when its element could be
// clicked and right before the mouse is pressed: what never comes to that leaves
// nothing unknown. From there on only reading back can tell.
func (p *page) submit(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	if p.run.mayNot != "" {
		return nil, fmt.Errorf("page.submit is refused in %s: %s", p.run.operation, p.run.mayNot)
	}
	w.step.Matches, err = at.live.Submit(p.run.ctx, at.selector, func() error {
		return p.run.options.Recorder.Submit(p.run.ctx, p.run.scrub(w.step.Selector))
	})
	return nil, outside(err)
}

func (p *page) press(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key string
	if err := unpack(w.step.Word, args, kwargs, "key", &key); err != nil {
		return nil, err
	}
	return nil, outside(p.live.Press(p.run.ctx, key))
}

func (p *page) choose(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var value string
	at, err := p.element(w, args, kwargs, "value", &value)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Select(p.run.ctx, at.selector, value)
	return nil, outside(err)
}

func (p *page) check(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	on := true
	at, err := p.element(w, args, kwargs, "on?", &on)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Check(p.run.ctx, at.selector, on)
	return nil, outside(err)
}
