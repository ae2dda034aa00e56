package main

import (
	"passage/cmd/passage/console"

	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"passage/automation"
	"passage/automation/outcome"
	"passage/automation/secret"
	"passage/views"
)

// interview asks somebody at a terminal what the hosted pages ask a person, in
// the same words.
type interview struct {
	*console.Terminal
	text    *views.Text
	service string
}

// fill puts the names into a sentence of the pages.
func (p *interview) fill(sentence string, pairs ...string) string {
	return views.Fill(sentence, append([]string{"service", p.service, "merchant", "the merchant"}, pairs...)...)
}

// Refused keeps no count: whoever tries a script knows what they type, and sees
// the step that refused it.
func (*interview) Refused(context.Context, string) error { return nil }

// Ask asks until the answer fits. An approval has no answer.
func (p *interview) Ask(ctx context.Context, prompt automation.Prompt) (automation.Answer, error) {
	p.introduce(prompt)
	if prompt.Kind == automation.KindApproval {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	for {
		values, err := p.answer(ctx, prompt)
		if errors.Is(err, io.EOF) {
			return nil, outcome.New(outcome.UserCancelled, "the input ended before this was answered")
		}
		if err != nil {
			return nil, err
		}
		faults := prompt.Validate(values)
		for _, name := range slices.Sorted(maps.Keys(faults)) {
			p.Say("  %s\n", p.fill(p.text.Reason(faults[name])))
		}
		if faults != nil {
			continue
		}
		answer := automation.Answer{}
		for name, value := range values {
			answer[name] = secret.New(value)
		}
		return answer, nil
	}
}

// introduce says what is asked, and why it is asked again.
func (p *interview) introduce(prompt automation.Prompt) {
	ask := p.text.Ask
	lines := []string{}
	switch prompt.Kind {
	case automation.KindCredentials:
		lines = append(lines, p.fill(ask.LogIn))
	case automation.KindOneTimeCode:
		sent := p.fill(ask.CodeSent)
		switch {
		case prompt.FromApp:
			sent = p.fill(ask.CodeFromApp)
		case prompt.SentTo != "":
			sent = p.fill(ask.CodeSentTo, "to", prompt.SentTo)
		}
		lines = append(lines, sent)
	case automation.KindChoice:
		lines = append(lines, p.fill(p.text.Choice(prompt.Reason)))
	case automation.KindApproval:
		lines = append(lines, p.fill(ask.Approve))
		if prompt.SentTo != "" {
			lines = append(lines, p.fill(ask.ApproveSentTo, "to", prompt.SentTo))
		}
		lines = append(lines, ask.ApproveGoesOn)
	case automation.KindText:
		lines = append(lines, p.fill(ask.Question), "“"+prompt.Question+"”")
	case automation.KindConfirm:
		lines = append(lines, ask.Confirm, ask.ConfirmNothingYet)
	}
	if prompt.Reason != "" && prompt.Kind != automation.KindChoice {
		why := p.fill(p.text.Reason(prompt.Reason))
		if prompt.AttemptsLeft > 0 {
			why += " " + ask.AttemptsLeft.Format(prompt.AttemptsLeft)
		}
		lines = append(lines, why)
	}
	if prompt.TimeLimit > 0 {
		lines = append(lines, p.fill(ask.TimeLimit, "time", p.text.Duration(time.Duration(prompt.TimeLimit)*time.Second)))
	}
	p.Say("\n? %s\n", strings.Join(lines, "\n  "))
}

// answer reads one answer, by the fields of the prompt's form.
func (p *interview) answer(ctx context.Context, prompt automation.Prompt) (map[string]string, error) {
	switch prompt.Kind {
	case automation.KindCredentials:
		values := map[string]string{}
		for _, field := range prompt.Fields {
			value, err := p.field(ctx, p.text.Field(field.Label), field.Secret)
			if err != nil {
				return nil, err
			}
			values[field.Name] = value
		}
		return values, nil
	case automation.KindOneTimeCode:
		return p.code(ctx, prompt)
	case automation.KindChoice:
		return p.choice(ctx, prompt)
	case automation.KindConfirm:
		return p.confirm(ctx, prompt)
	default:
		value, err := p.field(ctx, p.text.Ask.Answer, len(prompt.Fields) > 0 && prompt.Fields[0].Secret)
		return map[string]string{"text": value}, err
	}
}

func (p *interview) field(ctx context.Context, label string, secret bool) (string, error) {
	if secret {
		return p.Secret(ctx, "  "+label)
	}
	return p.Line(ctx, "  "+label)
}

func (p *interview) code(ctx context.Context, prompt automation.Prompt) (map[string]string, error) {
	label := p.text.Ask.CodeLabel
	if prompt.Digits > 0 {
		label = p.fill(p.text.Ask.CodeDigits, "n", strconv.Itoa(prompt.Digits))
	}
	if prompt.CanResend {
		label += " (nothing: " + p.text.Ask.Resend + ")"
	}
	value, err := p.Secret(ctx, "  "+label)
	if prompt.CanResend && strings.TrimSpace(value) == "" {
		return map[string]string{"action": "resend"}, err
	}
	return map[string]string{"code": value}, err
}

func (p *interview) choice(ctx context.Context, prompt automation.Prompt) (map[string]string, error) {
	for n, option := range prompt.Options {
		label := option.Label
		if label == "" {
			label = p.fill(p.text.Ask.Option, "n", strconv.Itoa(n+1))
		}
		p.Say("  %d  %s\n", n+1, label)
	}
	value, err := p.Line(ctx, "  1 to "+strconv.Itoa(len(prompt.Options)))
	number, convErr := strconv.Atoi(strings.TrimSpace(value))
	if convErr != nil || number < 1 || number > len(prompt.Options) {
		return map[string]string{"choice": value}, err // which the prompt will say is none of them
	}
	return map[string]string{"choice": prompt.Options[number-1].ID}, err
}

func (p *interview) confirm(ctx context.Context, prompt automation.Prompt) (map[string]string, error) {
	for _, change := range prompt.Changes {
		p.Say("  %s\n", p.text.Label(change.Label))
		if change.Before != "" {
			p.Say("    %s: %s\n", p.text.Ask.Before, change.Before)
		}
		p.Say("    %s: %s\n", p.text.Ask.After, change.After)
	}
	value, err := p.Line(ctx, "  yes: "+p.text.Ask.ConfirmYes+", no: "+p.text.Ask.ConfirmNo)
	return map[string]string{"confirm": strings.ToLower(strings.TrimSpace(value))}, err
}
