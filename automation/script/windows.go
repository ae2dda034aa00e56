package script

import (
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

// The words of the page that go beyond its document.
var windowWords = map[string]pageWord{
	"frame": {(*page).frame, manual{
		"page.frame(selector, timeout = 10) → page",
		"Gives the document inside an iframe, of whatever site, as a page whose words work there. Frames in frames and in shadow roots are reached the same way. The iframe is found again if the site replaces it.",
		"SITE_CHANGED when it did not come.",
		`page.frame("iframe[title='Card details']").frame("iframe").fill("#number", "4111 1111 1111 1111")`,
	}},
	"popup": {(*page).popup, manual{
		"page.popup(function, timeout = 10) → page",
		"Calls the function, which does what opens a window, and gives that window as a page. One window is followed at a time, until close(); every window that was not waited for is closed at once.",
		"SITE_CHANGED when none was opened within timeout seconds, or when it closed while it was used.",
		"bank = page.popup(lambda: page.click(\"text=Connect\"))\nbank.click(\"#allow\")\nbank.close()",
	}},
	"close": {(*page).closeWindow, manual{
		"popup.close()",
		"Closes a window that page.popup gave. One that has closed itself is closed already.",
		"AUTOMATION_ERROR on the page itself.",
		"page.popup(lambda: page.click(\"#terms\")).close()",
	}},
	"dialogs": {(*page).dialogs, manual{
		"page.dialogs(accept = False, text = \"\") → list of texts",
		"Says how native dialogs (alert, confirm, prompt) are answered from here on: dismissed, or accepted, a prompt with the text. Without it they are dismissed. Gives what the dialogs said that came since the last call, at most twenty. A page may always be left, whatever it asks.",
		"None.",
		"page.dialogs(accept = True)\npage.click(\"#remove\")\nsaid = page.dialogs()",
	}},
	"fetch": {(*page).fetch, manual{
		"page.fetch(path_or_url, timeout = 30) → value",
		"Gets JSON of the site's by GET, as its own scripts would: from the page, with its cookies, from hosts of the integration only. Gives dicts, lists, texts, numbers, True, False and None. At most 1 MiB.",
		"RATE_LIMITED for status 429, SITE_UNAVAILABLE for 5xx and when nothing came, SITE_CHANGED for any other status but 2xx and for what is no JSON.",
		`history = page.fetch("/api/bills?year=2026")["content"]["historyList"]`,
	}},
}

func (p *page) frame(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	at, err := p.element(w, args, kwargs)
	if err != nil {
		return nil, err
	}
	inside, matches, err := at.live.Frame(p.run.ctx, at.selector)
	w.step.Matches = matches
	if err != nil {
		return nil, outside(err)
	}
	by := strings.ReplaceAll(at.selector, "\n", " | ")
	if w.matched != nil && w.matched.Selector != "" {
		by = w.matched.Selector
	}
	// timeout= was for finding the frame; its words have their own.
	return &page{run: p.run, live: inside.Within(0), frames: p.frames + by + " >> ", framed: true}, nil
}

func (p *page) popup(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var function starlark.Callable
	var timeout starlark.Value
	if err := unpack(w.step.Word, args, kwargs, "function", &function, "timeout?", &timeout); err != nil {
		return nil, err
	}
	live, err := p.within(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.popup: %w", err)
	}
	var failed error
	opened, err := live.Popup(p.run.ctx, func() error {
		_, failed = starlark.Call(w.thread, function, nil, nil)
		return failed
	})
	switch {
	case failed != nil:
		return nil, failed
	case err != nil:
		return nil, outside(err)
	}
	return &page{run: p.run, live: opened, frames: "popup >> "}, nil
}

func (p *page) closeWindow(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack(w.step.Word, args, kwargs); err != nil {
		return nil, err
	}
	return nil, outside(p.live.Close(p.run.ctx))
}

func (p *page) dialogs(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var accept bool
	var text string
	if err := unpack(w.step.Word, args, kwargs, "accept?", &accept, "text?", &text); err != nil {
		return nil, err
	}
	var said []starlark.Value
	for _, message := range p.live.Dialogs(accept, text) {
		said = append(said, starlark.String(prompt.Quote(message)))
	}
	return starlark.NewList(said), nil
}

// maxFetched is the most that page.fetch takes, in bytes.
const maxFetched = maxText

func (p *page) fetch(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var where string
	var timeout starlark.Value
	if err := unpack(w.step.Word, args, kwargs, "path_or_url", &where, "timeout?", &timeout); err != nil {
		return nil, err
	}
	w.step.Selector, _, _ = strings.Cut(where, "?")
	address, err := p.run.integration.address(where)
	if err != nil {
		return nil, fmt.Errorf("page.fetch: %w", err)
	}
	live, err := p.within(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.fetch: %w", err)
	}
	reply, err := live.Fetch(p.run.ctx, address, maxFetched)
	if err != nil {
		return nil, outside(err)
	}
	w.step.Outcome = strconv.Itoa(reply.Status)
	switch {
	case reply.Status == 0:
		return nil, outcome.New(outcome.SiteUnavailable, "fetch: nothing came; is the page on another site than this, or the host not on the integration's list?")
	case reply.Status == 429:
		return nil, outcome.New(outcome.RateLimited, "fetch: the site answered with status 429")
	case reply.Status >= 500:
		return nil, outcome.New(outcome.SiteUnavailable, "fetch: the site answered with status %d", reply.Status)
	case reply.Status < 200 || reply.Status > 299:
		return nil, outcome.New(outcome.SiteChanged, "fetch: the site answered with status %d", reply.Status)
	}
	if err := p.run.spent.text(len(reply.Body)); err != nil {
		return nil, fmt.Errorf("page.fetch: %w", err)
	}
	value, err := parseJSON(reply.Body)
	if err != nil {
		return nil, outcome.New(outcome.SiteChanged, "fetch: the site answered with %s, which is %v", prompt.Quote(reply.Type), err)
	}
	return value, nil
}
