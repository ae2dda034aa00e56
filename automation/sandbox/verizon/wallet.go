package verizon

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"passage/automation/sandbox"
)

func (c *Carrier) showWallet(_ *http.Request, v *visit) reply { return show("wallet", v.who.cards) }

// cardForm is what the page around the processor's frame asks for itself.
type cardForm struct{ Name, Street, City, State, Zip, Refused string }

func (c *Carrier) showCard(*http.Request, *visit) reply { return show("card", cardForm{}) }

// showSecure is the site's own frame, which holds the processor's and speaks
// to it for the page.
func (c *Carrier) showSecure(r *http.Request, _ *visit) reply {
	answer := show("secure", c.processor()+"/card?parent=http://"+r.Host)
	answer.framed = true
	return answer
}

// takeCard stores the card that the processor's token stands for.
func (c *Carrier) takeCard(r *http.Request, v *visit) reply {
	v.who.submitted++
	value := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	form := cardForm{Name: value("name"), Street: value("street"), City: value("city"), State: value("state"), Zip: value("zip")}
	token := value("card")
	known, ok := c.tokens.Get(token)
	c.tokens.Drop(token) // good for one form, as at real processors
	switch {
	case !ok:
		form.Refused = "We lost your card's details. Enter them again."
	case form.Name == "" || form.Zip == "":
		form.Refused = "Enter the name on the card and its ZIP code."
	case v.who.site.declines || known.number == DeclinedCard:
		form.Refused = "Your bank did not accept this card."
	}
	if form.Refused != "" {
		answer := show("card", form)
		answer.status = http.StatusUnprocessableEntity
		return answer
	}
	v.who.paperFree = v.who.paperFree || value("paperfree") == "yes"
	var address []string
	for _, part := range []string{form.Street, form.City, form.State} {
		if part != "" {
			address = append(address, part)
		}
	}
	v.who.store(Card{Brand: known.brand(), Last4: known.number[len(known.number)-4:], Expires: known.Month + "/" + known.Year[2:],
		Name: form.Name, Zip: form.Zip, Address: strings.Join(address, ", ")})
	if v.who.site.loses && !v.lame && v.who.submitted == 1 {
		v.lame = true
		return stop("trouble")
	}
	v.notice = "Your card is saved."
	return redirect("/wallet")
}

// card is what the processor keeps behind a token.
type card struct {
	Number, Month, Year, CVV string
	number                   string // digits only
}

func (c card) brand() string {
	switch c.number[0] {
	case '4':
		return "Visa"
	case '3':
		return "American Express"
	default:
		return "Mastercard"
	}
}

// DeclinedCard is a number that every bank declines, whoever uses it.
const DeclinedCard = "4000000000000002"

// Processor is the payment processor's origin: the innermost frame, and what
// it sends the card to.
func (c *Carrier) Processor() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", sandbox.Assets("/assets/", sandbox.Pages(files)))
	mux.HandleFunc("GET /card", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		http.ServeFileFS(w, r, sandbox.Pages(files), "processor.html")
	})
	mux.HandleFunc("POST /tokens", c.makeToken)
	return mux
}

var (
	cardDigits = regexp.MustCompile(`^[0-9]{12,19}$`)
	cardMonth  = regexp.MustCompile(`^(0[1-9]|1[0-2])$`)
	cardYear   = regexp.MustCompile(`^20[0-9]{2}$`)
	cardCode   = regexp.MustCompile(`^[0-9]{3,4}$`)
)

// makeToken takes a card from the frame and gives a token for it.
func (c *Carrier) makeToken(w http.ResponseWriter, r *http.Request) {
	var in card
	answer, status := map[string]string{}, http.StatusUnprocessableEntity
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&in)
	in.number = strings.NewReplacer(" ", "", "-", "").Replace(in.Number)
	switch {
	case err != nil || !cardDigits.MatchString(in.number) || !sandbox.Luhn(in.number):
		answer["error"] = "Check the card number."
	case !cardMonth.MatchString(in.Month) || !cardYear.MatchString(in.Year) || in.over(c.options.Now()):
		answer["error"] = "This card has expired."
	case !cardCode.MatchString(in.CVV):
		answer["error"] = "Check the security code."
	default:
		answer["token"], status = "ct_"+rand.Text(), http.StatusOK
		in.Number, in.CVV = "", ""
		c.mu.Lock()
		c.tokens.Put(answer["token"], in)
		c.mu.Unlock()
	}
	sandbox.WriteJSON(w, status, answer)
}

// over says whether the card's last month is over.
func (c card) over(now time.Time) bool {
	month, err := time.Parse("01/2006", c.Month+"/"+c.Year)
	return err != nil || !now.Before(month.AddDate(0, 1, 0))
}
