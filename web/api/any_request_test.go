package api_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"passage/db"
	"passage/db/dbtest"
)

var drawFor = flag.Duration("draw", 0, "how long requests are drawn from the OpenAPI document; else a hundred times")

// Whatever is asked, in whatever form: no fault of ours, no reply that the
// document does not describe, no secret in a reply or in the log. For longer:
// go test ./web/api -run TestAPI_MatchesDocument -draw 60s.
func TestAPI_MatchesDocumentForGeneratedRequests(t *testing.T) {
	t.Parallel()
	target := newTarget(t)
	for begin := time.Now(); ; {
		target.renew()
		rapid.Check(t, target.answer)
		if t.Failed() || time.Since(begin) >= *drawFor {
			break
		}
	}
	t.Logf("%d requests: %v", target.sent, target.seen)
}

// theCard and theCVV stand in every argument of their names, and are looked for
// in what comes back; the second not among the characters of an id.
const theCard, theCVV = "5105105105105100", "9753"

var (
	cvv       = regexp.MustCompile(`[^0-9A-Za-z_-]` + theCVV + `[^0-9A-Za-z_-]`)
	claimCode = regexp.MustCompile(`clm_[0-9A-Za-z_-]{8}`)
)

// target is a server with links in every state, of two organizations.
type target struct {
	*server
	keys   map[string]string   // by what they may
	fields map[string][]string // what is good for a field, by its name
	theirs map[string][]string // likewise, of the other organization
	secret []string            // what nobody may see but that
	known  map[string][]string // all that requests are drawn from
	logged int                 // how much of the log was looked at
	sent   int
	seen   map[int]int // replies by status
}

func newTarget(t testing.TB) *target {
	s := newServer(t)
	g := &target{server: s, seen: map[int]int{}, keys: map[string]string{"all": s.key, "none": "", "wrong": "psg_wrong",
		"read":  s.newKey(s.org, func(k *db.NewKey) { k.Scope = db.ScopeRead }),
		"links": s.newKey(s.org, func(k *db.NewKey) { k.Scope = db.ScopeLinks }),
		"test":  s.newKey(s.org, func(k *db.NewKey) { k.Test = true })},
		fields: map[string][]string{"integrationId": {"shop", "shop", "demo"}, "resource": {"paymentMethod", "mobileBillingStatement"},
			"cardNumber": {theCard}, "cvv": {theCVV}, "expirationDate": {"08/28"}, "billingZip": {"98101"}, "nameOnCard": {"Ada Example"},
			"returnUrl": {"https://a.example/done", "myapp://x"}, "webhookUrl": {"https://a.example/hook"}, "locale": {"en-US", "de"},
			"errorCode": {"SITE_CHANGED", "LINK_CANCELLED"}}}
	other := *s
	other.org = dbtest.Organization(t, s.db, "other")
	other.key = s.newKey(other.org)
	g.theirs = other.fill()
	g.secret = append(slices.Concat(g.theirs["id"], g.theirs["code"], g.theirs["returnCode"]), other.key)
	if len(g.secret) < 10 {
		t.Fatalf("there is nothing to be kept: %v", g.secret)
	}
	return g
}

// renew makes links that nothing has been done with yet.
func (g *target) renew() {
	g.known = maps.Clone(g.fields)
	ours := g.fill()
	maps.Copy(g.known, ours)
	for _, name := range []string{"id", "after", "reference"} {
		g.known[name] = append(ours[name], g.theirs[name]...)
	}
}

// stored is the body of a link that stores the card to be looked for.
var stored = strings.NewReplacer(card, theCard, "123", theCVV).Replace(write(hooked))

