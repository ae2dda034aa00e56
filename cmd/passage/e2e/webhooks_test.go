package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// delivered is a webhook as a merchant's server gets it.
type delivered struct {
	header http.Header
	body   []byte
}

type notification struct {
	ID, Event, LinkID, SessionID, Status string
	Final                                bool
	Metadata                             map[string]string
	Operations                           []operationNow
	Result                               json.RawMessage
	Error                                *failureNow
}

// receiver is a merchant's webhook address.
func receiver(t *testing.T) (address string, arrivals <-chan delivered) {
	t.Helper()
	got := make(chan delivered, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err == nil {
			got <- delivered{r.Header, body}
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, got
}

// read checks both signatures of a delivery as a merchant would, and reads it.
func (s *stack) read(t *testing.T, d delivered) (n notification) {
	t.Helper()
	if err := json.Unmarshal(d.body, &n); err != nil {
		t.Fatal(err)
	}
	signed, err := jose.ParseSignedCompact(d.header.Get("X-Passage-Signature"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	var keys jose.JSONWebKeySet
	s.call(t, http.MethodGet, "/.well-known/jwks.json", nil).want(t, http.StatusOK, &keys)
	known := keys.Key(signed.Signatures[0].Header.KeyID)
	if len(known) != 1 {
		t.Fatalf("%d keys with the id of the signature", len(known))
	}
	payload, err := signed.Verify(known[0])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Hash string `json:"request_body_sha256"`
		ID   string `json:"jti"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(d.body)
	expect(t, "the signed hash", claims.Hash, hex.EncodeToString(sum[:]))
	expect(t, "the signed id", claims.ID, n.ID)
	expect(t, "webhook-id", d.header.Get("Webhook-Id"), n.ID)
	return n
}

func TestWebhooks_ReportFailureAndSuccess(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	address, arrivals := receiver(t)
	request := ask(readCards(), readBills())
	request["webhookUrl"], request["metadata"] = address, map[string]string{"cart": "1042"}
	v := s.visitor(t, s.newLink(t, request))
	user := someone(t, "flaky")

	last := v.walk(v.claim(), user.Person())
	failed := s.read(t, <-arrivals)
	expect(t, "event", failed.Event, "link.failed")
	expect(t, "status", failed.Status, "failed")
	expect(t, "final", failed.Final, false)
	expect(t, "link", failed.LinkID, v.link.LinkID)
	expect(t, "code", failed.Error.Code, user.Outcome)
	expect(t, "operations", statuses(failed.Operations), "failed pending")
	expect(t, "result", string(failed.Result), "null")
	expect(t, "metadata", failed.Metadata["cart"], "1042")

	v.walk(v.claimAgain(last), user.Person())
	complete := s.read(t, <-arrivals)
	now := s.link(t, v.link.LinkID)
	expect(t, "event", complete.Event, "link.complete")
	expect(t, "final", complete.Final, true)
	expect(t, "session", complete.SessionID, now.CurrentSessionID)
	expect(t, "result", string(complete.Result), string(now.Result))
	if complete.Error != nil || failed.SessionID == complete.SessionID || failed.ID == complete.ID {
		t.Errorf("the two events are not told apart: %+v, %+v", failed, complete)
	}
}

// The demo's own shop, from its button to its page of webhooks.
func TestDemoShop_ReceivesItsWebhooks(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	claimURL, err := s.NewClaim(t.Context(), "no")
	if err != nil {
		t.Fatal(err)
	}
	code := claimURL[strings.LastIndex(claimURL, "/")+1:]
	link, err := s.DB.LinkByCode(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	v := s.visitor(t, created{LinkID: link.ID, ClaimCode: code, ClaimURL: claimURL})
	user := someone(t, "flaky")
	last := v.walk(v.claimAgain(v.walk(v.claim(), user.Person())), user.Person())
	expect(t, "the end", last.end(), "complete")

	shop := "http://" + s.Shop.Addr().String()
	done := v.open(last.wayBack())
	if !strings.HasPrefix(last.wayBack(), shop+"/done?linkId="+link.ID) || !strings.Contains(done, "Your account is connected") {
		t.Errorf("%s shows %s", last.wayBack(), done)
	}
	s.until(t, shopNotified, "the deliveries", func() bool {
		heard := v.open(shop + "/webhooks")
		return strings.Contains(heard, "link.complete") && strings.Contains(heard, "link.failed") && strings.Contains(heard, link.ID)
	})
}

func TestMetrics_CountPausedEndpoints(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	text := get(t, "http://"+s.Admin.Addr().String()+"/metrics")
	if !strings.Contains(text, "\npassage_webhook_endpoints_paused 0\n") {
		t.Errorf("metrics: %s", text)
	}
}
