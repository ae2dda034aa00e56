package sandbox

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"sync"
	"time"
)

// MerchantOptions are what a merchant needs to use Passage.
type MerchantOptions struct {
	API string        // origin of Passage: "http://127.0.0.1:8080"
	Key func() string // the API key, asked for at every call
}

// CardNumber is the card that Acme Shop wants stored: Luhn-valid, nobody's.
const CardNumber = "4111111111111111"

// NewMerchant makes Acme Shop: a button that creates a link and sends the
// shopper to it, or opens it in a pop-up or a frame; the page that the shopper
// comes back to; and a webhook receiver. Its pages are what a merchant's
// integration looks like in full.
func NewMerchant(o MerchantOptions) http.Handler {
	shop := &merchant{
		passage: client{api: o.API, key: o.Key, http: &http.Client{Timeout: 15 * time.Second}},
		pages:   Parse(Pages(files), "shop.html", "shop-front", "shop-done", "shop-webhooks"),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", Assets("/assets/", Pages(files)))
	mux.HandleFunc("GET /{$}", shop.showFront)
	mux.HandleFunc("POST /connect", shop.connect)
	mux.HandleFunc("GET /done", shop.showDone)
	mux.HandleFunc("GET /webhooks", shop.showWebhooks)
	mux.HandleFunc("POST /webhook", shop.takeWebhook)
	return http.NewCrossOriginProtection().Handler(mux)
}

type merchant struct {
	passage client
	pages   map[string]*template.Template

	mu         sync.Mutex
	deliveries []delivery // the latest first
}

func (m *merchant) showFront(w http.ResponseWriter, _ *http.Request) {
	m.render(w, http.StatusOK, "shop-front", nil)
}

// connect creates a link and sends the shopper to it, or gives its address to
// the shop's own script.
func (m *merchant) connect(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	own := "http://" + r.Host
	claimURL, err := m.passage.createLink(r.Context(), newLink{
		IntegrationID: "demo",
		Operations:    operations(r.PostFormValue("card")),
		ReturnURL:     own + "/done",
		WebhookURL:    own + "/webhook",
		UserLabel:     "ada@demo.example",
		Metadata:      map[string]string{"cart": "1042"},
	})
	if err != nil {
		m.fail(w, "The link could not be created: "+err.Error())
		return
	}
	if r.Header.Get("Accept") == "application/json" {
		m.answer(w, map[string]string{"claimUrl": claimURL})
		return
	}
	http.Redirect(w, r, claimURL, http.StatusSeeOther)
}

// answer is for the shop's own script.
func (m *merchant) answer(w http.ResponseWriter, content map[string]string) {
	body, err := json.Marshal(content)
	if err != nil {
		m.fail(w, "The reply could not be made.")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // the browser has left; nothing to do about it
}

// operations reads the account before and after it stores a card, or tries to.
func operations(card string) []newOperation {
	read := newOperation{Resource: "paymentMethod", Action: "read"}
	bills := newOperation{Resource: "mobileBillingStatement", Action: "read", Arguments: map[string]any{"limit": 6}}
	if card != "dry" && card != "store" {
		return []newOperation{read, bills}
	}
	write := newOperation{Resource: "paymentMethod", Action: "write", Arguments: map[string]any{
		"cardNumber": CardNumber, "expirationDate": "12/30", "cvv": "737",
		"nameOnCard": "Ada Example", "billingZip": "98101", "dryRun": card == "dry",
	}}
	return []newOperation{read, write, bills}
}

// showDone is where the shopper comes back to. That a linkId arrives proves
// nothing: what happened is what the API says.
func (m *merchant) showDone(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("linkId")
	if id == "" {
		m.fail(w, "The address has no linkId.")
		return
	}
	link, err := m.passage.link(r.Context(), id)
	if err != nil {
		m.fail(w, "The link could not be fetched: "+err.Error())
		return
	}
	m.render(w, http.StatusOK, "shop-done", link)
}

// delivery is a webhook as it came.
type delivery struct {
	At        time.Time
	Event     string
	ID        string // webhook-id
	Signature bool   // that there is one; this shop does not check it
	Body      string
}

// takeWebhook keeps what comes. A real shop checks the signature first: here
// anybody may post, and nothing follows from it but a line on a page.
func (m *merchant) takeWebhook(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, 1<<20)); err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	got := delivery{
		At: time.Now(), ID: r.Header.Get("webhook-id"), Event: eventOf(body.Bytes()),
		Signature: r.Header.Get("X-Passage-Signature") != "", Body: indent(body.Bytes()),
	}
	const kept = 20
	m.mu.Lock()
	m.deliveries = append([]delivery{got}, m.deliveries[:min(len(m.deliveries), kept-1)]...)
	m.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func (m *merchant) showWebhooks(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	deliveries := m.deliveries // never changed in place
	m.mu.Unlock()
	m.render(w, http.StatusOK, "shop-webhooks", deliveries)
}

// shopPage is what every page of the shop is filled with.
type shopPage struct {
	Passage string // the origin of connect.js
	Fault   string
	Data    any
}

func (m *merchant) fail(w http.ResponseWriter, fault string) {
	m.send(w, http.StatusBadGateway, "shop-front", shopPage{Fault: fault})
}

func (m *merchant) render(w http.ResponseWriter, status int, name string, data any) {
	m.send(w, status, name, shopPage{Data: data})
}

func (m *merchant) send(w http.ResponseWriter, status int, name string, page shopPage) {
	page.Passage = m.passage.api
	var out bytes.Buffer
	if err := m.pages[name].ExecuteTemplate(&out, "layout", page); err != nil {
		http.Error(w, "The page could not be made.", http.StatusInternalServerError)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; script-src 'self' "+m.passage.api+"; frame-src "+m.passage.api)
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the browser has left; nothing to do about it
}
