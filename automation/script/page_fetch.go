package script

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// fetchWords is the word of the page that gets JSON from the site.
var fetchWords = map[string]pageWord{
	"fetch": {(*page).fetch, manual{
		"page.fetch(path_or_url, timeout = 30) → value",
		"Gets JSON from the site by GET, as its own scripts would: from the page, with its cookies, from hosts of the integration only. Returns dicts, lists, texts, numbers, True, False and None. At most 1 MiB.",
		"RATE_LIMITED for status 429, SITE_UNAVAILABLE for 5xx and if there is no answer, SITE_CHANGED for any other status but 2xx and for an answer that is not JSON.",
		`history = page.fetch("/api/bills?year=2026")["content"]["historyList"]`,
	}},
}

func (p *page) fetch(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var destination string
	var timeout starlark.Value
	if err := dialect.Unpack(w.step.Word, args, kwargs, "path_or_url", &destination, "timeout?", &timeout); err != nil {
		return nil, err
	}
	w.step.Selector, _, _ = strings.Cut(destination, "?") // a step must not hold the query
	address, err := p.run.integration.address(destination)
	if err != nil {
		return nil, fmt.Errorf("page.fetch: %w", err)
	}
	live, err := p.withTimeout(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.fetch: %w", err)
	}
	reply, err := live.Fetch(p.run.ctx, address, dialect.MaxText)
	if err != nil {
		return nil, withOutcome(err)
	}
	w.step.Outcome = strconv.Itoa(reply.Status)
	if err := fetchError(reply.Status); err != nil {
		return nil, err
	}
	if err := p.run.allowance.Text(len(reply.Body)); err != nil {
		return nil, fmt.Errorf("page.fetch: %w", err)
	}
	value, err := dialect.DecodeJSON(reply.Body)
	if err != nil {
		return nil, outcome.New(outcome.SiteChanged, "fetch: the site answered with %s, which is %v", prompt.Quote(reply.Type), err)
	}
	return value, nil
}

// fetchError returns the outcome of a status; nil for 2xx. The status is 0 if
// there was no answer.
func fetchError(status int) error {
	switch {
	case status == 0:
		return outcome.New(outcome.SiteUnavailable, "fetch: there was no answer; is the page on another site than this, or the host not on the integration's list?")
	case status == http.StatusTooManyRequests:
		return outcome.New(outcome.RateLimited, "fetch: the site answered with status 429")
	case status >= http.StatusInternalServerError:
		return outcome.New(outcome.SiteUnavailable, "fetch: the site answered with status %d", status)
	case status < 200 || status > 299:
		return outcome.New(outcome.SiteChanged, "fetch: the site answered with status %d", status)
	}
	return nil
}
