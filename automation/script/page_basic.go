package script

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/secret"
)

// basicWords is the word of the page that logs in by HTTP Basic.
var basicWords = map[string]pageWord{
	"sign_in_basic": {(*page).signInBasic, manual{
		"page.sign_in_basic(path_or_url, username, password, timeout = 30) → True or False",
		"Opens an address as page.goto does, at a site where the browser itself asks for a user name and a password (HTTP Basic), and answers that. Returns whether the site accepted them; if not, call attempt.reject. They are sent to the origin of that address only, once it asks for them, over https (or on loopback). The browser sends them along there until the next page.sign_in_basic. Takes opaque values.",
		"SITE_CHANGED if the site does not ask, or asks for something else; SITE_UNAVAILABLE and RATE_LIMITED as page.goto.",
		"for attempt in user.credentials():\n    if page.sign_in_basic(\"/\", attempt[\"username\"], attempt[\"password\"]):\n        break\n    attempt.reject(\"wrong_password\")",
	}},
}

func (p *page) signInBasic(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var destination string
	var username, password, timeout starlark.Value
	if err := starlark.UnpackArgs(w.step.Word, args, kwargs, "path_or_url", &destination, "username", &username, "password", &password, "timeout?", &timeout); err != nil {
		return nil, err
	}
	if p.inIframe {
		return nil, errors.New("page.sign_in_basic: a frame cannot be sent to another address; use the page")
	}
	w.step.Selector, _, _ = strings.Cut(destination, "?")
	address, err := p.run.integration.address(destination)
	if err != nil {
		return nil, fmt.Errorf("page.sign_in_basic: %w", err)
	}
	name, err := textToType(w.step.Word, username)
	if err != nil {
		return nil, err
	}
	secretText, err := textToType(w.step.Word, password)
	if err != nil {
		return nil, err
	}
	live, err := p.withTimeout(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.sign_in_basic: %w", err)
	}
	p.run.options.Redactor.Add(secret.New(name + ":" + secretText)) // as the site gets it
	accepted, err := live.GotoBasic(p.run.ctx, address, name, secretText)
	if err != nil {
		return nil, withOutcome(err)
	}
	w.step.Outcome = map[bool]string{true: "accepted", false: "refused"}[accepted]
	return starlark.Bool(accepted), nil
}
