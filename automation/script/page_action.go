package script

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/script/dialect"
)

// actionWords are the words of the page that do something.
var actionWords = map[string]pageWord{
	"goto": {(*page).goTo, manual{
		"page.goto(path_or_url, timeout = 30, wait = \"loaded\")",
		"Opens a path on the site, or an address on one of the integration's hosts, and returns when the document has loaded. It is always reloaded, even if the page is at that address already, so that what is read is current. What the page's scripts render comes later: wait for it. With wait = \"shown\" it returns as soon as the page shows something, and until the next goto all words work on what is there: for pages with a script that never answers. Then wait for everything that is read. Takes an opaque address, such as a log-in link that came by mail, which user.text asks for; the recording does not show it.",
		"SITE_UNAVAILABLE if it does not load, with what it still waits for, or has a status of 500 or more; RATE_LIMITED for 429. MFA_FAILED for an opaque address that is not https on one of the integration's hosts. AUTOMATION_ERROR if the address gives a file, such as bill.pdf, and for any other value of wait.",
		`page.goto("/login")`,
	}},
	"fill": {(*page).fill, manual{
		"page.fill(selector, text, timeout = 10, first = False)",
		"Waits for a visible, enabled text field, which a user could reach, and replaces its content, with focus, input and change events. If the field does not accept the text that way, it is typed with real keys. A field may reformat the text, as in (206) 555-0100. A date, month or time field takes 2026-08-12, 2026-08 or 09:30, whatever format it shows. If the field holds one character and the text is longer, the text is typed with real keys into that field and the ones after it, one character each; nothing is typed twice if the last one submits the form. Takes opaque values. Types only into documents on the integration's hosts, over https (or on loopback).",
		"SITE_CHANGED if there is no such field in time, or if the field keeps fewer letters or digits than the text has, with how many of how many. AUTOMATION_ERROR for a text that a date or number field does not accept.",
		`page.fill(["#username", "label=Email"], "ada@example.com")`,
	}},
	"type": {(*page).typeKeys, manual{
		"page.type(selector, text, timeout = 10, first = False)",
		"Types at the end of a field's content, with a real key for each character: for widgets that listen to keys. Takes opaque values, and types into the same documents as fill.",
		"As fill.",
		`page.type("placeholder=Search", "november")`,
	}},
	"click": {(*page).click, manual{
		"page.click(selector, timeout = 10, first = False, count = 1)",
		"Waits until an element is visible, enabled, not moving and not covered, and clicks it with the mouse. If several match, see “One of several” above. If something appears over it at that moment (a survey, a banner), the click is repeated; a click that reached the element is never repeated. What never stops moving is clicked where it is, after two seconds. If a button stays disabled, the field beside it loses the focus, once. With count = 2 it is a double click. Returns when the click is made: wait for what follows with page.wait_for.",
		"SITE_CHANGED if that is not so in time, with the reason, such as what covers it: see page.dismiss.",
		`page.click('role=button[name="Sign in"]')`,
	}},
	"hover": {(*page).hover, manual{
		"page.hover(selector, timeout = 10, first = False)",
		"Waits as click does, and only moves the mouse there: for menus that open on hover.",
		"As click.",
		`page.hover("text=Account")`,
	}},
	"submit": {(*page).submit, manual{
		"page.submit(selector, timeout = 10, first = False)",
		"Performs the operation's write: as click, but it is recorded that the write may have happened. That is recorded when the element can be clicked, right before the mouse is pressed, so a button that never appears, or stays disabled or covered, leaves no write behind. From then on every outcome but a result or OPERATION_REJECTED is OPERATION_UNKNOWN, even if the click had no effect. Each write has one submit.",
		"As click, before it is recorded. Refused in log-ins, in reads and in dry runs.",
		`page.submit("#save-card")`,
	}},
	"press": {(*page).press, manual{
		"page.press(key)",
		"Presses a key in the focused element: one character, or one of " + browser.Keys() + ". Control+, Alt+, Shift+ and Meta+ before it are held meanwhile, as in Control+A.",
		"AUTOMATION_ERROR for any other name.",
		`page.press("Enter")`,
	}},
	"drag": {(*page).drag, manual{
		"page.drag(source, target, timeout = 10, first = False)",
		"Waits for two elements as click does, and drags the first onto the second with the mouse.",
		"As click.",
		`page.drag("text=Card 2", "#default-card")`,
	}},
	"select": {(*page).choose, manual{
		"page.select(selector, value, timeout = 10, first = False)",
		"Chooses an option by its value or else by its visible label: of a select element, of a field with a datalist, or of a widget. A widget is anything that shows its options when it is clicked. It is opened, scrolled or typed into until the option appears; the option is clicked, and the widget must then show it.",
		"AUTOMATION_ERROR, with the first options, if the list has no such option in time, and if several have this label. SITE_CHANGED if there is no list, or it does not show the choice.",
		`page.select("label=Month", "August")`,
	}},
	"check": {(*page).check, manual{
		"page.check(selector, on = True, timeout = 10, first = False)",
		"Sets a checkbox, radio button or switch, unless it is set already. It clicks the control, or its label if the control is hidden behind a drawn one.",
		"SITE_CHANGED if it does not appear in time, or does not change.",
		`page.check("label=Remember this device", on = False)`,
	}},
}

