package sandbox

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// Card is a stored payment method as the site keeps it.
type Card struct {
	ID       string
	Type     string // credit_card, debit_card, bank_account
	Brand    string
	Last4    string
	Expires  string // MM/YY; "" for a bank account
	Name     string
	Zip      string
	Address  string // one line; "" where none was given
	Nickname string
	AutoPay  bool // the one that is charged by itself; exactly one, if there is any
}

// bill is one statement.
type bill struct {
	ID         string
	Start, End time.Time
	Due        time.Time
	Cents      int
}

// Amount is written as the site writes it.
func (b bill) Amount() string { return fmt.Sprintf("$%d.%02d", b.Cents/100, b.Cents%100) }

// account is one user's state. It needs the carrier's lock.
type account struct {
	username  string
	number    string // of the customer
	site      behaviour
	person    string
	cards     []Card
	bills     []bill // newest first
	submitted int    // card forms that reached the site
	serial    int    // of the next card's id
	visited   bool   // somebody has logged in before
	lame      string // the visit in which payment methods and bills answer 500
	stumbling string // the visit in which bills do
}

var people = []string{"Ada Example", "Grace Sample", "Edsger Template", "Barbara Specimen", "Alan Placeholder"}

func newAccount(username string, site behaviour, now time.Time) *account {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(username)) // never fails
	seed := int(hash.Sum32() >> 1)
	a := &account{username: username, number: CustomerNumber(username), site: site, person: people[seed%len(people)], serial: 4}
	if site.empty {
		return a
	}
	a.cards = []Card{
		{ID: "pm_1", Type: "credit_card", Brand: "Visa", Last4: "4242", Expires: "08/28", Name: a.person, Zip: "98101", Nickname: "Household", AutoPay: true},
		{ID: "pm_2", Type: "debit_card", Brand: "Mastercard", Last4: "8210", Expires: "11/27", Name: a.person, Zip: "98101"},
		{ID: "pm_3", Type: "bank_account", Brand: "Example Credit Union", Last4: "0019", Name: a.person, Zip: "98101"},
	}
	a.bills = bills(seed, now)
	return a
}

// bills makes fourteen months of statements, each from the 4th to the 3rd,
// the newest one ended before now.
func bills(seed int, now time.Time) []bill {
	const months = 14
	end := time.Date(now.Year(), now.Month(), 3, 0, 0, 0, 0, time.UTC)
	if !end.Before(now) {
		end = end.AddDate(0, -1, 0)
	}
	all := make([]bill, months)
	for i := range all {
		last := end.AddDate(0, -i, 0)
		all[i] = bill{
			ID:    fmt.Sprintf("B-%s-%02d", last.Format("200601"), seed%90+10),
			Start: last.AddDate(0, -1, 1),
			End:   last,
			Due:   last.AddDate(0, 0, 18),
			Cents: 6140 + (seed/7+i*i*37)%2900,
		}
	}
	return all
}

// store adds a card as the one for AutoPay. The site takes the same card
// (number and expiry) twice, as real ones do: not doubling it is the writer's
// business.
func (a *account) store(card Card) {
	for i := range a.cards {
		a.cards[i].AutoPay = false
	}
	card.ID, card.AutoPay = fmt.Sprintf("pm_%d", a.serial), true
	a.serial++
	const most = 20 // a bound, never met in a demo
	a.cards = append([]Card{card}, a.cards[:min(len(a.cards), most-1)]...)
}

// choose makes a stored payment method the one for AutoPay.
func (a *account) choose(id string) bool {
	if !slices.ContainsFunc(a.cards, func(c Card) bool { return c.ID == id }) {
		return false
	}
	for i := range a.cards {
		a.cards[i].AutoPay = a.cards[i].ID == id
	}
	return true
}

// autoPay is the payment method that is charged by itself, or nil.
func (a *account) autoPay() *Card {
	if i := slices.IndexFunc(a.cards, func(c Card) bool { return c.AutoPay }); i >= 0 {
		return &a.cards[i]
	}
	return nil
}

// brand tells a card's brand by its first digits.
func brand(number string) string {
	switch {
	case strings.HasPrefix(number, "4"):
		return "Visa"
	case strings.HasPrefix(number, "5"), strings.HasPrefix(number, "2"):
		return "Mastercard"
	case strings.HasPrefix(number, "34"), strings.HasPrefix(number, "37"):
		return "American Express"
	case strings.HasPrefix(number, "6"):
		return "Discover"
	default:
		return "Card"
	}
}
