// Package parse reads amounts of money, dates and times as sites write them. It
// knows the formats that are common on sites in the languages of western Europe;
// it does not know Starlark or the page.
//
// Its invariant: it never guesses. A text that can be read in two ways, or that
// holds two amounts or dates, is an error that says what to add. So is a text
// with a part that could belong to the value and was not read.
package parse

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const maxText = 500 // bytes of a text that is parsed

// signs are the signs of currencies, the longer ones first, with the codes that
// each may stand for. The first is meant where the text says no more.
var signs = []struct {
	sign  string
	codes []string
}{
	{"$US", []string{"USD"}}, {"$CA", []string{"CAD"}},
	{"US$", []string{"USD"}}, {"CA$", []string{"CAD"}}, {"C$", []string{"CAD"}}, {"AU$", []string{"AUD"}}, {"A$", []string{"AUD"}},
	{"NZ$", []string{"NZD"}}, {"HK$", []string{"HKD"}}, {"MX$", []string{"MXN"}}, {"NT$", []string{"TWD"}}, {"S$", []string{"SGD"}}, {"R$", []string{"BRL"}},
	{"$", []string{"USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "TWD", "ARS", "CLP", "COP"}},
	{"€", []string{"EUR"}}, {"£", []string{"GBP"}}, {"¥", []string{"JPY", "CNY"}}, {"円", []string{"JPY"}}, {"元", []string{"CNY"}},
	{"₹", []string{"INR"}}, {"₩", []string{"KRW"}}, {"₺", []string{"TRY"}}, {"₽", []string{"RUB"}}, {"zł", []string{"PLN"}},
	{"₪", []string{"ILS"}}, {"₱", []string{"PHP"}}, {"₫", []string{"VND"}}, {"₴", []string{"UAH"}}, {"฿", []string{"THB"}},
	{"Kč", []string{"CZK"}}, {"Ft", []string{"HUF"}}, {"lei", []string{"RON"}}, {"Fr.", []string{"CHF"}}, {"Rs.", []string{"", "INR"}}, {"Rs", []string{"", "INR"}},
	{"kr.", []string{"", "DKK", "NOK", "SEK"}}, {"kr", []string{"", "DKK", "NOK", "SEK"}}, // of three countries, so of none
}

// signsAfterFractions are the signs that are written behind an amount where the
// comma stands before the fraction.
var signsAfterFractions = []string{"€", "$", "$CA", "$US", "zł", "kr", "kr.", "Kč", "Ft", "lei", "₽", "₺", "₴", "₫"}

var currencies = []string{
	"AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KRW",
	"MXN", "MYR", "NOK", "NZD", "PEN", "PHP", "PLN", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR",
}

// Amount is a number of units of a currency.
type Amount struct {
	Value    float64
	Currency string // an ISO 4217 code, or empty if the text does not say
}

// IsCurrency reports whether it is a code that Amount can have.
func IsCurrency(code string) bool { return slices.Contains(currencies, code) }

// Money returns the only amount in a text, such as $1,064.50, 1.064,50 €, -£3 or
// ($5.00). currency is that of a text that does not say; it may be empty.
// decimal is the mark before the fraction: ".", ",", or empty if the text makes
// it clear.
//
// It is an error if the text holds another number, or something next to the
// amount that changes it and is not understood, such as K, %, or a dash that may
// be a minus or not.
func Money(text, currency, decimal string) (Amount, error) {
	normal := normalize(text)
	if len(normal) > maxText {
		return Amount{}, fmt.Errorf("a text of %d bytes is no amount", len(normal))
	}
	amount, err := readAmount(normal, currency, decimal)
	return amount, inText(err, text)
}

func readAmount(text, currency, decimal string) (Amount, error) {
	found := numberPattern.FindAllStringIndex(text, -1)
	switch {
	case len(found) == 0:
		return Amount{}, errors.New("there is no amount")
	case len(found) > 1:
		return Amount{}, several("number")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsNumber(r) && !isDigit(r) }):
		return Amount{}, errors.New("there is a number of a kind that is not known")
	}
	start, end := found[0][0], found[0][1]
	digits := text[start:end]
	before, err := readBefore(text[:start])
	if err != nil {
		return Amount{}, err
	}
	after, err := readAfter(text[end:])
	if err != nil {
		return Amount{}, err
	}
	if strings.Contains(digits, " ") && before.label != "" {
		return Amount{}, unclearError{fmt.Sprintf("%q may be one number or two", digits), "give it the part with the amount"}
	}
	plain, err := splitNumber(digits).plain(decimal, slices.Contains(signsAfterFractions, after.sign))
	if err != nil {
		return Amount{}, err
	}
	value, err := strconv.ParseFloat(plain, 64)
	if err != nil || len(plain) > 16 {
		return Amount{}, errors.New("the number is too long")
	}
	code, marked, err := currencyOf(before, after, currency)
	if err != nil {
		return Amount{}, err
	}
	if !marked && after.label != "" {
		return Amount{}, fmt.Errorf("%q after a number without a currency makes it something else than an amount", after.label)
	}
	negative, err := isNegative(before, after, code)
	if negative && value != 0 {
		value = -value
	}
	return Amount{value, code}, err
}

// currencyOf returns the code of the currency that the text and the caller name,
// and whether the text has any. They must not contradict each other.
func currencyOf(before, after around, given string) (code string, marked bool, err error) {
	possible := []string{given}
	if given == "" {
		possible = nil
	}
	for _, name := range []string{before.code, after.code, before.sign, after.sign} {
		if name == "" {
			continue
		}
		codes := codesOf(name)
		marked = true
		if possible == nil {
			possible = codes
			continue
		}
		possible = slices.DeleteFunc(slices.Clone(possible), func(code string) bool { return !slices.Contains(codes, code) })
		if len(possible) == 0 {
			return "", true, fmt.Errorf("the currency is %s here and another one there", name)
		}
	}
	if possible == nil {
		return "", false, nil
	}
	return possible[0], marked, nil
}

// codesOf returns the codes that a sign may stand for, or the code itself.
func codesOf(name string) []string {
	for _, each := range signs {
		if each.sign == name {
			return each.codes
		}
	}
	return []string{name}
}

// isNegative reports whether the amount is below zero. Brackets are a minus
// where there is nothing but the amount.
func isNegative(before, after around, currency string) (bool, error) {
	if after.credit && currency == "INR" {
		return false, errors.New("CR may be a credit or ten million")
	}
	if before.open && after.open && before.label != "" {
		return false, errors.New("it is not clear whether the brackets are a minus")
	}
	count := 0
	for _, minus := range []bool{before.minus, after.minus, after.credit, before.open && after.open} {
		if minus {
			count++
		}
	}
	if count > 1 {
		return false, errors.New("there is more than one sign")
	}
	return count == 1, nil
}
