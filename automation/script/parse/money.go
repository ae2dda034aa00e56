// Package parse reads amounts of money, dates and times as sites write them. It
// knows the formats that are common on sites in the languages of western Europe;
// it does not know Starlark or the page.
//
// Its invariant: it never guesses. A text that can be read in two ways, or that
// holds two amounts or dates, is an error that says what to add.
package parse

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"passage/automation/prompt"
)

const maxText = 500 // bytes of a text that is parsed

var (
	amountPattern = regexp.MustCompile(`\d+(?:[.,' \x{00a0}\x{202f}\x{2009}\x{2019}]\d+)*`)
	codePattern   = regexp.MustCompile(`\b[A-Z]{3}\b`)
)

// symbols are the signs of currencies, the longer ones first. A bare $ is the US
// dollar.
var symbols = []struct{ sign, currency string }{
	{"US$", "USD"}, {"CA$", "CAD"}, {"C$", "CAD"}, {"AU$", "AUD"}, {"A$", "AUD"}, {"NZ$", "NZD"}, {"HK$", "HKD"}, {"MX$", "MXN"}, {"S$", "SGD"}, {"R$", "BRL"},
	{"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}, {"¥", "JPY"}, {"₹", "INR"}, {"₩", "KRW"}, {"₺", "TRY"}, {"₽", "RUB"}, {"zł", "PLN"}, {"₪", "ILS"}, {"₱", "PHP"},
}

var currencies = []string{
	"AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KRW",
	"MXN", "MYR", "NOK", "NZD", "PEN", "PHP", "PLN", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR",
}

// Amount is an amount of money.
type Amount struct {
	Value    float64
	Currency string // an ISO 4217 code, or empty if the text does not say
}

// IsCurrency reports whether a text is the ISO 4217 code of a known currency.
func IsCurrency(code string) bool { return slices.Contains(currencies, code) }

// Money reads the one amount in a text. currency overrides the currency in the
// text. decimal is the mark before the fraction, empty if the text makes it
// clear.
func Money(text, currency, decimal string) (Amount, error) {
	trimmed := strings.TrimSpace(text)
	if len(trimmed) > maxText {
		return Amount{}, fmt.Errorf("a text of %d bytes is no amount", len(trimmed))
	}
	found := amountPattern.FindAllStringIndex(trimmed, -1)
	switch {
	case len(found) == 0:
		return Amount{}, fmt.Errorf("there is no amount in %q", prompt.Quote(trimmed))
	case len(found) > 1:
		return Amount{}, fmt.Errorf("there is more than one number in %q: give it the part with the amount", prompt.Quote(trimmed))
	}
	start, end := found[0][0], found[0][1]
	number, err := plainNumber(trimmed[start:end], decimal)
	if err != nil {
		return Amount{}, fmt.Errorf("%w in %q", err, prompt.Quote(trimmed))
	}
	amount, err := strconv.ParseFloat(number, 64)
	if err != nil || len(number) > 16 {
		return Amount{}, fmt.Errorf("the number is too long in %q", prompt.Quote(trimmed))
	}
	before, after := trimmed[:start], trimmed[end:]
	if isNegative(before, after) && amount != 0 {
		amount = -amount
	}
	if currency == "" {
		currency = currencyIn(before + " " + after)
	}
	return Amount{amount, currency}, nil
}

// isNegative reports whether there is a minus sign beside the amount, brackets
// around it, or “CR” after it.
func isNegative(before, after string) bool {
	head := strings.TrimRightFunc(before, func(r rune) bool { return !strings.ContainsRune("-−–(", r) })
	minus := strings.HasSuffix(head, "-") || strings.HasSuffix(head, "−") || strings.HasSuffix(head, "–")
	if tail := before[len(head):]; strings.ContainsFunc(tail, isWordRune) && len(strings.TrimSpace(tail)) > 3 {
		minus = false // a dash between words, and then the amount
	}
	trailing := strings.TrimSpace(after)
	brackets := strings.HasSuffix(head, "(") && strings.Contains(after, ")")
	return minus || brackets || strings.HasPrefix(trailing, "-") && !strings.ContainsFunc(trailing, isWordRune) || trailing == "CR"
}

func currencyIn(text string) string {
	for _, code := range codePattern.FindAllString(text, -1) {
		if slices.Contains(currencies, code) {
			return code
		}
	}
	for _, one := range symbols {
		if strings.Contains(text, one.sign) {
			return one.currency
		}
	}
	return ""
}

// plainNumber removes the marks between thousands and makes the decimal mark a
// point. One mark before exactly three digits may be either: a comma then
// separates thousands, and a point is an error.
func plainNumber(text, decimal string) (string, error) {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune("' \u00a0\u202f\u2009\u2019", r) {
			return -1
		}
		return r
	}, text)
	if decimal == "" {
		var err error
		if decimal, err = decimalMark(text); err != nil {
			return "", err
		}
	}
	thousands := ","
	if decimal == "," {
		thousands = "."
	}
	text = strings.ReplaceAll(text, thousands, "")
	if strings.Count(text, decimal) > 1 {
		return "", errors.New("there are two decimal marks")
	}
	return strings.Replace(text, decimal, ".", 1), nil
}

func decimalMark(text string) (string, error) {
	comma, point := strings.LastIndex(text, ","), strings.LastIndex(text, ".")
	switch {
	case comma < 0 && point < 0, comma < 0 && strings.Count(text, ".") == 1 && len(text)-point != 4:
		return ".", nil
	case comma >= 0 && point >= 0:
		if comma > point {
			return ",", nil
		}
		return ".", nil
	case strings.Count(text, ",") > 1, comma >= 0 && len(text)-comma == 4:
		return ".", nil
	case comma >= 0, strings.Count(text, ".") > 1:
		return ",", nil
	}
	return "", fmt.Errorf("%s may be thousands or a fraction: say decimal = %q or decimal = %q", text, ".", ",")
}

// isWordRune reports whether a rune is a letter or a digit.
func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