func (p *page) goTo(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var destination, timeout starlark.Value
	wait := waitLoaded
	if err := starlark.UnpackArgs(w.step.Word, args, kwargs, "path_or_url", &destination, "timeout?", &timeout, "wait?", &wait); err != nil {
		return nil, err
	}
	if p.inIframe {
		return nil, errors.New("page.goto: a frame cannot be sent to another address; use the page")
	}
	address, err := p.destination(w, destination)
	if err != nil {
		return nil, err
	}
	live, err := p.withTimeout(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.goto: %w", err)
	}
	if wait == waitShown {
		return nil, withOutcome(live.GotoShown(p.run.ctx, address))
	}
	return nil, withOutcome(live.Goto(p.run.ctx, address))
}

// What page.goto waits for.
const (
	waitLoaded = "loaded"
	waitShown  = "shown"
)

func (p *page) fill(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, text, err := p.fieldAndText(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Fill(p.run.ctx, at.selector, text)
	return nil, withOutcome(err)
}

func (p *page) typeKeys(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, text, err := p.fieldAndText(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Type(p.run.ctx, at.selector, text)
	return nil, withOutcome(err)
}

// fieldAndText unpacks the arguments of fill and type, which take an opaque value.
func (p *page) fieldAndText(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (target, string, error) {
	var selector, text, timeout starlark.Value
	var first bool
	if err := starlark.UnpackArgs(w.step.Word, args, kwargs, "selector", &selector, "text", &text, "timeout?", &timeout, "first?", &first); err != nil {
		return target{}, "", err
	}
	at, err := p.oneTarget(w, selector, timeout, first)
	if err != nil {
		return target{}, "", err
	}
	typed, err := textToType(w.step.Word, text)
	return at, typed, err
}

// textToType reads a text that may be opaque.
func textToType(word string, text starlark.Value) (string, error) {
	switch text := text.(type) {
	case *dialect.Opaque:
		return text.Value().Reveal(), nil
	case starlark.String:
		return string(text), nil
	default:
		return "", fmt.Errorf("%s: text must be a text or an opaque value, not a %s; str(…) makes a text of a number", word, text.Type())
	}
}

// maxClicks is how many clicks in a row mean something: three select a paragraph.
const maxClicks = 3

func (p *page) click(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var selector, timeout starlark.Value
	var first bool
	count := 1
	if err := dialect.Unpack(w.step.Word, args, kwargs, "selector", &selector, "timeout?", &timeout, "first?", &first, "count?", &count); err != nil {
		return nil, err
	}
	at, err := p.oneTarget(w, selector, timeout, first)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.ClickTimes(p.run.ctx, at.selector, count)
	return nil, withOutcome(err)
}

func (p *page) hover(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.elementOf(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Hover(p.run.ctx, at.selector)
	return nil, withOutcome(err)
}

// submit performs the operation's write. It is recorded when the element can be
// clicked, right before the mouse is pressed: a button that never becomes
// clickable leaves nothing unknown. After that, only reading back can tell
// whether the write happened.
func (p *page) submit(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.elementOf(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	if p.run.submitRefused != "" {
		return nil, fmt.Errorf("page.submit is refused in %s: %s", p.run.operation, p.run.submitRefused)
	}
	w.step.Matches, err = at.live.Submit(p.run.ctx, at.selector, func() error {
		return p.run.options.Recorder.Submit(p.run.ctx, p.run.scrub(w.step.Selector))
	})
	return nil, withOutcome(err)
}

func (p *page) press(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key string
	if err := dialect.Unpack(w.step.Word, args, kwargs, "key", &key); err != nil {
		return nil, err
	}
	return nil, withOutcome(p.live.Press(p.run.ctx, key))
}

func (p *page) drag(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var source, target, timeout starlark.Value
	var first bool
	if err := dialect.Unpack(w.step.Word, args, kwargs, "source", &source, "target", &target, "timeout?", &timeout, "first?", &first); err != nil {
		return nil, err
	}
	to, shown, err := selectorText(target, elementProblem)
	if err != nil {
		return nil, fmt.Errorf("page.drag: target: %w", err)
	}
	at, err := p.oneTarget(w, source, timeout, first)
	if err != nil {
		return nil, err
	}
	w.step.Selector += " → " + shown
	w.matched = nil // the step shows both
	w.step.Matches, err = at.live.Drag(p.run.ctx, at.selector, to)
	return nil, withOutcome(err)
}

func (p *page) choose(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var value string
	at, err := p.elementOf(w, args, kwargs, "value", &value)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Select(p.run.ctx, at.selector, value)
	return nil, withOutcome(err)
}

func (p *page) check(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	on := true
	at, err := p.elementOf(w, args, kwargs, "on?", &on)
	if err != nil {
		return nil, err
	}
	w.step.Matches, err = at.live.Check(p.run.ctx, at.selector, on)
	return nil, withOutcome(err)
}
