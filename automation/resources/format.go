package resources

import (
	"errors"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// formats are the two formats that JSON Schema does not have. Their errors
// stay inside: the text is in formatMessages.
var formats = []*jsonschema.Format{
	{Name: "luhn", Validate: onStrings(isCardNumber)},
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

// isCardNumber checks the length and the check digit of ISO/IEC 7812-1.
func isCardNumber(text string) bool {
	if len(text) < 12 || len(text) > 19 {
		return false
	}
	sum := 0
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
		digit := int(text[i] - '0')
		if (len(text)-i)%2 == 0 { // every second one, counted from the right
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
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
