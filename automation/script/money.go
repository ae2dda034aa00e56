package script

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

	"go.starlark.net/starlark"
)

// Parsing amounts of money as sites write them.

const maxParsed = 500 // bytes of a text that money or date reads

var (
	amountPattern = regexp.MustCompile(`\d+(?:[.,' \x{00a0}\x{202f}\x{2009}\x{2019}]\d+)*`)
	codePattern   = regexp.MustCompile(`\b[A-Z]{3}\b`)
)

// symbols are currencies by the signs that sites write, the longer ones first.
// A bare $ is the US dollar where nothing else is said.
var symbols = []struct{ sign, currency string }{
	{"US$", "USD"}, {"CA$", "CAD"}, {"C$", "CAD"}, {"AU$", "AUD"}, {"A$", "AUD"}, {"NZ$", "NZD"}, {"HK$", "HKD"}, {"MX$", "MXN"}, {"S$", "SGD"}, {"R$", "BRL"},
	{"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}, {"¥", "JPY"}, {"₹", "INR"}, {"₩", "KRW"}, {"₺", "TRY"}, {"₽", "RUB"}, {"zł", "PLN"}, {"₪", "ILS"}, {"₱", "PHP"},
}

var currencies = []string{
	"AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KRW",
	"MXN", "MYR", "NOK", "NZD", "PEN", "PHP", "PLN", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR",
}

// money is an amount with its currency, an ISO 4217 code or empty.
type money struct {
	amount   float64
	currency string
}

// parseMoney reads the one amount in a text. decimal is the mark before the
// fraction, or empty where the text itself tells.
func parseMoney(text, currency, decimal string) (money, error) {
	seen := strings.TrimSpace(text)
	if len(seen) > maxParsed {
		return money{}, fmt.Errorf("a text of %d bytes is no amount", len(seen))
	}
	found := amountPattern.FindAllStringIndex(seen, -1)
	switch {
	case len(found) == 0:
		return money{}, fmt.Errorf("there is no amount in %q", prompt.Quote(seen))
	case len(found) > 1:
		return money{}, fmt.Errorf("there is more than one number in %q: give it the part with the amount", prompt.Quote(seen))
	}
	start, end := found[0][0], found[0][1]
	number, err := plainNumber(seen[start:end], decimal)
	if err != nil {
		return money{}, fmt.Errorf("%w in %q", err, prompt.Quote(seen))
	}
	amount, err := strconv.ParseFloat(number, 64)
	if err != nil || len(number) > 16 {
		return money{}, fmt.Errorf("the number is too long in %q", prompt.Quote(seen))
	}
	before, after := seen[:start], seen[end:]
	if negative(before, after) && amount != 0 {
		amount = -amount
	}
	if currency == "" {
		currency = currencyIn(before + " " + after)
	}
	return money{amount, currency}, nil
}

// negative: a minus sign beside the amount, brackets around it, or “CR” after it.
func negative(before, after string) bool {
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

// plainNumber takes the marks between thousands out and makes the decimal mark
// a point. One mark before exactly three digits may be either: a comma is then
// taken for thousands, and a point for a question.
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

func sayMoney(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var text, currency, decimal string
	if err := unpack(b.Name(), args, kwargs, "text", &text, "currency?", &currency, "decimal?", &decimal); err != nil {
		return nil, err
	}
	if decimal != "" && decimal != "." && decimal != "," {
		return nil, fmt.Errorf("money: decimal = %q must be %q or %q", prompt.Quote(decimal), ".", ",")
	}
	if currency != "" && !slices.Contains(currencies, currency) {
		return nil, fmt.Errorf("money: currency = %q is no code of a currency that is known here", prompt.Quote(currency))
	}
	parsed, err := parseMoney(text, currency, decimal)
	if err != nil {
		return nil, fmt.Errorf("money: %w", err)
	}
	if err := allowanceOf(thread).items(2); err != nil {
		return nil, fmt.Errorf("money: %w", err)
	}
	var named starlark.Value = starlark.None
	if parsed.currency != "" {
		named = starlark.String(parsed.currency)
	}
	dict := starlark.NewDict(2)
	return dict, errors.Join(
		dict.SetKey(starlark.String("amount"), starlark.Float(parsed.amount)),
		dict.SetKey(starlark.String("currency"), named),
	)
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
