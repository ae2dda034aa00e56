package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"passage/db"
)

const hooked = `"webhookUrl":"https://shop.example/hooks"`

// event ends a new link and returns its event's id.
func (s *server) event(fields string) string {
	s.t.Helper()
	id := s.create(with(fields))["linkId"].(string)
	s.post("/v1/links/"+id+"/cancel", "").object(http.StatusOK)
	events, err := s.db.EventsOfLink(s.t.Context(), id)
	if err != nil || len(events) != 1 {
		s.t.Fatalf("%d events, %v", len(events), err)
	}
	return events[0].ID
}

// recordAttempts records an attempt at every delivery that is due.
func (s *server) recordAttempts(attempt db.DeliveryAttempt, status db.DeliveryStatus, next int64) {
	s.t.Helper()
	taken, err := s.db.LeaseDeliveries(s.t.Context(), 100, time.Minute)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, delivery := range taken {
		if err := s.db.RecordAttempt(s.t.Context(), delivery, attempt, status, next); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *server) deliveries(event string) (list []map[string]any) {
	s.t.Helper()
	for _, item := range s.get("/v1/events/" + event + "/deliveries").object(http.StatusOK)["deliveries"].([]any) {
		list = append(list, item.(map[string]any))
	}
	return list
}

func TestListDeliveries_ShowsEveryAttempt(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	event := s.event(hooked)
	refused := http.StatusServiceUnavailable
	later := s.db.Now() + 5000
	s.recordAttempts(db.DeliveryAttempt{StatusCode: &refused, Took: 12, Error: "the receiver answered 503", Reply: "busy"}, db.DeliveryPending, later)
	waiting := s.deliveries(event)[0]
	try := waiting["tries"].([]any)[0].(map[string]any)
	equal(t, try, map[string]any{"number": 1, "timestamp": s.db.Now(), "statusCode": 503, "took": 12,
		"error": "the receiver answered 503", "reply": "busy"})
	if waiting["status"] != "pending" || waiting["nextTryAt"] != float64(later) || waiting["endedAt"] != nil ||
		waiting["url"] != "https://shop.example/hooks" || waiting["eventId"] != event {
		t.Errorf("delivery %v", waiting)
	}
	s.clock.Advance(5 * time.Second)
	s.recordAttempts(db.DeliveryAttempt{Took: 3}, db.DeliveryDelivered, 0)
	ended := s.deliveries(event)[0]
	if ended["status"] != "delivered" || ended["nextTryAt"] != nil || ended["endedAt"] == nil || len(ended["tries"].([]any)) != 2 {
		t.Errorf("delivery %v", ended)
	}
	s.get("/v1/events/evt_none/deliveries").wantError(http.StatusNotFound, "not_found")
	if got := s.deliveries(s.event(`"externalUserId":"u"`)); got != nil {
		t.Errorf("without a webhook URL: %v", got)
	}
}

func TestResendEvent_QueuesDelivery(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	event := s.event(hooked)
	s.recordAttempts(db.DeliveryAttempt{}, db.DeliveryDelivered, 0)
	again := s.post("/v1/events/"+event+"/resend", "").object(http.StatusAccepted)
	twice := s.post("/v1/events/"+event+"/resend", "").object(http.StatusAccepted)
	if again["status"] != "pending" || again["eventId"] != event || twice["id"] != again["id"] || len(s.deliveries(event)) != 2 {
		t.Errorf("first %v, then %v", again, twice)
	}
	s.post("/v1/events/"+s.event(`"externalUserId":"u"`)+"/resend", "").wantError(http.StatusConflict, "no_webhook_url")
	s.post("/v1/events/evt_none/resend", "").wantError(http.StatusNotFound, "not_found")
}

func TestResendEvents_ResendsSinceATime(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	first := s.event(hooked)
	since := s.db.Now()
	s.clock.Advance(time.Second)
	second := s.event(hooked)
	s.event(`"externalUserId":"u"`)
	s.recordAttempts(db.DeliveryAttempt{}, db.DeliveryDelivered, 0)
	equal(t, s.post("/v1/events/resend", fmt.Sprintf(`{"createdAfter":%d}`, since)).object(http.StatusAccepted),
		map[string]any{"resent": 1, "nextCursor": nil})
	if len(s.deliveries(first)) != 1 || len(s.deliveries(second)) != 2 {
		t.Errorf("%d and %d deliveries", len(s.deliveries(first)), len(s.deliveries(second)))
	}
	for body, want := range map[string]string{
		`{}`:                                    "createdAfter: is required: events after this time, in Unix milliseconds",
		`{"createdAfter":-1}`:                   "createdAfter: must be a time in Unix milliseconds",
		`{"createdAfter":"now"}`:                "createdAfter: must be a time in Unix milliseconds",
		`{"createdAfter":9,"createdBefore":9}`:  "createdBefore: must be later than createdAfter",
		`{"createdAfter":0,"after":"evt_none"}`: "after: is not the id of an event",
		`{"createdAfter":0,"before":1}`:         "before: is not a known field",
	} {
		if got := s.post("/v1/events/resend", body).issues(); got != want {
			t.Errorf("%s: %s", body, got)
		}
	}
}

func TestResendEvents_RequiresScopeAll(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	event := s.event(hooked)
	for _, scope := range []db.Scope{db.ScopeRead, db.ScopeLinks} {
		key := "Bearer " + s.newKey(s.org, func(k *db.NewKey) { k.Scope = scope })
		s.get("/v1/events/"+event+"/deliveries", "Authorization", key).object(http.StatusOK)
		s.post("/v1/events/"+event+"/resend", "", "Authorization", key).wantError(http.StatusForbidden, "insufficient_scope")
		s.post("/v1/events/resend", `{"createdAfter":0}`, "Authorization", key).wantError(http.StatusForbidden, "insufficient_scope")
	}
	other, err := s.db.EnsureOrganization(t.Context(), "another")
	if err != nil {
		t.Fatal(err)
	}
	// Neither another organization's key nor a test key reaches a live link's event.
	for _, secret := range []string{s.newKey(other), s.newKey(s.org, func(k *db.NewKey) { k.Test = true })} {
		key := "Bearer " + secret
		s.get("/v1/events/"+event+"/deliveries", "Authorization", key).wantError(http.StatusNotFound, "not_found")
		s.post("/v1/events/"+event+"/resend", "", "Authorization", key).wantError(http.StatusNotFound, "not_found")
		equal(t, s.post("/v1/events/resend", `{"createdAfter":0}`, "Authorization", key).object(http.StatusAccepted),
			map[string]any{"resent": 0, "nextCursor": nil})
	}
}
