package script

import (
	"fmt"
	"net/url"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/script/dialect"
	"passage/automation/secret"
)

// destination reads where page.goto goes, and notes it in the step as far as it
// may be recorded: without the query, and nothing of an opaque address.
func (p *page) destination(w *invocation, given starlark.Value) (address string, err error) {
	switch given := given.(type) {
	case starlark.String:
		w.step.Selector, _, _ = strings.Cut(string(given), "?")
		if address, err = p.run.integration.address(string(given)); err != nil {
			return "", fmt.Errorf("page.goto: %w", err)
		}
		return address, nil
	case *dialect.Opaque:
		w.step.Selector = secret.Redacted
		return p.givenAddress(given.Value().Reveal())
	default:
		return "", fmt.Errorf("page.goto: the address must be a text or an opaque value, not a %s", given.Type())
	}
}

// givenAddress returns an address that the user gave, such as the link of a mail.
// Its parts are kept out of the recording. That it is of no use is no mistake of
// the script's.
func (p *page) givenAddress(text string) (string, error) {
	text = strings.Trim(text, "<> \t\r\n\u00a0\u200b")
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" {
		return "", outcome.New(outcome.MFAFailed, "page.goto: what the user gave is not an absolute address")
	}
	if _, err := p.run.integration.address(text); err != nil {
		return "", outcome.New(outcome.MFAFailed, "page.goto: the address that the user gave is not https on one of the integration's hosts (%s), but of %s",
			strings.Join(p.run.integration.Hosts, ", "), parsed.Host)
	}
	for _, part := range partsOf(parsed) {
		p.run.options.Redactor.AddPersonal(secret.New(part))
	}
	return text, nil
}

// minToken is how long a part of an address must be to be taken for a token, and
// not for a word such as login.
const minToken = 10

// partsOf returns the parts of an address that may be a token, as the address has
// them and decoded.
func partsOf(address *url.URL) (parts []string) {
	candidates := strings.Split(address.EscapedPath(), "/")
	candidates = append(candidates, strings.Split(address.Path, "/")...)
	for _, values := range address.Query() {
		candidates = append(candidates, values...)
	}
	for _, part := range append(candidates, address.RawQuery, address.Fragment) {
		if len(part) >= minToken {
			parts = append(parts, part)
		}
	}
	return parts
}
