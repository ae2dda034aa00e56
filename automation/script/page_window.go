package script

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// windowWords are the words of the page that reach other documents and windows.
var windowWords = map[string]pageWord{
	"frame": {(*page).frame, manual{
		"page.frame(selector, timeout = 10, first = False) → page",
		"Returns the document inside an iframe, of any site, as a page whose words work there. Frames in frames and in shadow roots are reached the same way. The iframe is found again if the site replaces it.",
		"SITE_CHANGED if it does not appear in time.",
		`page.frame("iframe[title='Card details']").frame("iframe").fill("#number", "4111 1111 1111 1111")`,
	}},
	"popup": {(*page).popup, manual{
		"page.popup(function, timeout = 10) → page",
		"Calls the function, which must open a window, and returns that window as a page. Only one window can be used at a time, until close(); every window that was not waited for is closed at once.",
		"SITE_CHANGED if none opens within timeout seconds, or if it closes while it is used.",
		"bank = page.popup(lambda: page.click(\"text=Connect\"))\nbank.click(\"#allow\")\nbank.close()",
	}},
	"close": {(*page).closeWindow, manual{
		"popup.close()",
		"Closes a window that page.popup returned. It does nothing if the window has closed itself.",
		"AUTOMATION_ERROR on the page itself.",
		"page.popup(lambda: page.click(\"#terms\")).close()",
	}},
	"dialogs": {(*page).dialogs, manual{
		"page.dialogs(accept = False, text = \"\") → list of texts",
		"Says how native dialogs (alert, confirm, prompt) are answered from here on: dismissed, or accepted, a prompt with the text. Without it they are dismissed. Returns the messages of the dialogs since the last call, at most twenty. A page can always be left, whatever it asks.",
		"None.",
		"page.dialogs(accept = True)\npage.click(\"#remove\")\nsaid = page.dialogs()",
	}},
}

func (p *page) frame(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.elementOf(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	inside, matches, err := at.live.Frame(p.run.ctx, at.selector)
	w.step.Matches = matches
	if err != nil {
		return nil, withOutcome(err)
	}
	selector := strings.ReplaceAll(at.selector, "\n", " | ")
	if w.matched != nil && w.matched.Selector != "" {
		selector = w.matched.Selector
	}
	// The deadline of timeout= does not apply to the words of the frame.
	return &page{run: p.run, live: inside.Within(0), frames: p.frames + selector + " >> ", inIframe: true}, nil
}

func (p *page) popup(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var function starlark.Callable
	var timeout starlark.Value
	if err := dialect.Unpack(w.step.Word, args, kwargs, "function", &function, "timeout?", &timeout); err != nil {
		return nil, err
	}
	live, err := p.withTimeout(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.popup: %w", err)
	}
	var callErr error
	opened, err := live.Popup(p.run.ctx, func() error {
		_, callErr = starlark.Call(w.thread, function, nil, nil)
		return callErr
	})
	switch {
	case callErr != nil:
		return nil, callErr
	case err != nil:
		return nil, withOutcome(err)
	}
	return &page{run: p.run, live: opened, frames: "popup >> "}, nil
}

func (p *page) closeWindow(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := dialect.Unpack(w.step.Word, args, kwargs); err != nil {
		return nil, err
	}
	return nil, withOutcome(p.live.Close(p.run.ctx))
}

func (p *page) dialogs(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var accept bool
	var text string
	if err := dialect.Unpack(w.step.Word, args, kwargs, "accept?", &accept, "text?", &text); err != nil {
		return nil, err
	}
	var messages []starlark.Value
	for _, message := range p.live.Dialogs(accept, text) {
		messages = append(messages, starlark.String(prompt.Quote(message)))
	}
	return starlark.NewList(messages), nil
}
