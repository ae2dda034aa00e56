package tmobile

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"regexp"

	"passage/automation/sandbox"
)

// cardToken is what the payment processor keeps behind a token.
type cardToken struct{ brand, last4, expires string }

// CardFrame is the payment processor's origin: the page inside the carrier's
// card form, and what it sends the card to.
func (c *Carrier) CardFrame() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /pages/", sandbox.Assets("/pages/", sandbox.Pages(files)))
	mux.HandleFunc("GET /hosted-fields", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "pages/frame.html")
	})
	mux.HandleFunc("POST /tokens", c.makeToken)
	return mux
}

var (
	cardDigits = regexp.MustCompile(`^[0-9]{12,19}$`)
	cardExpiry = regexp.MustCompile(`^(0[1-9]|1[0-2])/[0-9]{2}$`)
	cardCode   = regexp.MustCompile(`^[0-9]{3,4}$`)
)

// makeToken takes a card from the frame and gives a token for it, or the
// reason why not.
func (c *Carrier) makeToken(w http.ResponseWriter, r *http.Request) {
	var card struct{ Number, Expires, CVV string }
	answer := map[string]string{}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&card)
	switch {
	case err != nil || !cardDigits.MatchString(card.Number):
		answer["fault"] = "Check the card number."
	case !cardExpiry.MatchString(card.Expires):
		answer["fault"] = "Check the expiration date."
	case !cardCode.MatchString(card.CVV):
		answer["fault"] = "Check the security code."
	default:
		answer["token"] = rand.Text()
		c.mu.Lock()
		c.tokens.Put(answer["token"], cardToken{brand(card.Number), card.Number[len(card.Number)-4:], card.Expires})
		c.mu.Unlock()
	}
	sandbox.WriteJSON(w, http.StatusOK, answer)
}

// brand tells a card's brand by its first digit.
func brand(number string) string {
	if brand, ok := map[byte]string{'3': "American Express", '4': "Visa", '5': "Mastercard", '6': "Discover"}[number[0]]; ok {
		return brand
	}
	return "Card"
}
