package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// signedIn lets only those in who have logged in, and fails for those whose
// visit the site cannot serve.
func (c *Carrier) signedIn(decide handler) handler {
	return func(r *http.Request, v *visit) reply {
		if v.account == nil {
			return redirect("/signin")
		}
		if v.account.lame == v.id && r.URL.Path != "/account" {
			return stop("trouble")
		}
		return decide(r, v)
	}
}

func (c *Carrier) showHome(_ *http.Request, v *visit) reply {
	data := struct {
		Number  string
		Latest  *bill
		AutoPay *Card
		Crashes bool
	}{AutoPay: v.account.autoPay(), Crashes: v.account.site.crashes}
	if !v.account.site.nameless {
		data.Number = v.account.number
	}
	if len(v.account.bills) > 0 {
		data.Latest = &v.account.bills[0]
	}
	return show("home", data)
}

func (c *Carrier) showMethods(_ *http.Request, v *visit) reply {
	return show("methods", v.account.cards)
}

func (c *Carrier) chooseAutoPay(r *http.Request, v *visit) reply {
	if v.account.choose(r.PathValue("id")) {
		v.notice = "AutoPay was changed."
	}
	return redirect("/account/payment-methods")
}

// cardForm is what the page around the card frame asks for itself.
type cardForm struct {
	Name, Zip, Line1, Line2, City, State, Nickname string
	Refused                                        string
	Parent                                         string // this page's origin, for the frame
}

func (c *Carrier) showCard(r *http.Request, _ *visit) reply {
	return show("card", cardForm{Parent: "http://" + r.Host})
}

// takeCard stores the card that the frame's token stands for. A refused form
// comes back with the site's words, as what was typed into it.
func (c *Carrier) takeCard(r *http.Request, v *visit) reply {
	v.account.submitted++
	value := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	form := cardForm{
		Name: value("name"), Zip: value("zip"), Nickname: value("nickname"),
		Line1: value("line1"), Line2: value("line2"), City: value("city"), State: value("state"),
		Parent: "http://" + r.Host,
	}
	token := value("token")
	details, ok := c.tokens.Get(token)
	c.tokens.Drop(token) // good for one form, as at real processors
	switch {
	case !ok:
		form.Refused = "Enter your card again: we lost its details."
	case form.Name == "" || form.Zip == "":
		form.Refused = "Enter the name on the card and the billing ZIP code."
	case v.account.site.declines || details.declined:
		form.Refused = "Your bank declined this card. Try another one."
	case details.expired(c.options.Now()):
		form.Refused = "This card has expired."
	}
	if form.Refused != "" {
		return show("card", form).with(http.StatusUnprocessableEntity)
	}
	v.account.store(Card{
		Type: "credit_card", Brand: details.brand, Last4: details.last4, Expires: details.expires,
		Name: form.Name, Zip: form.Zip, Nickname: form.Nickname, Address: address(form),
	})
	if v.account.site.loses && v.account.lame == "" {
		v.account.lame = v.id
		return stop("trouble")
	}
	v.notice = "Your card was saved and is used for AutoPay."
	return redirect("/account/payment-methods")
}

func address(form cardForm) string {
	var parts []string
	for _, part := range []string{form.Line1, form.Line2, form.City, form.State} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// pageOfBills is one page of the list.
type pageOfBills struct {
	Bills                    []bill
	Number, Of, Before, Next int // pages count from 1; 0: there is none
}

const billsPerPage = 5

func (c *Carrier) showBills(r *http.Request, v *visit) reply {
	if v.account.stumbling == v.id {
		return stop("trouble")
	}
	all := v.account.bills
	last := max(1, (len(all)+billsPerPage-1)/billsPerPage)
	number, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		number = 1
	}
	number = min(max(1, number), last)
	data := pageOfBills{Number: number, Of: last, Before: number - 1, Next: (number + 1) % (last + 1)}
	data.Bills = all[min(len(all), (number-1)*billsPerPage):min(len(all), number*billsPerPage)]
	return show("bills", data)
}
