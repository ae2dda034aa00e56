package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

func TestCreateLink_RepliesWithTheLink(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	link := s.create(write(`"returnUrl":"https://a.example/x?y=1#frag","webhookUrl":"https://a.example/hook","externalUserId":"user 7",
		"metadata":{"a":"<1> é"},"debug":true,"expiresIn":60,"userLabel":"ada@…","requireReturn":true,"locale":"de"`))
	id, code := link["linkId"].(string), link["claimCode"].(string)
	if !strings.HasPrefix(id, "link_") || !strings.HasPrefix(code, "clm_") {
		t.Errorf("ids %s and %s", id, code)
	}
	now := float64(s.clock.Now().UnixMilli())
	want := map[string]any{
		"linkId": id, "claimCode": code, "integrationId": "shop", "resource": "paymentMethod", "action": "write",
		"operations": []any{map[string]any{"resource": "paymentMethod", "action": "write"}}, "status": "pending",
		"claimUrl": publicURL + "/c/" + code, "appClipUrl": publicURL + "/c/" + code,
		"returnUrl": "https://a.example/x?y=1&linkId=" + id + "#frag", "externalUserId": "user 7",
		"metadata": map[string]any{"a": "<1> é"}, "expiresAt": now + 60_000, "createdAt": now,
	}
	equal(t, link, want)
	stored, err := s.db.Link(t.Context(), s.org.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	if stored.WebhookURL != "https://a.example/hook" || stored.UserLabel != "ada@…" || !stored.RequireReturn || !stored.Debug ||
		stored.Locale != "de" || stored.ReturnURL != "https://a.example/x?y=1#frag" {
		t.Errorf("stored %+v", stored)
	}
	if summary := stored.Operations[0].Summary; !maps.Equal(summary, map[string]string{"last4": "1111"}) {
		t.Errorf("summary %v", summary)
	}
	sealed, err := s.db.Arguments(&stored)
	if err != nil || string(sealed[0]) != arguments {
		t.Errorf("arguments %s, %v", sealed, err)
	}
}

func TestCreateLink_OmitsFieldsThatWereNotGiven(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	link := s.create(simple)
	for _, name := range []string{"returnUrl", "externalUserId", "metadata"} {
		if _, ok := link[name]; ok {
			t.Errorf("%s is there", name)
		}
	}
	if got := link["expiresAt"].(float64) - link["createdAt"].(float64); got != 4*3600*1000 {
		t.Errorf("it lives for %v ms", got)
	}
	if metadata := s.create(with(`"metadata":{}`))["metadata"]; fmt.Sprint(metadata) != "map[]" {
		t.Errorf("empty metadata came back as %v", metadata)
	}
}

func TestCreateLink_SummarizesDryRun(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	link := s.create(strings.Replace(write(""), `"cvv"`, `"dryRun":true,"cvv"`, 1))
	stored, err := s.db.Link(t.Context(), s.org.ID, link["linkId"].(string))
	if err != nil || !maps.Equal(stored.Operations[0].Summary, map[string]string{"last4": "1111", "dryRun": "true"}) {
		t.Errorf("%v, %v", stored.Operations, err)
	}
}

// linkNames are CONTRACT §3's fields of a link, whether a test key made it, and
// when its data was deleted.
var linkNames = strings.Fields(`id integrationId operations resource action externalUserId metadata status currentSessionId result
	error returnUrl claimUrl debug reusable returnRequired expiresAt createdAt updatedAt completedAt dataDeletedAt sessions test`)

func TestGetLink_HasEveryFieldFromTheStart(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	created := s.create(with(`"reusable":true`))
	link := s.get("/v1/links/" + created["linkId"].(string)).object(http.StatusOK)
	names := slices.Sorted(maps.Keys(link))
	if want := slices.Sorted(slices.Values(linkNames)); !slices.Equal(names, want) {
		t.Errorf("fields %v, want %v", names, want)
	}
	for _, name := range strings.Fields("externalUserId metadata currentSessionId result error returnUrl completedAt dataDeletedAt") {
		if link[name] != nil {
			t.Errorf("%s is %v before it can be known", name, link[name])
		}
	}
	if link["status"] != "pending" || link["reusable"] != true || link["claimUrl"] != created["claimUrl"] || fmt.Sprint(link["sessions"]) != "[]" {
		t.Errorf("link %v", link)
	}
}

const aResult = `{"paymentMethods":[{"order":0,"vendorId":"pm_1","last4":"1111","type":"credit_card","isDefault":true,"nickname":"<b>","raw":{}}]}`

func TestGetLink_ShowsResultAndAttempts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	created := s.create(simple)
	id := created["linkId"].(string)
	lease := s.runToEnd(created["claimCode"].(string), func(lease db.Lease) error {
		return s.db.CompleteSession(t.Context(), lease, json.RawMessage(aResult))
	})
	reply := s.get("/v1/links/" + id)
	link := reply.object(http.StatusOK)
	if link["status"] != "complete" || link["currentSessionId"] != lease.SessionID || link["completedAt"] == nil || link["error"] != nil {
		t.Errorf("link %s", reply.body)
	}
	if !strings.Contains(string(reply.body), `"result":`+aResult) {
		t.Errorf("result %s", reply.body)
	}
	if got := link["operations"].([]any)[0].(map[string]any)["status"]; got != "complete" {
		t.Errorf("operation %v", got)
	}
	sessions := s.get("/v1/links/" + id + "/sessions").object(http.StatusOK)["sessions"]
	equal(t, sessions, link["sessions"])
	detail := s.get("/v1/sessions/" + lease.SessionID).object(http.StatusOK)
	var timeline []string
	for _, event := range detail["events"].([]any) {
		timeline = append(timeline, event.(map[string]any)["event"].(string))
	}
	if got := strings.Join(timeline, " "); got != "claimed queued started operation_started operation_completed completed" {
		t.Errorf("timeline %s", got)
	}
	if detail["linkId"] != id || detail["status"] != "complete" || len(detail["operations"].([]any)) != 1 {
		t.Errorf("session %v", detail)
	}
}

