package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"passage/db"
)

func TestListLinks_PagesNewestFirst(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var want []string
	for range 5 {
		want = append([]string{s.create(simple)["linkId"].(string)}, want...)
		s.clock.Advance(time.Millisecond)
	}
	var got []string
	path := "/v1/links?limit=2"
	for range 3 {
		page := s.get(path).object(http.StatusOK)
		for _, item := range page["links"].([]any) {
			link := item.(map[string]any)
			got = append(got, link["id"].(string))
			for _, name := range linkNames {
				_, there := link[name]
				if listed := name != "result" && name != "sessions"; there != listed {
					t.Errorf("%s: listed %v", name, there)
				}
			}
		}
		if page["nextCursor"] == nil {
			break
		}
		path = "/v1/links?limit=2&cursor=" + page["nextCursor"].(string)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestListLinks_Filters(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.create(with(`"expiresIn":1`))
	s.clock.Advance(time.Second)
	ada := s.create(with(`"externalUserId":"ada & co"`))["linkId"]
	for query, want := range map[string]int{
		"": 2, "status=expired": 1, "status=pending": 1, "status=complete": 0, "integrationId=shop": 2, "integrationId=x": 0,
		"externalUserId=ada+%26+co": 1, "externalUserId=ada": 0, "status=expired&externalUserId=ada+%26+co": 0,
	} {
		links := s.get("/v1/links?" + query).object(http.StatusOK)["links"].([]any)
		if len(links) != want {
			t.Errorf("%q lists %d links, want %d", query, len(links), want)
		}
		if query == "status=pending" && links[0].(map[string]any)["id"] != ada {
			t.Errorf("%q lists %v", query, links)
		}
	}
}

func TestListLinks_FindsFailures(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.create(simple)
	s.clock.Advance(time.Millisecond)
	failed := s.create(simple)
	lease := s.runToEnd(failed["claimCode"].(string), func(lease db.Lease) error {
		return s.db.FailSession(t.Context(), lease, db.Failure{Code: "SITE_CHANGED"})
	})
	reference := lease.SessionID[:len("sess_")+8]
	for query, want := range map[string]int{
		"errorCode=SITE_CHANGED": 1, "errorCode=SITE_BLOCKED": 0, "reference=" + reference: 1, "reference=" + lease.SessionID: 1,
		"reference=sess_zzzzzzzz": 0, "createdAfter=0": 2, fmt.Sprint("createdAfter=", int64(failed["createdAt"].(float64))-1): 1,
		fmt.Sprint("createdAfter=", int64(failed["createdAt"].(float64))): 0,
	} {
		links := s.get("/v1/links?" + query).object(http.StatusOK)["links"].([]any)
		if len(links) != want {
			t.Errorf("%q lists %d links, want %d", query, len(links), want)
		}
		if want == 1 && links[0].(map[string]any)["id"] != failed["linkId"] {
			t.Errorf("%q lists %v", query, links)
		}
	}
}

func TestListLinks_RewordsParameterErrors(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for query, want := range map[string]string{
		"limit=0": "limit: must be at least 1", "limit=101": "limit: must be at most 100", "limit=x": "limit: must be an integer",
		"status=done":     "status: must be one of pending, active, complete, failed, expired",
		"reference=sess_": "reference: must be a reference such as sess_4KwX0b2N", "createdAfter=-1": "createdAfter: must be at least 0",
		"cursor=nonsense": "cursor: is not a cursor of this list", "page=2": "page: is not a known parameter",
	} {
		if got := s.get("/v1/links?" + query).issues(); got != want {
			t.Errorf("%s: %s", query, got)
		}
	}
}

func TestCreateLink_RepliesTheSameToConcurrentRetries(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	body := write(`"metadata":{"a":"<é>"}`)
	replies := make([]reply, 20)
	var posts sync.WaitGroup
	for n := range replies {
		posts.Go(func() { replies[n] = s.post("/v1/links", body, "Idempotency-Key", "key 1") })
	}
	posts.Wait()
	first := 0
	for _, reply := range replies {
		if reply.status != http.StatusCreated || string(reply.body) != string(replies[0].body) {
			t.Errorf("%d %s", reply.status, reply.body)
		}
		if reply.header.Get("Idempotent-Replayed") == "" {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d replies say that they are the first", first)
	}
	if links := s.get("/v1/links").object(http.StatusOK)["links"].([]any); len(links) != 1 {
		t.Errorf("%d links", len(links))
	}
	s.post("/v1/links", body+" ", "Idempotency-Key", "key 1").wantError(http.StatusConflict, "idempotency_key_reused")
	other := s.post("/v1/links", body, "Idempotency-Key", "key 2")
	if other.status != http.StatusCreated || string(other.body) == string(replies[0].body) {
		t.Errorf("another key: %s", other.body)
	}
	s.clock.Advance(db.IdempotencyWindow)
	if later := s.post("/v1/links", simple, "Idempotency-Key", "key 1"); later.status != http.StatusCreated {
		t.Errorf("after a day: %d %s", later.status, later.body)
	}
	if got := s.post("/v1/links", simple, "Idempotency-Key", strings.Repeat("k", 256)).issues(); got != "Idempotency-Key: must have at most 255 characters" {
		t.Error(got)
	}
}

func TestListEvents_PagesInOrderOfCommits(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for range 3 {
		id := s.create(with(`"metadata":{"a":"b"},"externalUserId":"u"`))["linkId"].(string)
		s.post("/v1/links/"+id+"/cancel", "").object(http.StatusOK)
	}
	page := s.get("/v1/events?limit=2").object(http.StatusOK)
	events := page["events"].([]any)
	if len(events) != 2 || page["nextCursor"] != events[1].(map[string]any)["id"] {
		t.Fatalf("page %v", page)
	}
	event := events[0].(map[string]any)
	if event["event"] != "link.expired" || event["status"] != "expired" || event["final"] != true || event["externalUserId"] != "u" ||
		event["sessionId"] != nil || event["error"].(map[string]any)["code"] != "LINK_CANCELLED" || event["timestamp"] == nil {
		t.Errorf("event %v", event)
	}
	rest := s.get("/v1/events?after=" + page["nextCursor"].(string)).object(http.StatusOK)
	if len(rest["events"].([]any)) != 1 || rest["nextCursor"] != nil {
		t.Errorf("rest %v", rest)
	}
	if got := s.get("/v1/events?after=evt_nope").issues(); got != "after: is not the id of an event" {
		t.Error(got)
	}
}
