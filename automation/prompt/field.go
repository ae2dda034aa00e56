package prompt

import (
	"fmt"
	"regexp"
)

// Field is one input of the credentials form. Label is a key; the text for
// people belongs to it in views.
type Field struct {
	Name         string `json:"name"`
	Label        string `json:"label"`
	Autocomplete string `json:"autocomplete,omitempty"`
	Secret       bool   `json:"secret,omitempty"`
}

var (
	validFieldName = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]{0,39}$`)
	validKey       = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	validToken     = regexp.MustCompile(`^[a-z][a-z0-9 -]{0,63}$`)
)

// IsKey reports whether a text can be the key of a label or a reason.
func IsKey(text string) bool { return validKey.MatchString(text) }

// Check returns everything that is wrong with a field, in words for the author of
// an integration.
func (f Field) Check() []error {
	var errs []error
	if !validFieldName.MatchString(f.Name) {
		errs = append(errs, fmt.Errorf("field: name %q must be letters, digits and underscores, starting with a lower-case letter", f.Name))
	}
	if !validKey.MatchString(f.Label) {
		errs = append(errs, fmt.Errorf("field: label = %q must be a key like %q; the text that belongs to it is in views", f.Label, "phone_or_email"))
	}
	if f.Autocomplete != "" && !validToken.MatchString(f.Autocomplete) {
		errs = append(errs, fmt.Errorf("field: autocomplete = %q must be a token of HTML like %q", f.Autocomplete, "current-password"))
	}
	return errs
}
