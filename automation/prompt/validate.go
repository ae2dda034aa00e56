package prompt

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxAnswer = 1024 // bytes of one value

// Validate checks what was sent against what was asked. It returns the answer in
// the form in which it is to be used, and a reason code for each invalid field: nil
// if there is none. Codes are written in the digits 0 to 9 without what was copied
// along, and user names without white space at their ends.
func (p Prompt) Validate(values map[string]string) (answer, invalid map[string]string) {
	values = p.normalize(values)
	v := validator{values: values, errors: map[string]string{}}
	for name, value := range values {
		if len(value) > maxAnswer {
			v.errors[name] = "too_long"
		}
	}
	switch p.Kind {
	case Credentials:
		for _, field := range p.Fields {
			v.require(field.Name, anyText)
		}
	case OneTimeCode:
		switch {
		case values[ActionField] != Resend:
			v.require(CodeField, p.checkCode)
		case !p.CanResend:
			v.errors[ActionField] = unknownOption
		}
	case Choice:
		v.require(ChoiceField, p.checkChoice)
	case Text:
		v.require(TextField, anyText)
	case Confirm:
		v.require(ConfirmField, checkConfirm)
	case Approval:
		// There is nothing to send: the site notices the approval itself.
	}
	if len(v.errors) == 0 {
		return values, nil
	}
	return values, v.errors
}

// validator collects the reason codes of one answer, by field name.
type validator struct {
	values map[string]string
	errors map[string]string
}

// require notes what is wrong with a field that must be there: check returns a
// reason code, or "" for a valid value.
func (v validator) require(name string, check func(string) string) {
	switch value := v.values[name]; {
	case v.errors[name] != "":
	case strings.TrimSpace(value) == "":
		v.errors[name] = "required"
	default:
		if reason := check(value); reason != "" {
			v.errors[name] = reason
		}
	}
}

const unknownOption = "unknown_option"

func anyText(string) string { return "" }

func checkConfirm(value string) string {
	if value != "yes" && value != "no" {
		return unknownOption
	}
	return ""
}

func (p Prompt) checkCode(value string) string {
	if p.Digits > 0 && (len(value) != p.Digits || strings.Trim(value, "0123456789") != "") {
		return "digits"
	}
	return ""
}

func (p Prompt) checkChoice(value string) string {
	if !p.HasOption(value) {
		return unknownOption
	}
	return ""
}

// HasOption reports whether one of a choice's options has an id.
func (p Prompt) HasOption(id string) bool {
	return slices.ContainsFunc(p.Options, func(o Option) bool { return o.ID == id })
}

const maxQuote = 200 // runes

// Quote makes a text from a site fit to be shown as a quotation: without control
// characters and characters that change the direction of text, with white space
// collapsed, and at most 200 characters long.
func Quote(text string) string {
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
