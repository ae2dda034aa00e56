package parse_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"passage/automation/script/parse"
)

// locales write numbers with other marks, groups and digits. around is how their
// sites put the amount.
var locales = []struct{ tag, around, currency string }{
	{"en-US", "$%s", "USD"}, {"en-GB", "£%s", "GBP"}, {"en-IN", "₹%s", "INR"}, {"en-CA", "CA$%s", "CAD"}, {"en-AU", "A$%s", "AUD"},
	{"de-DE", "%s €", "EUR"}, {"de-CH", "CHF %s", "CHF"}, {"de-AT", "€ %s", "EUR"}, {"fr-FR", "%s €", "EUR"}, {"fr-CH", "%s CHF", "CHF"},
	{"es-ES", "%s €", "EUR"}, {"es-MX", "MX$%s", "MXN"}, {"it-IT", "Totale: %s €", "EUR"}, {"pt-BR", "R$ %s", "BRL"}, {"pt-PT", "%s €", "EUR"},
	{"nl-NL", "€ %s", "EUR"}, {"pl-PL", "%s zł", "PLN"}, {"sv-SE", "%s SEK", "SEK"}, {"nb-NO", "NOK %s", "NOK"}, {"da-DK", "%s DKK", "DKK"},
	{"fi-FI", "%s €", "EUR"}, {"cs-CZ", "%s Kč", "CZK"}, {"tr-TR", "₺%s", "TRY"}, {"ja-JP", "¥%s", "JPY"}, {"ru-RU", "%s ₽", "RUB"},
	{"he-IL", "%s ₪", "ILS"}, {"ar-EG", "%s", ""}, {"fa-IR", "%s", ""}, {"hi-IN", "₹%s", "INR"}, {"bn-BD", "%s", ""},
}

// Every amount is read as the number it was written from, or refused.
func TestMoney_ReadsAmountsOfManyLocales(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) // the same in every run
	for _, locale := range locales {
		printer := message.NewPrinter(language.MustParse(locale.tag))
		for range 200 {
			cents := random.Int64N([]int64{100, 1e4, 1e6, 1e8, 1e10}[random.IntN(5)])
			want := parse.Amount{Value: float64(cents) / 100, Currency: locale.currency}
			text := fmt.Sprintf(locale.around, printer.Sprint(number.Decimal(float64(cents)/100, number.Scale(2))))
			got, err := parse.Money(text, "", "")
			if err != nil || got != want {
				t.Errorf("%s: money(%q) = %+v, %v, want %+v", locale.tag, text, got, err, want)
			}
			if got, err := parse.Money("-"+text, "", ""); !strings.HasPrefix(text, "Totale") && (err != nil || got.Value != -want.Value && want.Value != 0) {
				t.Errorf("%s: money(%q) = %+v, %v", locale.tag, "-"+text, got, err)
			}
		}
	}
}

// What stands beside an amount is never read into it.
func TestMoney_ReadsNoOtherNumber(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4)) // the same in every run
	others := []string{"Qty %d", "Visa %04d", "#%d", "%d x", "Aug %d,", "%d%% of", "%d/12:", "x%d", "Line %d –", "%d.", "%d,", "%d-"}
	for range 5000 {
		cents := random.Int64N(1e7)
		amount := fmt.Sprintf([]string{"$%d.%02d", "%d,%02d €", "%d.%02d USD", "-%d.%02d", "%d.%02d"}[random.IntN(5)], cents/100, cents%100)
		other := fmt.Sprintf(others[random.IntN(len(others))], random.IntN(2000))
		for _, text := range []string{other + " " + amount, amount + " " + other} {
			if got, err := parse.Money(text, "", ""); err == nil {
				t.Errorf("money(%q) = %+v", text, got)
			}
		}
	}
}
