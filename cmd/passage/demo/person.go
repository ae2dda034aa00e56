package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"passage/automation/browser"
	"passage/automation/sandbox"
)

// personPatience is how long the scripted user waits for the next screen. Each page
// of the slow scenario takes eight seconds.
const personPatience = 3 * time.Minute

// person is a scripted user of the hosted pages, with the answers of a scenario.
type person struct {
	page      *browser.Page
	scenario  sandbox.Scenario
	say       func(format string, args ...any) error
	code      func(context.Context) (string, error) // why the session failed; the pages do not show the code
	asked     string                                // the last answered prompt
	passwords int                                   // typed so far
	codes     int
}

// connect goes from the claim URL to the shop and returns the link's id, or the
// code of a session that fails for good.
func (p *person) connect(ctx context.Context, claimURL string) (linkID, code string, err error) {
	if err := p.page.Goto(ctx, claimURL); err != nil {
		return "", "", err
	}
	if err := p.click(ctx, "form button.primary"); err != nil {
		return "", "", err
	}
	for retried := false; ; {
		screen, err := p.next(ctx)
		if err != nil {
			return "", "", err
		}
		switch screen {
		case "shop":
			linkID, err := p.arrive(ctx)
			return linkID, "", err
		case "failed":
			code, err := p.code(ctx)
			if err != nil {
				return "", "", err
			}
			if err := p.say("The session failed with %s.\n", code); err != nil {
				return "", "", err
			}
			if retried || p.scenario.Again != sandbox.Complete {
				return "", code, nil
			}
			retried = true
			p.passwords, p.codes, p.asked = 0, 0, ""
			if err := p.click(ctx, `form[action$="/retry"] button`); err != nil {
				return "", "", err
			}
		default:
			if err := p.answer(ctx, screen); err != nil {
				return "", "", fmt.Errorf("answer %s: %w", screen, err)
			}
		}
	}
}

// next waits for a screen that needs an action and was not answered yet.
func (p *person) next(ctx context.Context) (string, error) {
	fresh := func(selector string) string {
		return fmt.Sprintf(`#live[data-prompt]:not([data-prompt="%s"]) %s`, p.asked, selector)
	}
	return p.page.Within(personPatience).WaitFor(ctx, []browser.Condition{
		{Name: "credentials", Selector: fresh("#field-password")},
		{Name: "code", Selector: fresh("#code")},
		{Name: "choice", Selector: fresh(".choices")},
		{Name: "question", Selector: fresh("#text")},
		{Name: "shop", Selector: "section#link[data-status]"},
		{Name: "failed", Selector: `#live[data-end="failed"] #title`},
	})
}

func (p *person) answer(ctx context.Context, screen string) (err error) {
	if err := p.say("asked for %s\n", screen); err != nil {
		return err
	}
	if p.asked, _, _, err = p.page.Attr(ctx, "#live", "data-prompt"); err != nil {
		return err
	}
	answers := p.scenario.Answers
	switch screen {
	case "credentials":
		err = errors.Join(p.fill(ctx, "#field-username", p.scenario.Username),
			p.fill(ctx, "#field-password", pick(answers.Passwords, &p.passwords)))
	case "code":
		code := pick(answers.Codes, &p.codes)
		if code == sandbox.Resend {
			return p.click(ctx, `button[name="action"]`)
		}
		// Before the code is typed: the page submits itself at the last digit, and
		// may be gone after it.
		submitsItself, err := p.page.Exists(ctx, "#code[data-digits]")
		if err != nil {
			return err
		}
		if err := p.fill(ctx, "#code", code); err != nil || submitsItself {
			return err
		}
	case "choice":
		err = p.click(ctx, fmt.Sprintf(`.choices input[value="%s"]`, answers.Choice))
	case "question":
		err = p.fill(ctx, "#text", answers.Text)
	}
	if err != nil {
		return err
	}
	return p.click(ctx, "form[data-ask] button.primary")
}

// pick takes the next answer; the last one is repeated.
func pick(answers []string, given *int) string {
	answer := answers[min(*given, len(answers)-1)]
	*given++
	return answer
}

// arrive reads the shop's page.
func (p *person) arrive(ctx context.Context) (linkID string, err error) {
	status, _, _, err := p.page.Attr(ctx, "section#link", "data-status")
	if err != nil {
		return "", err
	}
	if status != "complete" {
		return "", fmt.Errorf("the shop says that the link is %s", status)
	}
	linkID, _, err = p.page.Text(ctx, "section#link .fine code")
	return linkID, err
}

func (p *person) click(ctx context.Context, selector string) error {
	_, err := p.page.Click(ctx, selector)
	return err
}

func (p *person) fill(ctx context.Context, selector, text string) error {
	_, err := p.page.Fill(ctx, selector, text)
	return err
}
