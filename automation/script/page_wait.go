package script

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/script/dialect"
)

// waitingWords are the words of the page that wait.
var waitingWords = map[string]pageWord{
	"wait_for": {(*page).waitFor, manual{
		"page.wait_for(dict, …, timeout = 10, otherwise = \"\", name = selector, …) → name",
		"Waits for the first of several named outcomes and returns its name. Outcomes are named in the call or in dicts, such as one dict for the pages that may come here and one for the dead ends that may come anywhere; no name may be used twice. An outcome is a selector or a list of them (something visible), url(…), text(…), hidden(…), response(…), or a function such as lambda: page.count(\".bill\") > 3, which is called at once and after every change of the page, at most twenty times a second, and may only look at the page. If several hold at once, the first in order counts, functions after the others. otherwise is returned if no outcome comes within timeout (seconds, at most 120).",
		"SITE_CHANGED if none comes in time and there is no otherwise, with the number of elements that each selector matched, what hides those that are not visible, and the fields for which the browser itself refuses to submit a form.",
		"seen = page.wait_for(home = url(\"/account*\"), wrong = [\".error\", \"text=try again\"], code = \"label=Code\", timeout = 20)\nseen = page.wait_for({\"home\": \"#home\"}, {\"locked\": \"#locked\", \"blocked\": \"#wall\"})",
	}},
	"wait_url": {(*page).waitURL, manual{
		"page.wait_url(pattern, timeout = 10)",
		"Waits until the page is at an address. * stands for anything. The pattern is compared with the address without query, or with the path alone if it starts with a slash. The fragment after # counts only if the pattern has a # too, for sites that route by it.",
		"SITE_CHANGED after timeout seconds.",
		`page.wait_url("/account/*")`,
	}},
	"dismiss": {(*page).dismiss, manual{
		"page.dismiss(selector, …)",
		"From here on, clicks each of these elements if it appears while another word waits, on every page of the site: to close a cookie banner or a survey. It replaces the selectors of an earlier call; without selectors nothing is clicked.",
		"None.",
		`page.dismiss("#reject-cookies", "role=button[name='No, thanks']")`,
	}},
}

// waitFor waits for one of several named outcomes and returns the name of the
// first.
func (p *page) waitFor(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	expected, err := outcomesOf(w.step.Word, args, kwargs, "timeout", "otherwise")
	if err != nil {
		return nil, err
	}
	limit, err := timeLimit(expected.settings["timeout"], standardTimeout)
	if err != nil {
		return nil, fmt.Errorf("page.wait_for: %w", err)
	}
	if err := expected.prepare(p, w); err != nil {
		return nil, err
	}
	name, err := expected.wait(p.run.ctx, p, w, limit)
	if otherwise, given := expected.settings["otherwise"]; given && isTimeout(err) {
		w.step.Outcome = string(otherwise.(starlark.String))
		return otherwise, nil
	}
	if err != nil {
		return nil, err
	}
	w.step.Outcome = name
	for _, condition := range expected.conditions {
		if condition.Name == name && w.matched != nil && w.matched.Selector != "" {
			w.step.Selector = name + ": " + p.frames + w.matched.Selector
			w.step.Matches = w.matched.Responses
		}
	}
	w.matched = nil // it is recorded
	return starlark.String(name), nil
}

func (p *page) waitURL(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pattern string
	var timeout starlark.Value
	if err := dialect.Unpack(w.step.Word, args, kwargs, "pattern", &pattern, "timeout?", &timeout); err != nil {
		return nil, err
	}
	w.step.Selector = pattern
	live, err := p.withTimeout(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.wait_url: %w", err)
	}
	return nil, withOutcome(live.WaitURL(p.run.ctx, pattern))
}

// maxDismissed is how many selectors page.dismiss takes: the page is searched
// for all of them again and again.
const maxDismissed = 10

func (p *page) dismiss(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) > 0 || len(args) > maxDismissed {
		return nil, fmt.Errorf("page.dismiss: give at most %d selectors, without names", maxDismissed)
	}
	selectors := make([]string, len(args))
	for i, arg := range args {
		var err error
		if selectors[i], _, err = selectorText(arg, elementProblem); err != nil {
			return nil, fmt.Errorf("page.dismiss: %w", err)
		}
	}
	w.step.Selector = strings.ReplaceAll(strings.Join(selectors, " | "), "\n", " | ")
	p.live.Dismiss(selectors...)
	return starlark.None, nil
}
