package parse

import (
	"errors"
	"fmt"

	"passage/automation/prompt"
)

// unclearError is about a text that can be read if its author does something.
type unclearError struct{ what, advice string }

func (e unclearError) Error() string { return e.what }

func several(what string) error {
	return unclearError{"there is more than one " + what, "give it the part with the one that is meant"}
}

// inText adds the text that an error is about, and what to do.
func inText(err error, text string) error {
	if err == nil {
		return nil
	}
	if unclear, ok := errors.AsType[unclearError](err); ok {
		return fmt.Errorf("%w in %q: %s", err, prompt.Quote(text), unclear.advice)
	}
	return fmt.Errorf("%w in %q", err, prompt.Quote(text))
}
