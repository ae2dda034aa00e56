package browser

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"passage/automation/outcome"
)

// errorOf returns the error that an answer stands for, or nil.
func (f *frame) errorOf(a *answer, c call) error {
	switch {
	case a.Invalid != "":
		return outcome.New(outcome.AutomationError, "%s: %s", c.Op, a.Invalid)
	case !a.TimedOut:
		return nil
	}
	if err := a.documentError(f.browser); err != nil {
		return err
	}
	if a.Navigating {
		return outcome.New(outcome.SiteUnavailable, "the site did not answer in time")
	}
	if len(a.Pending) > 0 {
		return outcome.New(outcome.SiteUnavailable, "the page was not loaded in time: it still waits for %s; goto(…, wait = \"shown\") works on what is there",
			strings.Join(a.Pending, ", "))
	}
	missing := notFound(c, a, a.Reason)
	if said := f.browser.dialogs.last(); said != "" {
		missing.Detail += fmt.Sprintf("; the page said in a dialog: %q", said)
	}
	refused := f.browser.process.RefusedHosts()
	return withFailed(withSigns(withRefused(missing, slices.Clone(refused)), a.Signs, refused), f.browser.failedResponses())
}

// withFailed adds to the error of an element that did not appear which requests of
// the page's the site refused: what they asked for may be the reason.
func withFailed(err *outcome.Error, failed []Response) error {
	texts := make([]string, 0, len(failed))
	for _, response := range slices.Backward(failed) {
		texts = append(texts, response.String())
	}
	if len(texts) > 0 {
		err.Detail += "; the site's own requests were answered " + strings.Join(texts, ", ")
	}
	return err
}

// namedHosts is how many refused hosts an error names.
const namedHosts = 5

// withRefused adds to the error of an element that did not appear which hosts the
// page asked for in vain: scripts and data of the site's may be there.
func withRefused(err *outcome.Error, hosts []string) *outcome.Error {
	if len(hosts) == 0 {
		return err
	}
	slices.Reverse(hosts) // the latest first
	more := ""
	if len(hosts) > namedHosts {
		hosts, more = hosts[:namedHosts], " and others"
	}
	err.Detail += "; the page was refused " + strings.Join(hosts, ", ") + more + ", which the integration's list of hosts does not have"
	return err
}

// documentError returns the error that the document itself is: an error status, the
// browser's error page, a host that is not on the integration's list.
func (a *answer) documentError(b *Browser) error {
	if err := a.documentFailure(b); err != nil {
		return withSigns(err, a.Signs, b.process.RefusedHosts())
	}
	return nil
}

func (a *answer) documentFailure(b *Browser) *outcome.Error {
	host := b.process.RefusedHost()
	switch u, err := url.Parse(a.URL); {
	case a.ErrorPage && host != "":
		return unlistedHost(host)
	case a.ErrorPage:
		return outcome.New(outcome.SiteUnavailable, "the browser could not open the page")
	case err == nil && u.Host != "" && !b.rules.Reaches(u):
		return unlistedHost(u.Host)
	case a.Status == 429:
		return outcome.New(outcome.RateLimited, "the site answered with status 429")
	case err == nil && (a.Status == http.StatusBadGateway || a.Status == http.StatusForbidden) && b.process.DialProblem(u.Scheme, u.Host) != "":
		return outcome.New(outcome.SiteUnavailable, "%s", b.process.DialProblem(u.Scheme, u.Host))
	case a.Status >= 500:
		return outcome.New(outcome.SiteUnavailable, "the site answered with status %d", a.Status)
	}
	return nil
}

func unlistedHost(host string) *outcome.Error {
	err := outcome.New(outcome.SiteChanged, "the site sent the browser to %s, which is not on the integration's list of hosts", host)
	if name, ok := guardAt(place{Host: host}); ok {
		err.Detail += ": it is a host of " + name + ", so this may be a captcha or a wall (SITE_BLOCKED)"
	}
	return err
}

// notFound is the error of an element that did not appear, or not as it should.
func notFound(c call, a *answer, why string) *outcome.Error {
	err := outcome.New(outcome.SiteChanged, "%s: not found in time", c.Op)
	switch {
	case a != nil && a.Several > 0:
		err = outcome.New(outcome.SiteChanged, "%s: %d elements match, and it works on one: %s", c.Op, a.Several, a.listCandidates())
	case a != nil && a.ChoiceCount > 0:
		err = outcome.New(outcome.AutomationError, "select: there is %s (%d); wanted %s", a.listChoices(), a.ChoiceCount, shorten(c.Text))
	case why != "":
		err = outcome.New(outcome.SiteChanged, "%s: not possible in time: %s", c.Op, why)
	}
	if a != nil && len(a.InvalidFields) > 0 {
		err.Detail += "; the browser holds a form back, for what is in: " + strings.Join(a.InvalidFields, ", ")
	}
	if a != nil && len(a.Messages) > 0 {
		err.Detail += fmt.Sprintf("; the page says: %q", a.Messages)
	}
	for i, selector := range c.Selectors {
		for j, alternative := range strings.Split(selector, separator) {
			found := outcome.Selector{Selector: alternative}
			if i < len(c.names) {
				found.Name = c.names[i]
			}
			if a != nil {
				found.Matches, found.Missing = alternativeOf(a.Matches, i, j), alternativeOf(a.Missing, i, j)
				found.Near, found.Hiding = alternativeOf(a.Near, i, j), alternativeOf(a.HiddenBy, i, j)
			}
			err.Selectors = append(err.Selectors, found)
		}
	}
	return err
}

// alternativeOf returns an answer's entry for an alternative of a selector, or zero.
func alternativeOf[T any](of [][]T, selector, alternative int) (one T) {
	if selector < len(of) && alternative < len(of[selector]) {
		one = of[selector][alternative]
	}
	return one
}

// listCandidates describes the elements between which a call could not decide.
func (a *answer) listCandidates() string {
	list := strings.Join(a.Candidates, ", ")
	if len(a.Candidates) < a.Several {
		list += ", …"
	}
	return list + "; say which with a longer selector, with >> nth=0 or with first = True"
}

// listChoices names the first options of a list.
func (a *answer) listChoices() string {
	list := strings.Join(a.Choices, ", ")
	if len(a.Choices) < a.ChoiceCount {
		list += ", …"
	}
	return list
}

// maxQuoted is how many characters of a text an error quotes.
const maxQuoted = 60

func shorten(text string) string {
	if runes := []rune(text); len(runes) > maxQuoted {
		return string(runes[:maxQuoted]) + "…"
	}
	return text
}
