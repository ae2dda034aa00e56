package verizon

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"passage/automation/sandbox"
)

// Card is a stored payment method as the site keeps it.
type Card struct {
	ID, Kind, Brand, Last4 string
	Expires                string // MM/YY; "" for a bank account
	Name, Zip, Address     string
	Default                bool // charged by itself; exactly one, if there is any
}

// Bill is one statement of one line.
type Bill struct {
	ID              string
	Start, End, Due time.Time
	Cents           int // negative: a credit
}

// line is one of an account's phones.
type line struct{ ID, Label, Number string }

// account is one user's state. It needs the carrier's lock.
type account struct {
	site      behaviour
	number    string
	person    string
	seed      int
	lines     []line
	cards     []Card
	submitted int
	serial    int // of the next card's id
	paperFree bool
}

var people = []string{"Iris Specimen", "Noor Example", "Tomás Muestra", "Wanda Sample"}

func newAccount(s sandbox.Row[behaviour]) *account {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(s.Username)) // never fails
	a := &account{site: s.Site, number: sandbox.CustomerNumber(s.Username), seed: int(hash.Sum32() % 1000), serial: 3}
	a.person = people[a.seed%len(people)]
	a.lines = []line{{"l-1", "Own phone", "(•••) •••-2201"}}
	if s.Site.lines {
		a.lines = append(a.lines, line{"l-2", "Kim’s phone", "(•••) •••-2202"}, line{"l-3", "Tablet", "(•••) •••-2203"})
	}
	if !s.Site.empty {
		a.cards = []Card{
			{ID: "w-1", Kind: "debit", Brand: "Mastercard", Last4: "7734", Expires: "03/29", Name: a.person, Zip: "60601", Default: true},
			{ID: "w-2", Kind: "bank", Brand: "Sample Savings Bank", Last4: "0451", Name: a.person, Zip: "60601"},
		}
	}
	return a
}

// store adds a card as the default one. The site takes the same card twice, as
// real ones do: not doubling it is the writer's business.
func (a *account) store(c Card) {
	for i := range a.cards {
		a.cards[i].Default = false
	}
	c.ID, c.Kind, c.Default = fmt.Sprintf("w-%d", a.serial), "credit", true
	a.serial++
	const most = 20 // a bound, never met in practice
	a.cards = append(a.cards[:min(len(a.cards), most-1)], c)
}

// bills makes seventeen months of statements, newest first. Each line has its own.
func (a *account) bills(of string, now time.Time) []Bill {
	if a.site.empty {
		return nil
	}
	end := time.Date(now.Year(), now.Month(), 9, 0, 0, 0, 0, time.UTC)
	if !end.Before(now) {
		end = end.AddDate(0, -1, 0)
	}
	all := make([]Bill, 17)
	for i := range all {
		last := end.AddDate(0, -i, 0)
		all[i] = Bill{
			ID: fmt.Sprintf("S%s-%s-%d", strings.TrimPrefix(of, "l-"), last.Format("2006-01"), a.seed), Start: last.AddDate(0, -1, 1), End: last,
			Due: last.AddDate(0, 0, 20), Cents: 4310 + (a.seed*13+i*i*53+len(of)*int(of[len(of)-1]))%5000,
		}
	}
	all[2].Cents = -1240        // a credit
	all[5].Cents = 1000*100 + 7 // somebody was abroad
	return all
}

func (c *Carrier) showOverview(_ *http.Request, v *visit) reply {
	i := slices.IndexFunc(v.who.lines, func(l line) bool { return l.ID == v.line })
	return show("overview", struct {
		line
		Account string
		Crashes bool
	}{v.who.lines[i], v.who.number, v.who.site.crashes})
}

// yearOfBills is one page of the list.
type yearOfBills struct {
	Year  int
	Years []int
	Bills []Bill
}

func (c *Carrier) showBills(r *http.Request, v *visit) reply {
	all := v.who.bills(v.line, c.options.Now())
	data := yearOfBills{Year: c.options.Now().Year()}
	if len(all) > 0 {
		data.Year = all[0].End.Year()
	}
	if year, err := strconv.Atoi(r.URL.Query().Get("year")); err == nil {
		data.Year = year
	}
	for _, b := range all {
		if !slices.Contains(data.Years, b.End.Year()) {
			data.Years = append(data.Years, b.End.Year())
		}
		if b.End.Year() == data.Year {
			data.Bills = append(data.Bills, b)
		}
	}
	return show("bills", data)
}

// Period and the rest are written as the site does.
func (b Bill) Period() string { return day(b.Start) + " – " + day(b.End) }

// DueDay is the day until which the bill is to be paid.
func (b Bill) DueDay() string { return day(b.Due) }

func day(t time.Time) string { return t.Format("Jan 2, 2006") }

// Amount is "$64.50", "$1,000.07", and "−$12.40" for a credit.
func (b Bill) Amount() string {
	cents, sign := b.Cents, ""
	if cents < 0 {
		cents, sign = -cents, "−"
	}
	whole := strconv.Itoa(cents / 100)
	if len(whole) > 3 {
		whole = whole[:len(whole)-3] + "," + whole[len(whole)-3:]
	}
	return fmt.Sprintf("%s$%s.%02d", sign, whole, cents%100)
}
