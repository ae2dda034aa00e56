package webhook

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"passage/db"
	"passage/db/dbtest"
)

func TestVerifier_AcceptsOnlyWhatWasSent(t *testing.T) {
	t.Parallel()
	database := dbtest.Open(t, time.Now)
	organization := dbtest.Organization(t, database, "acme").ID
	receiver := newReceiver(t, status(http.StatusOK))
	sender := New(Options{DB: database, Allow: loopback(t), Logger: quiet()})
	for range 2 {
		if try, err := sender.Test(t.Context(), organization, receiver.URL); err != nil || try.Error != "" {
			t.Fatalf("%+v, %v", try, err)
		}
	}
	sent, another := receiver.next(t), receiver.next(t)
	key, private, err := database.EnsureSigningKey(t.Context(), organization)
	if err != nil {
		t.Fatal(err)
	}
	keySet := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: private.Public(), KeyID: key.ID}}}
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			keySet := jose.JSONWebKeySet{}
			_ = json.NewEncoder(w).Encode(keySet)
			return
		}
		_ = json.NewEncoder(w).Encode(keySet)
	}))
	t.Cleanup(served.Close)
	bySecret := Verifier{Secret: secrets(t, database, organization)[0]}
	byKey := Verifier{KeyURL: served.URL, Client: served.Client()}
	both := Verifier{Secret: bySecret.Secret, KeyURL: byKey.KeyURL, Client: byKey.Client}
	elsewhere := secrets(t, database, dbtest.Organization(t, database, "globex").ID)[0]

	for name, row := range map[string]struct {
		verifier Verifier
		change   func(http.Header)
		body     string
		want     string // of the error; empty where it is taken
	}{
		"by the secret":      {verifier: bySecret},
		"by the key":         {verifier: byKey},
		"by both":            {verifier: both},
		"not a secret":       {verifier: Verifier{Secret: "whsec_?"}, want: "the secret is not one"},
		"another's secret":   {verifier: Verifier{Secret: elsewhere}, want: "webhook-signature: "},
		"changed, by secret": {verifier: bySecret, body: `{}`, want: "webhook-signature: "},
		"changed, by key":    {verifier: byKey, body: `{}`, want: "is of another body"},
		"not signed": {verifier: byKey, want: "is not a JWT",
			change: func(h http.Header) { h.Del("X-Passage-Signature") }},
		"another event's id": {verifier: byKey, want: "is of another event",
			change: func(h http.Header) { h.Set("webhook-id", another.header.Get("webhook-id")) }},
		"another event's signature": {verifier: byKey, want: "is of another body",
			change: func(h http.Header) { h.Set("X-Passage-Signature", another.header.Get("X-Passage-Signature")) }},
		"a retired key": {verifier: Verifier{KeyURL: served.URL + "/none", Client: served.Client()}, want: "a key that is not in force"},
	} {
		header, body := sent.header.Clone(), string(sent.body)
		if row.change != nil {
			row.change(header)
		}
		if row.body != "" {
			body = row.body
		}
		err := row.verifier.Verify(t.Context(), header, []byte(body))
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSender_RecordsNoTestEvents(t *testing.T) {
	t.Parallel()
	sender := newSender(t)
	organization := dbtest.Organization(t, sender.db, "acme").ID
	receiver := newReceiver(t, status(http.StatusServiceUnavailable))
	try, err := sender.Test(t.Context(), organization, receiver.URL)
	if err != nil || *try.StatusCode != http.StatusServiceUnavailable || !strings.HasPrefix(try.Error, "the receiver answered 503") {
		t.Errorf("try %+v, %v", try, err)
	}
	if _, waits, err := sender.db.NextDelivery(t.Context()); waits || err != nil {
		t.Errorf("it is tried again: %v", err)
	}
	if events, err := sender.db.EventsAfter(t.Context(), db.EventFilter{OrganizationID: organization, Limit: 1}); len(events) > 0 || err != nil {
		t.Errorf("events: %+v, %v", events, err)
	}
}
