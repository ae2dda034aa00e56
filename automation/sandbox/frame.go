package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// cardDetails is what the payment processor keeps behind a token.
type cardDetails struct {
	brand, last4, expires string
	declined              bool
}

// expired says whether the card's last month is over.
func (d cardDetails) expired(now time.Time) bool {
	month, err := time.Parse("01/06", d.expires)
	return err != nil || !now.Before(month.AddDate(0, 1, 0))
}

// DeclinedCard is a number that every bank declines, whoever uses it.
const DeclinedCard = "4000000000000002"

// CardFrame is the payment processor's origin: the page inside the carrier's
// card form, and what it sends the card to.
func (c *Carrier) CardFrame() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", Assets("/assets/", Pages(files)))
	mux.HandleFunc("GET /card", c.showFrame)
	mux.HandleFunc("POST /tokens", c.makeToken)
	return mux
}

// showFrame is a file as it is: the frame asks for nothing but a card.
func (c *Carrier) showFrame(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'self'")
	http.ServeFileFS(w, r, Pages(files), "frame.html")
}

var (
	cardDigits = regexp.MustCompile(`^[0-9]{12,19}$`)
	cardExpiry = regexp.MustCompile(`^(0[1-9]|1[0-2])/[0-9]{2}$`)
	cardCode   = regexp.MustCompile(`^[0-9]{3,4}$`)
)

// makeToken takes a card from the frame and gives a token for it.
func (c *Carrier) makeToken(w http.ResponseWriter, r *http.Request) {
	var card struct{ Number, Expires, CVV string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&card); err != nil {
		WriteJSON(w, http.StatusBadRequest, map[string]string{"error": "This is not a card."})
		return
	}
	number := strings.NewReplacer(" ", "", "-", "").Replace(card.Number)
	problem := ""
	switch {
	case !cardDigits.MatchString(number) || !Luhn(number):
		problem = "Check the card number."
	case !cardExpiry.MatchString(card.Expires):
		problem = "Check the expiration date."
	case !cardCode.MatchString(card.CVV):
		problem = "Check the security code."
	}
	if problem != "" {
		WriteJSON(w, http.StatusUnprocessableEntity, map[string]string{"error": problem})
		return
	}
	token := "tok_" + rand.Text()
	c.mu.Lock()
	c.tokens.Put(token, cardDetails{brand: brand(number), last4: number[len(number)-4:], expires: card.Expires, declined: number == DeclinedCard})
	c.mu.Unlock()
	WriteJSON(w, http.StatusOK, map[string]string{"token": token})
}