// fill makes links in every state, and tells what is good for which field.
func (s *server) fill() map[string][]string {
	s.t.Helper()
	found := map[string][]string{}
	keep := func(name string, values ...string) { found[name] = append(found[name], values...) }
	link := func(body string) (code string) {
		created := s.create(body)
		keep("id", created["linkId"].(string))
		keep("code", created["claimCode"].(string))
		return created["claimCode"].(string)
	}
	for _, body := range []string{stored, simple, with(hooked)} {
		link(body)
	}
	for _, end := range []func(db.Lease) error{
		func(lease db.Lease) error {
			return s.db.CompleteSession(s.t.Context(), lease, json.RawMessage(aResult))
		},
		func(lease db.Lease) error {
			return s.db.FailSession(s.t.Context(), lease, db.Failure{Code: "SITE_CHANGED"})
		},
	} {
		lease := s.runToEnd(link(with(hooked)), end)
		keep("id", lease.SessionID)
		keep("reference", lease.SessionID)
	}
	event := s.event(hooked)
	s.recordAttempts(db.DeliveryAttempt{Error: "refused", Reply: "no"}, db.DeliveryPending, s.db.Now())
	keep("id", event)
	keep("after", event)
	id, returnCode := s.returned()
	keep("id", id)
	keep("returnCode", returnCode)
	if page := s.get("/v1/links?limit=1").object(http.StatusOK); page["nextCursor"] != nil {
		keep("cursor", page["nextCursor"].(string))
	}
	return found
}

// answer draws requests, sends them, and looks at what comes back.
func (g *target) answer(t *rapid.T) {
	document, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	d := &drawer{T: t, document: document, known: g.known}
	for range 5 {
		who := d.one("key", "all", "all", "all", "links", "read", "test", "none", "wrong")
		request := d.request()
		if secret := g.keys[who]; secret != "" && !slices.Contains(request.headers, "Authorization") {
			request.headers = append(request.headers, "Authorization", "Bearer "+secret)
		}
		got, err := g.send(t.Context(), request)
		if err != nil {
			t.Fatalf("%+v: %v", request, err)
		}
		g.sent++
		g.seen[got.status]++
		if err := g.wrongWith(document, request, got); err != nil {
			t.Fatalf("%+v: %v", request, err)
		}
		g.clock.Advance(50 * time.Millisecond)
		if err := g.secretIn(who, got); err != nil {
			t.Fatalf("%+v: %v", request, err)
		}
	}
}

func (g *target) wrongWith(document *described, request drawn, got reply) error {
	if got.status >= http.StatusInternalServerError {
		return fmt.Errorf("%d %s", got.status, got.body)
	}
	if document.find(request.method, request.path) == nil {
		var fault struct{ Error, Code string }
		if err := json.Unmarshal(got.body, &fault); err != nil || fault.Error == "" ||
			got.status != http.StatusNotFound && got.status != http.StatusMethodNotAllowed {
			return fmt.Errorf("at no address: %d %s", got.status, got.body)
		}
		return nil
	}
	return document.check(request.method, request.path, request.body, got.status, got.header, got.body)
}

// secretIn says which secret is in a reply or in what was logged meanwhile.
func (g *target) secretIn(who string, got reply) error {
	logged := g.logs.String()
	fresh := logged[g.logged:]
	g.logged = len(logged)
	for place, text := range map[string]string{"the reply": string(got.body) + fmt.Sprint(got.header), "the log": fresh} {
		for name, secret := range g.keys {
			if secret != "" && name != "wrong" && strings.Contains(text, secret) {
				return fmt.Errorf("the key “%s” is in %s: %.1000s", name, place, text)
			}
		}
		for _, secret := range append(g.secret, theCard) {
			if strings.Contains(text, secret) {
				return fmt.Errorf("%s holds %s: %.1000s", place, secret, text)
			}
		}
		if cvv.MatchString(text) {
			return fmt.Errorf("%s holds a security code: %.1000s", place, text)
		}
		if (who == "read" || place == "the log") && claimCode.MatchString(text) {
			return fmt.Errorf("%s holds a claim code: %.1000s", place, text)
		}
	}
	return nil
}