func TestGetLink_ShowsFailureWithoutDetail(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	created := s.create(simple)
	lease := s.runToEnd(created["claimCode"].(string), func(lease db.Lease) error {
		return s.db.FailSession(t.Context(), lease, db.Failure{Code: "SITE_CHANGED", Detail: "selector #secret-detail"})
	})
	for _, path := range []string{"/v1/links/" + lease.LinkID, "/v1/sessions/" + lease.SessionID, "/v1/events", "/v1/links"} {
		reply := s.get(path)
		if text := string(reply.body); !strings.Contains(text, `"code":"SITE_CHANGED","message":"An element`) || strings.Contains(text, "secret-detail") {
			t.Errorf("%s: %s", path, text)
		}
	}
}

// runToEnd claims a link as another process would, runs its first operation,
// and ends the session.
func (s *server) runToEnd(code string, end func(db.Lease) error) db.Lease {
	s.t.Helper()
	claimed, err := s.db.ClaimLink(s.t.Context(), dbtest.NewClaim(code, "another process"))
	if err != nil {
		s.t.Fatal(err)
	}
	lease := claimed.Session.Lease()
	for _, step := range []func() error{
		func() error { return s.db.StartSession(s.t.Context(), lease, claimed.PromptID) },
		func() error { return s.db.RunSession(s.t.Context(), lease) },
		func() error { return s.db.StartOperation(s.t.Context(), lease, 0) },
		func() error { return s.db.CompleteOperation(s.t.Context(), lease, 0, nil) },
		func() error { return end(lease) },
	} {
		if err := step(); err != nil {
			s.t.Fatal(err)
		}
	}
	return lease
}

func TestAPI_SeparatesOrganizations(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	created := s.create(simple)
	lease := s.runToEnd(created["claimCode"].(string), func(lease db.Lease) error {
		return s.db.CompleteSession(t.Context(), lease, json.RawMessage(`{}`))
	})
	event := s.get("/v1/events").object(http.StatusOK)["events"].([]any)[0].(map[string]any)["id"].(string)
	mine := s.post("/v1/links", simple, "Idempotency-Key", "k")

	s.key = s.newKey(dbtest.Organization(t, s.db, "other"))
	for _, path := range []string{"/v1/links/" + lease.LinkID, "/v1/links/" + lease.LinkID + "/sessions", "/v1/sessions/" + lease.SessionID} {
		s.get(path).wantError(http.StatusNotFound, "not_found")
	}
	s.post("/v1/links/"+lease.LinkID+"/cancel", "").wantError(http.StatusNotFound, "not_found")
	if links := s.get("/v1/links").object(http.StatusOK)["links"].([]any); len(links) != 0 {
		t.Errorf("links %v", links)
	}
	if events := s.get("/v1/events").object(http.StatusOK)["events"].([]any); len(events) != 0 {
		t.Errorf("events %v", events)
	}
	if got := s.get("/v1/events?after=" + event).issues(); got != "after: is not the id of an event" {
		t.Error(got)
	}
	if theirs := s.post("/v1/links", simple, "Idempotency-Key", "k"); theirs.status != http.StatusCreated || string(theirs.body) == string(mine.body) {
		t.Errorf("their key: %s", theirs.body)
	}
}

func TestCancelLink_EndsALinkOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	created := s.create(simple)
	path := "/v1/links/" + created["linkId"].(string) + "/cancel"
	link := s.post(path, "").object(http.StatusOK)
	if link["status"] != "expired" || link["error"].(map[string]any)["code"] != "LINK_CANCELLED" {
		t.Errorf("link %v", link)
	}
	s.post(path, "").wantError(http.StatusConflict, "link_expired")
	s.post("/link/claim", fmt.Sprintf(`{"code":%q}`, created["claimCode"])).wantError(http.StatusGone, "link_expired")

	claimed := s.create(simple)
	s.post("/link/claim", fmt.Sprintf(`{"code":%q}`, claimed["claimCode"])).object(http.StatusOK)
	link = s.post("/v1/links/"+claimed["linkId"].(string)+"/cancel", "").object(http.StatusOK)
	if session := link["sessions"].([]any)[0].(map[string]any); link["status"] != "expired" || session["status"] != "failed" {
		t.Errorf("link %v", link)
	}
}

func TestCreateLink_RefusesReusedIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	first := s.post("/v1/links", `{"integrationId":"shop","resource":"paymentMethod","action":"read"}`, "Idempotency-Key", "again")
	first.object(http.StatusCreated)
	for _, body := range []string{`{"integrationId":"nowhere"}`, `{`, `{"integrationId":"shop","resource":"paymentMethod","action":"read","debug":true}`} {
		s.post("/v1/links", body, "Idempotency-Key", "again").object(http.StatusConflict)
	}
}
