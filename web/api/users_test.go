package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// createFor makes a link of a user and returns its reply.
func (s *server) createFor(user string) map[string]any {
	s.t.Helper()
	return s.create(fmt.Sprintf(`{"integrationId":"demo","resource":"paymentMethod","action":"read","externalUserId":%q,"metadata":{"who":%q}}`, user, user))
}

func TestDeleteUser_EndsAndBlanksTheUsersLinks(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const user = "ada/lovelace 100%+ü@example.com"
	path := "/v1/users/" + url.PathEscape(user)
	pending, claimed := s.createFor(user), s.createFor(user)
	other := s.createFor("bob")
	session := s.post("/link/claim", `{"code":"`+claimed["claimCode"].(string)+`"}`).object(http.StatusOK)["sessionId"].(string)

	receipt := s.call(http.MethodDelete, path, "").object(http.StatusOK)
	if receipt["links"] != 2.0 || receipt["cancelled"] != 2.0 || receipt["sessions"] != 1.0 || receipt["completedAt"] == nil {
		t.Errorf("the receipt is %v", receipt)
	}
	if ended := s.get("/v1/sessions/" + session).object(http.StatusOK); ended["status"] != "failed" {
		t.Errorf("the session is %v", ended)
	}
	for _, link := range []map[string]any{pending, claimed} {
		after := s.get("/v1/links/" + link["linkId"].(string)).object(http.StatusOK)
		if after["status"] != "expired" || after["dataDeletedAt"] == nil || after["externalUserId"] != nil || after["metadata"] != nil {
			t.Errorf("a link is %v", after)
		}
	}
	if after := s.get("/v1/links/" + other["linkId"].(string)).object(http.StatusOK); after["status"] != "pending" {
		t.Errorf("another user's link is %v", after)
	}
	for _, path := range []string{"/v1/links", "/v1/events"} {
		if strings.Contains(string(s.get(path).body), "lovelace") {
			t.Errorf("%s names the user", path)
		}
	}
	again := s.call(http.MethodDelete, path, "").object(http.StatusOK)
	if again["links"] != 0.0 || again["id"] == receipt["id"] {
		t.Errorf("the receipt of the second time is %v", again)
	}
}

func TestDeleteUser_ReachesNoFurtherThanItsKey(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	id := s.createFor("ada")["linkId"].(string)
	other := "Bearer " + s.newKey(dbtest.Organization(t, s.db, "other"))
	tests := "Bearer " + s.newKey(s.org, func(k *db.NewKey) { k.Test = true })
	reader := "Bearer " + s.newKey(s.org, func(k *db.NewKey) { k.Scope = db.ScopeRead })
	for _, key := range []string{other, tests} {
		receipt := s.call(http.MethodDelete, "/v1/users/ada", "", "Authorization", key).object(http.StatusOK)
		if receipt["links"] != 0.0 {
			t.Errorf("the receipt is %v", receipt)
		}
	}
	s.call(http.MethodDelete, "/v1/users/ada", "", "Authorization", reader).wantError(http.StatusForbidden, "insufficient_scope")
	if after := s.get("/v1/links/" + id).object(http.StatusOK); after["externalUserId"] != "ada" {
		t.Errorf("the link is %v", after)
	}
	s.call(http.MethodDelete, "/v1/users/"+strings.Repeat("a", 256), "").wantError(http.StatusBadRequest, "validation_failed")
}

func TestExportUser_ShowsAllThatIsKept(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	first := s.create(`{"integrationId":"demo","resource":"paymentMethod","action":"read","externalUserId":"ada","userLabel":"Ada L.",
		"metadata":{"cart":"17"},"webhookUrl":"https://shop.example/hooks"}`)
	s.runToEnd(first["claimCode"].(string), func(lease db.Lease) error {
		return s.db.CompleteSession(t.Context(), lease, json.RawMessage(`{"paymentMethods":[]}`))
	})
	s.clock.Advance(time.Minute)
	second := s.createFor("ada")
	s.createFor("bob")

	page := s.get("/v1/users/ada?limit=1").object(http.StatusOK)
	if link := page["links"].([]any)[0].(map[string]any); link["id"] != second["linkId"] || page["nextCursor"] == nil {
		t.Fatalf("the first page is %v", page)
	}
	page = s.get("/v1/users/ada?limit=1&cursor=" + page["nextCursor"].(string)).object(http.StatusOK)
	link := page["links"].([]any)[0].(map[string]any)
	if link["id"] != first["linkId"] || link["userLabel"] != "Ada L." || link["result"] == nil || page["nextCursor"] != nil {
		t.Errorf("the second page is %v", page)
	}
	session := link["sessions"].([]any)[0].(map[string]any)
	if session["consent"].(map[string]any)["via"] == "" || len(session["prompts"].([]any)) == 0 || len(session["events"].([]any)) == 0 {
		t.Errorf("the session is %v", session)
	}
	if event := link["events"].([]any)[0].(map[string]any); event["event"] != "link.complete" || len(event["deliveries"].([]any)) != 1 {
		t.Errorf("the event is %v", event)
	}

	receipt := s.call(http.MethodDelete, "/v1/users/ada", "").object(http.StatusOK)
	page = s.get("/v1/users/ada").object(http.StatusOK)
	if deletions := page["deletions"].([]any); len(page["links"].([]any)) != 0 || len(deletions) != 1 || deletions[0].(map[string]any)["id"] != receipt["id"] {
		t.Errorf("after the deletion it is %v", page)
	}
	s.get("/v1/users/ada?cursor=nonsense").wantError(http.StatusBadRequest, "validation_failed")
}

func TestExportUser_ShowsNoArguments(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.create(write(`"externalUserId":"ada"`))
	reply := s.get("/v1/users/ada")
	link := reply.object(http.StatusOK)["links"].([]any)[0].(map[string]any)
	if link["arguments"] != true || strings.Contains(string(reply.body), card) {
		t.Errorf("the link is %v", link)
	}
	other := "Bearer " + s.newKey(dbtest.Organization(t, s.db, "other"))
	if page := s.get("/v1/users/ada", "Authorization", other).object(http.StatusOK); len(page["links"].([]any)) != 0 {
		t.Errorf("another organization sees %v", page)
	}
}
