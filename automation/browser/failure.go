package browser

import (
	"net/url"
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
	return notFound(c, a, a.Reason)
}

// documentError returns the error that the document itself is: an error status, the
// browser's error page, a host that is not on the integration's list.
func (a *answer) documentError(b *Browser) error {
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
	case a.Status >= 500:
		return outcome.New(outcome.SiteUnavailable, "the site answered with status %d", a.Status)
	}
	return nil
}

func unlistedHost(host string) error {
	return outcome.New(outcome.SiteChanged, "the site sent the browser to %s, which is not on the integration's list of hosts", host)
}

// notFound is the error of an element that did not appear, or not as it should.
func notFound(c call, a *answer, why string) error {
	err := outcome.New(outcome.SiteChanged, "%s: not found in time", c.Op)
	if why != "" {
		err = outcome.New(outcome.SiteChanged, "%s: in time only: %s", c.Op, why)
	}
	if a != nil && len(a.InvalidFields) > 0 {
		err.Detail += "; the browser holds a form back, for what is in: " + strings.Join(a.InvalidFields, ", ")
	}
	for i, selector := range c.Selectors {
		for j, alternative := range strings.Split(selector, separator) {
			found := outcome.Selector{Selector: alternative}
			if i < len(c.names) {
				found.Name = c.names[i]
			}
			if a != nil {
				found.Matches, found.Near, found.Hiding = alternativeOf(a.Matches, i, j), alternativeOf(a.Near, i, j), alternativeOf(a.HiddenBy, i, j)
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
