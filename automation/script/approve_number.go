package script

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/prompt"
)

// maxNumber is how many characters the number of an approval may have. Sites show
// two or three digits, and some a letter beside them.
const maxNumber = 12

var fixedNumber = regexp.MustCompile(`^[0-9]{1,4}$`)

// matchNumber puts the number that the site shows into the prompt of an approval.
// If it is given by a selector, it is watched.
func (u *user) matchNumber(asked *prompt.Prompt, expected *outcomes, number starlark.Value) (err error) {
	if text, ok := starlark.AsString(number); ok && fixedNumber.MatchString(text) {
		asked.Number = text
		return nil
	}
	selector, _, err := selectorText(number, elementProblem)
	if err != nil {
		return fmt.Errorf("user.approve: number: %w", err)
	}
	text, _, err := u.run.options.Page.Text(u.run.ctx, selector)
	if err != nil {
		return withOutcome(err)
	}
	if text != "" { // else the page is about to write it
		if asked.Number, err = u.number(text); err != nil {
			return err
		}
	}
	expected.observe = &numberWatch{user: u, selector: selector, asked: *asked, begun: time.Now()}
	return nil
}

// number checks a text that is to be shown as the number.
func (u *user) number(text string) (string, error) {
	shown := u.run.quote(text)
	if utf8.RuneCountInString(shown) > maxNumber || !strings.ContainsAny(shown, "0123456789") {
		return "", outcome.New(outcome.AutomationError, "user.approve: number must match a number alone, not %q", shown)
	}
	return shown, nil
}

// numberWatch shows a new prompt when the number of an approval changes.
type numberWatch struct {
	user     *user
	selector string
	asked    prompt.Prompt // as it is shown now
	begun    time.Time
	show     func(prompt.Prompt)
}

// look reads the number again. A number that is gone stays in the prompt: the
// outcome is on its way.
func (n *numberWatch) look(ctx context.Context) error {
	live := n.user.run.options.Page.Within(predicateTimeout)
	rows, err := live.Rows(ctx, n.selector, []browser.Column{{Name: "number"}})
	if err != nil {
		typed, ok := errors.AsType[*outcome.Error](err)
		if ok && (typed.Code == outcome.SiteChanged || typed.Code == outcome.SiteUnavailable) {
			return nil // the document is being replaced
		}
		return withOutcome(err)
	}
	if len(rows) == 0 || rows[0]["number"] == nil || strings.TrimSpace(*rows[0]["number"]) == "" {
		return nil
	}
	number, err := n.user.number(*rows[0]["number"])
	if err != nil || number == n.asked.Number {
		return err
	}
	left := n.asked.TimeLimit - int(time.Since(n.begun)/time.Second)
	n.asked.Number, n.asked.TimeLimit, n.begun = number, max(1, left), time.Now()
	n.show(n.asked)
	return nil
}
