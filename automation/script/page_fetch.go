package script

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
	"passage/automation/secret"
)

// fetchWords are the words of the page that get JSON from the site.
var fetchWords = map[string]pageWord{
	"fetch": {(*page).fetch, manual{
		"page.fetch(path_or_url, timeout = 30, json = None, read_only = False, authorization = None, prefix = \"\") → value",
		"Gets JSON from the site, as its own scripts would: from the page, with its cookies, from hosts of the integration only. Returns dicts, lists, texts, numbers, True, False and None. At most 1 MiB. With json it sends that by POST. A POST is a submit, as page.submit is, unless read_only = True says that it changes nothing, as with query languages. authorization is the value of that header, a text or an opaque value such as page.stored gives. prefix is what some sites write before the JSON, such as )]}'.",
		"RATE_LIMITED for status 429, SITE_UNAVAILABLE for 5xx and if there is no answer, SITE_CHANGED for any other status but 2xx, for an answer without the prefix and for one that is not JSON. A POST that is a submit is refused in log-ins, in reads and in dry runs.",
		`history = page.fetch("/api/bills?year=2026")["content"]["historyList"]
orders = page.fetch("/graphql", json = {"query": "{ orders { id total } }"}, read_only = True, authorization = page.stored("token", before = "Bearer "))`,
	}},
	"stored": {(*page).stored, manual{
		"page.stored(key, field = \"\", before = \"\") → opaque value",
		"What the page keeps in its local or session storage under a key: for page.fetch(authorization =). If that is JSON, field is the path to the text in it, such as auth.token. before is put before it. The value is secret: it can only be passed on.",
		"SITE_CHANGED if there is nothing, or not at that field.",
		`token = page.stored("session", field = "access.token", before = "Bearer ")`,
	}},
}

func (p *page) fetch(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var destination, prefix string
	var path, timeout, sent, authorization starlark.Value
	var readOnly bool
	if err := starlark.UnpackArgs(w.step.Word, args, kwargs, "path_or_url", &path, "timeout?", &timeout, "json?", &sent,
		"read_only?", &readOnly, "authorization?", &authorization, "prefix?", &prefix); err != nil {
		return nil, err
	}
	// Only the authorization may be opaque.
	if err := dialect.Unpack(w.step.Word, starlark.Tuple{path}, nil, "path_or_url", &destination); err != nil {
		return nil, err
	}
	w.step.Selector, _, _ = strings.Cut(destination, "?") // a step must not hold the query
	request, err := p.request(destination, sent, authorization)
	if err != nil {
		return nil, fmt.Errorf("page.fetch: %w", err)
	}
	live, err := p.withTimeout(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.fetch: %w", err)
	}
	if request.JSON != "" && !readOnly {
		if err := p.submitting(w); err != nil {
			return nil, err
		}
	}
	reply, err := live.Fetch(p.run.ctx, request, dialect.MaxText)
	if err != nil {
		return nil, withOutcome(err)
	}
	w.step.Outcome = strconv.Itoa(reply.Status)
	if err := fetchError("fetch", reply.Status); err != nil {
		return nil, err
	}
	return p.decode(reply, prefix)
}

// request makes the request of a fetch.
func (p *page) request(destination string, sent, authorization starlark.Value) (browser.Request, error) {
	address, err := p.run.integration.address(destination)
	if err != nil {
		return browser.Request{}, err
	}
	request := browser.Request{Address: address}
	if sent != nil && sent != starlark.None {
		body, err := dialect.EncodeJSON(sent, func(text string) string { return text })
		if err != nil {
			return browser.Request{}, fmt.Errorf("json: %w", err)
		}
		request.JSON = string(body)
	}
	switch authorization := authorization.(type) {
	case nil, starlark.NoneType:
	case *dialect.Opaque:
		request.Authorization = authorization.Value().Reveal()
	case starlark.String:
		request.Authorization = string(authorization)
	default:
		return browser.Request{}, fmt.Errorf("authorization must be a text or an opaque value, not a %s", authorization.Type())
	}
	return request, nil
}

// submitting records that the operation's write is about to happen, or says why it
// must not.
func (p *page) submitting(w *invocation) error {
	if p.run.submitRefused != "" {
		return fmt.Errorf("page.fetch with json is refused in %s: %s; if the request changes nothing, say read_only = True", p.run.operation, p.run.submitRefused)
	}
	return p.run.options.Recorder.Submit(p.run.ctx, p.run.scrub(w.step.Selector))
}

func (p *page) decode(reply *browser.Reply, prefix string) (starlark.Value, error) {
	if err := p.run.allowance.Text(len(reply.Body)); err != nil {
		return nil, fmt.Errorf("page.fetch: %w", err)
	}
	body, ok := strings.CutPrefix(strings.TrimSpace(reply.Body), prefix)
	if !ok {
		return nil, outcome.New(outcome.SiteChanged, "fetch: the answer does not begin with %s", prompt.Quote(prefix))
	}
	value, err := dialect.DecodeJSON(body)
	if err != nil {
		return nil, outcome.New(outcome.SiteChanged, "fetch: the site answered with %s, which is %v", prompt.Quote(reply.Type), err)
	}
	return value, nil
}

func (p *page) stored(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key, field, before string
	if err := dialect.Unpack(w.step.Word, args, kwargs, "key", &key, "field?", &field, "before?", &before); err != nil {
		return nil, err
	}
	w.step.Selector = key
	text, ok, err := p.live.Stored(p.run.ctx, key)
	if err != nil {
		return nil, withOutcome(err)
	}
	if ok && field != "" {
		text, ok = textAt(text, strings.Split(field, "."))
	}
	if !ok {
		return nil, outcome.New(outcome.SiteChanged, "stored: the page keeps nothing there")
	}
	value := secret.New(text)
	p.run.options.Redactor.Add(value)
	return dialect.NewOpaque("page.stored", secret.New(before+text)), nil
}

// textAt returns the text at a path in JSON.
func textAt(text string, path []string) (string, bool) {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return "", false
	}
	for _, name := range path {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	found, ok := value.(string)
	return found, ok
}

// fetchError returns the outcome of a status that a word got; nil for 2xx. The status is 0 if
// there was no answer.
func fetchError(word string, status int) error {
	switch {
	case status == 0:
		return outcome.New(outcome.SiteUnavailable, "%s: there was no answer; is the page on another site than this, or the host not on the integration's list?", word)
	case status == http.StatusTooManyRequests:
		return outcome.New(outcome.RateLimited, "%s: the site answered with status 429", word)
	case status >= http.StatusInternalServerError:
		return outcome.New(outcome.SiteUnavailable, "%s: the site answered with status %d", word, status)
	case status < 200 || status > 299:
		return outcome.New(outcome.SiteChanged, "%s: the site answered with status %d", word, status)
	}
	return nil
}
