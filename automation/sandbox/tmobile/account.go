package tmobile

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"passage/automation/sandbox"
)

// Card is a stored payment method as the site keeps it.
type Card struct {
	ID, Kind  string // Kind: Credit, Debit, Bank
	Brand     string
	Last4     string
	Expires   string // MM/YY; "" for a bank account
	Name, Zip string
	AutoPay   bool
}

// bill is one statement.
type bill struct{ On, Period, Due, Amount string }

// user is one user's state. It needs the carrier's lock.
type user struct {
	number    string // of the account
	site      behaviour
	cards     []Card
	bills     []bill // newest first
	submitted int    // card forms that reached the site
	serial    int    // of the next card's id
	visited   bool
	trusts    bool // a browser was to be remembered
	lost      bool // the one answer that the loses user does not get was held back
}

// user finds a user, or nil for a name that is in no scenario.
func (c *Carrier) user(name string) *user {
	if u, ok := c.users.Get(name); ok {
		return u
	}
	row, ok := scenarios.Find(name)
	if !ok {
		return nil
	}
	u := &user{number: sandbox.CustomerNumber(name), site: row.Site, serial: 704}
	if !u.site.empty {
		u.cards = []Card{
			{ID: "w-701", Kind: "Credit", Brand: "Mastercard", Last4: "5454", Expires: "03/29", Name: "Pat Sample", Zip: "80202", AutoPay: true},
			{ID: "w-702", Kind: "Debit", Brand: "Visa", Last4: "0119", Expires: "10/27", Name: "Pat Sample", Zip: "80202"},
			{ID: "w-703", Kind: "Bank", Brand: "Sample Savings", Last4: "6789", Name: "Pat Sample", Zip: "80202"},
		}
		u.bills = bills(c.options.Now())
	}
	c.users.Put(name, u)
	return u
}

// bills makes twenty months of statements, each closed on a 12th.
func bills(now time.Time) []bill {
	const months, long = 20, "Jan 2, 2006"
	closed := time.Date(now.Year(), now.Month(), 12, 0, 0, 0, 0, time.UTC)
	if closed.After(now) {
		closed = closed.AddDate(0, -1, 0)
	}
	all := make([]bill, months)
	for i := range all {
		end := closed.AddDate(0, -i, 0)
		cents := 118500 - i*13*17 // four digits of dollars: the site writes a comma
		all[i] = bill{
			On:     end.Format(long),
			Period: end.AddDate(0, -1, 1).Format(long) + " - " + end.Format(long),
			Due:    "Due " + end.AddDate(0, 0, 20).Format(long),
			Amount: fmt.Sprintf("$%d,%03d.%02d", cents/100000, cents/100%1000, cents%100),
		}
	}
	all[1].Amount = "-$12.40" // a credit
	return all
}

// signedIn lets only those in who have logged in, and fails for those whose
// visit the site cannot serve.
func (c *Carrier) signedIn(decide handler) handler {
	return func(r *http.Request, v *visit) reply {
		if v.user == nil {
			return redirect("/signin")
		}
		if v.lame && r.URL.Path != "/account/dashboard" {
			return stop("trouble")
		}
		return decide(r, v)
	}
}

func (c *Carrier) showDashboard(_ *http.Request, v *visit) reply {
	data := struct {
		Number, Latest  string
		Alerts, Crashes bool
	}{v.user.number, "$0.00", v.user.site.alerts, v.user.site.crashes}
	if len(v.user.bills) > 0 {
		data.Latest = v.user.bills[0].Amount
	}
	return show("dashboard", data)
}

func (c *Carrier) showMethods(_ *http.Request, v *visit) reply {
	return show("methods", struct {
		Cards   []Card
		Shadows bool
	}{v.user.cards, v.user.site.shadows})
}

// cardForm is what the page around the frame is filled with.
type cardForm struct {
	Frame, Parent string // origins
	Fault         string // why the last card was not taken
	Holds         bool
}

func (c *Carrier) showCard(_ *http.Request, v *visit) reply {
	form := cardForm{c.options.Frame(), c.options.My(), v.fault, v.user.site.holds}
	v.fault = "" // the form says it itself
	return show("card", form)
}

// takeCard stores the card that the frame's token stands for, as the one for
// AutoPay. It takes the same card twice, as real sites do.
func (c *Carrier) takeCard(r *http.Request, v *visit) reply {
	u := v.user
	u.submitted++
	token, ok := c.tokens.Get(r.PostFormValue("token"))
	c.tokens.Drop(r.PostFormValue("token")) // good for one form, as at real processors
	name, zip := strings.TrimSpace(r.PostFormValue("nameOnCard")), strings.TrimSpace(r.PostFormValue("zipCode"))
	switch {
	case !ok:
		v.fault = "Enter your card again."
	case name == "" || zip == "":
		v.fault = "Enter the name and the ZIP code."
	case u.site.declines:
		v.fault = "We couldn't add this card: it was declined by your bank."
	}
	if v.fault != "" {
		return redirect("/payments/paymentmethods/add")
	}
	v.notice = "Your card was added."
	if u.site.forgets {
		return redirect("/payments/paymentmethods")
	}
	for i := range u.cards {
		u.cards[i].AutoPay = false
	}
	card := Card{ID: "w-" + strconv.Itoa(u.serial), Kind: "Credit", Brand: token.brand, Last4: token.last4, Expires: token.expires, Name: name, Zip: zip, AutoPay: true}
	u.serial++
	u.cards = append(u.cards[:min(len(u.cards), 30)], card) // a bound, never met in a test
	if u.site.loses && !u.lost {
		u.lost, v.lame = true, true
		return stop("trouble")
	}
	return redirect("/payments/paymentmethods")
}

const billsAtOnce = 6

func (c *Carrier) showBills(_ *http.Request, v *visit) reply {
	return show("bills", struct {
		Bills        []bill
		More, Alerts bool
	}{v.user.bills[:min(billsAtOnce, len(v.user.bills))], len(v.user.bills) > billsAtOnce, v.user.site.alerts})
}

// moreBills is what the page asks for when somebody scrolls to its end.
func (c *Carrier) moreBills(r *http.Request, v *visit) reply {
	all := v.user.bills
	after, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil || after < 0 {
		after = 0
	}
	from, to := min(len(all), after), min(len(all), after+billsAtOnce)
	body, err := json.Marshal(struct {
		Bills []bill
		More  bool
	}{all[from:to], to < len(all)})
	if err != nil {
		return stop("trouble") // texts always encode
	}
	return reply{status: http.StatusOK, json: string(body)}
}
