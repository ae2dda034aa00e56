package att

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"passage/automation/sandbox"
)

// Card is a stored payment method as the site keeps and shows it.
type Card struct {
	ID      string `json:"profileId"`
	Type    string `json:"type"` // CARD, CHECKING
	Label   string `json:"label"`
	Last4   string `json:"lastFour"`
	Expires string `json:"expires,omitempty"` // MM/YYYY
	AutoPay bool   `json:"autopay"`
}

// bill is one entry of the history.
type bill struct {
	ID     string `json:"billId"`
	Start  string `json:"startDate"`
	End    string `json:"endDate"`
	Due    string `json:"dueDate"`
	Amount string `json:"amount"`
}

// user is one user's state. It needs the carrier's lock.
type user struct {
	number    string // of the account
	site      behaviour
	cards     []Card
	bills     []bill // newest first
	submitted int    // cards that reached the site
	wrong     int    // wrong passwords in a row
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
	u := &user{number: sandbox.CustomerNumber(name), site: row.Site}
	if !u.site.empty {
		u.cards = []Card{
			{ID: "31", Type: "CHECKING", Label: "Sample Savings", Last4: "8800", AutoPay: true},
			{ID: "32", Type: "CARD", Label: "Discover", Last4: "1117", Expires: "05/2028"},
		}
		u.bills = bills(c.options.Now())
	}
	c.users.Put(name, u)
	return u
}

// bills makes fifteen months of statements, each closed on a 22nd.
func bills(now time.Time) []bill {
	const months, short = 15, "01/02/2006"
	closed := time.Date(now.Year(), now.Month(), 22, 0, 0, 0, 0, time.UTC)
	if closed.After(now) {
		closed = closed.AddDate(0, -1, 0)
	}
	all := make([]bill, months)
	for i := range all {
		end := closed.AddDate(0, -i, 0)
		cents := 9125 + i*211
		all[i] = bill{
			ID: "hb" + end.Format("200601"), Start: end.AddDate(0, -1, 1).Format(short), End: end.Format(short),
			Due: end.AddDate(0, 0, 21).Format(short), Amount: fmt.Sprintf("$%d.%02d", cents/100, cents%100),
		}
	}
	return all
}

func (c *Carrier) showAccount(_ *http.Request, v *visit) reply {
	if v.user == nil {
		return redirect("/acctmgmt/login")
	}
	page := reply{status: http.StatusOK, file: "pages/account.html"}
	if v.user.site.broken {
		page.status = http.StatusInternalServerError
	}
	return page
}

// signedIn answers only those who have logged in, and fails for those whose
// visit the site cannot serve.
func (c *Carrier) signedIn(decide handler) handler {
	return func(r *http.Request, v *visit) reply {
		switch {
		case v.user == nil:
			return reply{status: http.StatusUnauthorized, json: "not signed in"}
		case v.lame && r.URL.Path != "/msapi/account":
			return reply{status: http.StatusInternalServerError, json: "trouble"}
		default:
			return decide(r, v)
		}
	}
}

func (c *Carrier) overview(_ *http.Request, v *visit) reply {
	site := v.user.site
	balance := "$0.00"
	if len(v.user.bills) > 0 {
		balance = v.user.bills[0].Amount
	}
	return answer(map[string]any{"balance": balance, "number": v.user.number, "modal": site.modal, "surveys": site.surveys,
		"crashes": site.crashes, "redesigned": site.redesigned})
}

func (c *Carrier) methods(_ *http.Request, v *visit) reply { return answer(v.user.cards) }

func (c *Carrier) history(_ *http.Request, v *visit) reply {
	return answer(map[string]any{"content": map[string]any{"historyList": v.user.bills}})
}

var (
	cardDigits = regexp.MustCompile(`^[0-9]{12,19}$`)
	cardExpiry = regexp.MustCompile(`^(0[1-9]|1[0-2])/20[0-9]{2}$`)
)

// takeCard stores a card as the one for AutoPay, behind the others. It takes
// the same card twice, as real sites do.
func (c *Carrier) takeCard(r *http.Request, v *visit) reply {
	u := v.user
	u.submitted++
	number := strings.ReplaceAll(r.PostFormValue("number"), " ", "")
	expires := r.PostFormValue("month") + "/" + r.PostFormValue("year")
	fault := ""
	switch {
	case !cardDigits.MatchString(number) || !cardExpiry.MatchString(expires) || r.PostFormValue("cvv") == "":
		fault = "Check the card's details."
	case r.PostFormValue("name") == "" || r.PostFormValue("zip") == "":
		fault = "Enter the name and the ZIP code."
	case u.site.declines:
		fault = "Your bank didn't accept this card."
	}
	if fault != "" {
		return reply{status: http.StatusUnprocessableEntity, json: map[string]string{"fault": fault}}
	}
	for i := range u.cards {
		u.cards[i].AutoPay = false
	}
	label := "Visa"
	if number[0] != '4' {
		label = "Card"
	}
	u.cards = slices.Concat(u.cards[:min(len(u.cards), 30)], []Card{{ // a bound, never met in a test
		ID: strconv.Itoa(41 + len(u.cards)), Type: "CARD", Label: label, Last4: number[len(number)-4:], Expires: expires, AutoPay: true,
	}})
	if u.site.loses && !u.lost {
		u.lost, v.lame = true, true
		return reply{status: http.StatusInternalServerError, json: "trouble"}
	}
	return answer("stored")
}
