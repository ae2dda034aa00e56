package api

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"passage/web/api/strictjson"
	"passage/web/problem"
)

// apiError is a Problem as huma writes it.
type apiError struct {
	problem.Body
	problem *problem.Problem
}

func onWire(p *problem.Problem) *apiError { return &apiError{p.Body(), p} }

func (e *apiError) Error() string           { return e.problem.Error() }
func (e *apiError) GetStatus() int          { return e.problem.Status }
func (e *apiError) GetHeaders() http.Header { return e.problem.Headers() }

// replaceErrors replaces huma's errors of parameters and unreadable bodies by ours.
// huma offers only this global for it.
var replaceErrors = sync.OnceFunc(func() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return onWire(fromHuma(status, errs))
	}
})

func fromHuma(status int, errs []error) *problem.Problem {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](errors.Join(errs...)); ok {
		return problem.FromError(tooLarge)
	}
	switch status {
	case http.StatusRequestEntityTooLarge:
		return problem.TooLarge()
	case http.StatusRequestTimeout:
		return problem.TooSlow()
	case http.StatusUnprocessableEntity:
		return problem.Invalid(parameterIssues(errs)...)
	default: // no body, or one that broke off
		return problem.BadJSON()
	}
}

func parameterIssues(errs []error) []problem.Issue {
	var found strictjson.Issues
	for _, err := range errs {
		var detailer huma.ErrorDetailer
		if !errors.As(err, &detailer) {
			continue
		}
		detail := detailer.ErrorDetail() // its Value is what was sent, and is not repeated
		_, name, _ := strings.Cut(detail.Location, ".")
		found.Add(name, reword(detail.Message))
	}
	return found.List()
}

// rewordings replace huma's texts, which are not part of the contract.
var rewordings = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`^expected number >= (\d+)$`), "must be at least $1"},
	{regexp.MustCompile(`^expected number <= (\d+)$`), "must be at most $1"},
	{regexp.MustCompile(`^expected length <= (\d+)$`), "must have at most $1 characters"},
	{regexp.MustCompile(`^expected value to be one of "([a-z, ]+)"$`), "must be one of $1"},
	{regexp.MustCompile(`^invalid integer$`), "must be an integer"},
	{regexp.MustCompile(`^expected string to be a reference$`), "must be a reference such as sess_4KwX0b2N"},
	{regexp.MustCompile(`^required path parameter is missing$`), "is required"},
	{regexp.MustCompile(`^unknown query parameter$`), "is not a known parameter"},
}

func reword(text string) string {
	for _, rewording := range rewordings {
		if rewording.pattern.MatchString(text) {
			return rewording.pattern.ReplaceAllString(text, rewording.text)
		}
	}
	return "is not valid"
}
