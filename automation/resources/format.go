package resources

import (
	"errors"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"passage/automation/secret"
)

// formats are what x-format may name beside the formats of JSON Schema. Their errors
// stay inside: the text is in formatMessages.
var formats = []*jsonschema.Format{
	{Name: "luhn", Validate: onStrings(secret.IsCardNumber)},
	{Name: "mmyy", Validate: onStrings(isMonthAndYear)},
}

var formatMessages = map[string]string{
	"luhn": "must be 12 to 19 digits, the last of which checks the others",
	"mmyy": "must be a month and a year, MM/YY",
	"date": "must be a date, YYYY-MM-DD",
}

var errFormat = errors.New("wrong form")

// onStrings follows JSON Schema: a format says nothing about other types.
func onStrings(valid func(string) bool) func(any) error {
	return func(value any) error {
		if text, ok := value.(string); ok && !valid(text) {
			return errFormat
		}
		return nil
	}
}

func isMonthAndYear(text string) bool {
	if len(text) != 5 || text[2] != '/' {
		return false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	month := 10*int(text[0]-'0') + int(text[1]-'0')
	return 1 <= month && month <= 12
}
