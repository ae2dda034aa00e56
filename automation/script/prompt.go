package script

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"passage/automation/secret"
)

// Kind is what a prompt asks for.
type Kind string

// The kinds of prompts.
const (
	KindCredentials Kind = "credentials"
	KindOneTimeCode Kind = "one_time_code"
	KindChoice      Kind = "choice"
	KindApproval    Kind = "approval"
	KindText        Kind = "text"
	KindConfirm     Kind = "confirm"
)

// Option is one answer of a choice. The label is the site's own words.
type Option struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Change is one thing that a confirmation is about. Label is a key or the
// site's own word; Before and After are the site's own words.
type Change struct {
	Label  string `json:"label"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Prompt is a question that only the person can answer. It is stored as JSON
// and holds no answer and no secret. SentTo, Question and the labels of options
// quote the site: without control characters, 200 characters at most.
type Prompt struct {
	Kind         Kind     `json:"kind"`
	Reason       string   `json:"reason,omitempty"` // why it is asked again: wrong_password, wrong_code…; empty the first time
	Fields       []Field  `json:"fields,omitempty"`
	AttemptsLeft int      `json:"attemptsLeft,omitempty"`
	SentTo       string   `json:"sentTo,omitempty"`
	FromApp      bool     `json:"fromApp,omitempty"` // the code is an authenticator app's: nobody sends one
	Digits       int      `json:"digits,omitempty"`
	CanResend    bool     `json:"canResend,omitempty"`
	Options      []Option `json:"options,omitempty"`
	Question     string   `json:"question,omitempty"`
	Changes      []Change `json:"changes,omitempty"`
	TimeLimit    int      `json:"timeLimit,omitempty"` // seconds that the site gives; 0 for none
}

// The fields of answers, beside those of the credentials form.
const (
	answerAction  = "action"
	answerCode    = "code"
	answerChoice  = "choice"
	answerText    = "text"
	answerConfirm = "confirm"
	actionResend  = "resend"
)

// Answer is what a person gave to a prompt, by field name.
type Answer map[string]secret.Value

const maxAnswer = 1024 // bytes of one value

// Validate checks what a person sent against what was asked. It returns a
// reason code for each faulty field, and nil when the answer can be used.
func (p Prompt) Validate(values map[string]string) map[string]string {
	faults := map[string]string{}
	for name, value := range values {
		if len(value) > maxAnswer {
			faults[name] = "too_long"
		}
	}
	require := func(name string, also func(string) string) {
		switch value := values[name]; {
		case faults[name] != "":
		case strings.TrimSpace(value) == "":
			faults[name] = "required"
		default:
			if reason := also(value); reason != "" {
				faults[name] = reason
			}
		}
	}
	any := func(string) string { return "" }
	switch p.Kind {
	case KindCredentials:
		for _, field := range p.Fields {
			require(field.Name, any)
		}
	case KindOneTimeCode:
		if values[answerAction] == actionResend {
			if !p.CanResend {
				faults[answerAction] = "unknown_option"
			}
			break
		}
		require(answerCode, p.checkCode)
	case KindChoice:
		require(answerChoice, p.checkChoice)
	case KindText:
		require(answerText, any)
	case KindConfirm:
		require(answerConfirm, func(value string) string {
			if value != "yes" && value != "no" {
				return "unknown_option"
			}
			return ""
		})
	case KindApproval:
		// Nothing to send: the site notices.
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

func (p Prompt) checkCode(value string) string {
	code := plainCode(value)
	if p.Digits > 0 && (len(code) != p.Digits || strings.Trim(code, "0123456789") != "") {
		return "digits"
	}
	return ""
}

func (p Prompt) checkChoice(value string) string {
	for _, option := range p.Options {
		if option.ID == value {
			return ""
		}
	}
	return "unknown_option"
}

// plainCode takes out what people copy along with a code: “123 456”, “123-456”.
func plainCode(value string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, value)
}

const maxQuote = 200 // runes

// quote makes a text of a site fit to be shown as a quotation: no control or
// direction-changing characters, white space collapsed, 200 characters at most.
func quote(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= maxQuote {
		return text
	}
	return string([]rune(text)[:maxQuote-1]) + "…"
}
