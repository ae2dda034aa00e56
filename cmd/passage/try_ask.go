package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/secret"
	"passage/cmd/passage/console"
	"passage/views"
)

// interview asks at a terminal what the hosted pages ask a user, in the same
// words.
type interview struct {
	*console.Terminal
	text    *views.Text
	service string
}

// fill inserts the names into a sentence of the pages.
func (p *interview) fill(sentence string, pairs ...string) string {
	return views.Fill(sentence, append([]string{"service", p.service, "merchant", "the merchant"}, pairs...)...)
}

// Refused does nothing: there is no lock-out count to keep in a trial.
func (*interview) Refused(context.Context, string) error { return nil }

// Ask asks until the answer fits. An approval has no answer.
func (p *interview) Ask(ctx context.Context, asked prompt.Prompt) (prompt.Answer, error) {
	p.introduce(asked)
	if asked.Kind == prompt.Approval {
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	for {
		values, err := p.answer(ctx, asked)
		if errors.Is(err, io.EOF) {
			return nil, outcome.New(outcome.UserCancelled, "the input ended before this was answered")
		}
		if err != nil {
			return nil, err
		}
		values, errs := asked.Validate(values)
		for _, name := range slices.Sorted(maps.Keys(errs)) {
			p.Say("  %s\n", p.fill(p.text.Reason(errs[name])))
		}
		if errs != nil {
			continue
		}
		answer := prompt.Answer{}
		for name, value := range values {
			answer[name] = secret.New(value)
		}
		return answer, nil
	}
}

// introduce prints the question, and why it is asked again.
func (p *interview) introduce(asked prompt.Prompt) {
	ask := p.text.Ask
	lines := []string{}
	switch asked.Kind {
	case prompt.Credentials:
		lines = append(lines, p.fill(ask.LogIn))
	case prompt.OneTimeCode:
		sent := p.fill(ask.CodeSent)
		switch {
		case asked.FromApp:
			sent = p.fill(ask.CodeFromApp)
		case asked.SentTo != "":
			sent = p.fill(ask.CodeSentTo, "to", asked.SentTo)
		}
		lines = append(lines, sent)
	case prompt.Choice:
		lines = append(lines, p.fill(p.text.Choice(asked.Reason)))
	case prompt.Approval:
		if asked.Number == "" {
			lines = append(lines, p.fill(ask.Approve))
		} else {
			lines = append(lines, p.fill(ask.ApproveNumber, "number", asked.Number))
		}
		if asked.SentTo != "" {
			lines = append(lines, p.fill(ask.ApproveSentTo, "to", asked.SentTo))
		}
		lines = append(lines, ask.ApproveGoesOn)
	case prompt.Text:
		lines = append(lines, p.fill(ask.Question), "“"+asked.Question+"”")
	case prompt.Confirm:
		lines = append(lines, ask.Confirm, ask.ConfirmNothingYet)
	}
	if asked.Reason != "" && asked.Kind != prompt.Choice {
		why := p.fill(p.text.Reason(asked.Reason))
		if asked.AttemptsLeft > 0 {
			why += " " + ask.AttemptsLeft.Format(asked.AttemptsLeft)
		}
		lines = append(lines, why)
	}
	if asked.TimeLimit > 0 {
		lines = append(lines, p.fill(ask.TimeLimit, "time", p.text.Duration(time.Duration(asked.TimeLimit)*time.Second)))
	}
	p.Say("\n? %s\n", strings.Join(lines, "\n  "))
}

// answer reads one answer, by the fields of the prompt's form.
func (p *interview) answer(ctx context.Context, asked prompt.Prompt) (map[string]string, error) {
	switch asked.Kind {
	case prompt.Credentials:
		values := map[string]string{}
		for _, field := range asked.Fields {
			value, err := p.field(ctx, p.text.Field(field.Label), field.Secret)
			if err != nil {
				return nil, err
			}
			values[field.Name] = value
		}
		return values, nil
	case prompt.OneTimeCode:
		return p.code(ctx, asked)
	case prompt.Choice:
		return p.choice(ctx, asked)
	case prompt.Confirm:
		return p.confirm(ctx, asked)
	default:
		value, err := p.field(ctx, p.text.Ask.Answer, len(asked.Fields) > 0 && asked.Fields[0].Secret)
		return map[string]string{"text": value}, err
	}
}

func (p *interview) field(ctx context.Context, label string, isSecret bool) (string, error) {
	if isSecret {
		return p.Secret(ctx, "  "+label)
	}
	return p.Line(ctx, "  "+label)
}

func (p *interview) code(ctx context.Context, asked prompt.Prompt) (map[string]string, error) {
	label := p.text.Ask.CodeLabel
	if asked.Digits > 0 {
		label = p.fill(p.text.Ask.CodeDigits, "n", strconv.Itoa(asked.Digits))
	}
	if asked.CanResend {
		label += " (nothing: " + p.text.Ask.Resend + ")"
	}
	value, err := p.Secret(ctx, "  "+label)
	if asked.CanResend && strings.TrimSpace(value) == "" {
		return map[string]string{"action": "resend"}, err
	}
	return map[string]string{"code": value}, err
}

func (p *interview) choice(ctx context.Context, asked prompt.Prompt) (map[string]string, error) {
	for n, option := range asked.Options {
		label := option.Label
		if label == "" {
			label = p.fill(p.text.Ask.Option, "n", strconv.Itoa(n+1))
		}
		p.Say("  %d  %s\n", n+1, label)
	}
	value, err := p.Line(ctx, "  1 to "+strconv.Itoa(len(asked.Options)))
	number, convErr := strconv.Atoi(strings.TrimSpace(value))
	if convErr != nil || number < 1 || number > len(asked.Options) {
		return map[string]string{"choice": value}, err // which the prompt refuses
	}
	return map[string]string{"choice": asked.Options[number-1].ID}, err
}

func (p *interview) confirm(ctx context.Context, asked prompt.Prompt) (map[string]string, error) {
	for _, change := range asked.Changes {
		p.Say("  %s\n", p.text.Label(change.Label))
		if change.Before != "" {
			p.Say("    %s: %s\n", p.text.Ask.Before, change.Before)
		}
		p.Say("    %s: %s\n", p.text.Ask.After, change.After)
	}
	value, err := p.Line(ctx, "  yes: "+p.text.Ask.ConfirmYes+", no: "+p.text.Ask.ConfirmNo)
	return map[string]string{"confirm": strings.ToLower(strings.TrimSpace(value))}, err
}
