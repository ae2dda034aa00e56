package script

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
	namePattern  = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]{0,39}$`)
	labelPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	tokenPattern = regexp.MustCompile(`^[a-z][a-z0-9 -]{0,63}$`)
)

// faults returns what is wrong with one field.
func (f Field) faults() []error {
	var faults []error
	if !namePattern.MatchString(f.Name) {
		faults = append(faults, fmt.Errorf("field: name %q must be letters, digits and underscores, starting with a lower-case letter", f.Name))
	}
	if !labelPattern.MatchString(f.Label) {
		faults = append(faults, fmt.Errorf("field: label = %q must be a key like %q; the text that belongs to it is in views", f.Label, "phone_or_email"))
	}
	if f.Autocomplete != "" && !tokenPattern.MatchString(f.Autocomplete) {
		faults = append(faults, fmt.Errorf("field: autocomplete = %q must be a token of HTML like %q", f.Autocomplete, "current-password"))
	}
	return faults
}
