package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

func TestDeleteLinkData_DestroysDataAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	link := s.create(simple)
	id, code := link["linkId"].(string), link["claimCode"].(string)
	s.runToEnd(code, func(lease db.Lease) error {
		s.call(http.MethodDelete, "/v1/links/"+id+"/data", "").wantError(http.StatusConflict, "link_active")
		return s.db.CompleteSession(t.Context(), lease, json.RawMessage(`{"paymentMethods":[]}`))
	})
	if s.get("/v1/links/" + id).object(http.StatusOK)["result"] == nil {
		t.Fatal("there was no result to delete")
	}
	if reply := s.call(http.MethodDelete, "/v1/links/"+id+"/data", ""); reply.status != http.StatusNoContent || len(reply.body) > 0 {
		t.Fatalf("%d %s", reply.status, reply.body)
	}
	after := s.get("/v1/links/" + id).object(http.StatusOK)
	if after["result"] != nil || after["status"] != "complete" || after["completedAt"] == nil {
		t.Errorf("afterwards it is %v", after)
	}
}

func TestDeleteLinkData_BlanksWhatNamesThePerson(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const canary = "ada-lovelace"
	id := s.create(`{"integrationId":"demo","resource":"paymentMethod","action":"read","externalUserId":"` + canary + `",
		"userLabel":"` + canary + `","metadata":{"who":"` + canary + `"},"returnUrl":"https://shop.example/done?who=` + canary + `#` + canary + `",
		"webhookUrl":"https://shop.example/hooks?who=` + canary + `"}`)["linkId"].(string)
	s.post("/v1/links/"+id+"/cancel", "").object(http.StatusOK)
	if before := s.get("/v1/links/" + id).object(http.StatusOK); before["dataDeletedAt"] != nil {
		t.Errorf("deleted already: %v", before)
	}
	s.call(http.MethodDelete, "/v1/links/"+id+"/data", "")
	after := s.get("/v1/links/" + id).object(http.StatusOK)
	if after["dataDeletedAt"] == nil || after["externalUserId"] != nil || after["metadata"] != nil ||
		after["returnUrl"] != "https://shop.example/done?linkId="+id {
		t.Errorf("afterwards it is %v", after)
	}
	events := s.get("/v1/events").object(http.StatusOK)["events"].([]any)
	event := events[len(events)-1].(map[string]any)
	for _, path := range []string{"/v1/links/" + id, "/v1/links", "/v1/events", "/v1/events/" + event["id"].(string) + "/deliveries"} {
		if strings.Contains(string(s.get(path).body), canary) {
			t.Errorf("%s names the person", path)
		}
	}
	if event["linkId"] != id || event["error"] == nil {
		t.Errorf("the event has become %v", event)
	}
}

func TestDeleteLinkData_KeepsDataOfOtherOrganizations(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	id := s.create(simple)["linkId"].(string)
	other := "Bearer " + s.newKey(dbtest.Organization(t, s.db, "other"))
	s.call(http.MethodDelete, "/v1/links/"+id+"/data", "", "Authorization", other).wantError(http.StatusNotFound, "not_found")
}

func TestCreateLink_ReportsDeletedReply(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	first := s.post("/v1/links", simple, "Idempotency-Key", "one").object(http.StatusCreated)
	s.call(http.MethodDelete, "/v1/links/"+first["linkId"].(string)+"/data", "")
	again := s.post("/v1/links", simple, "Idempotency-Key", "one")
	again.wantError(http.StatusGone, "data_deleted")
	if strings.Contains(string(again.body), first["claimCode"].(string)) {
		t.Error("the claim code came back")
	}
	s.post("/link/claim", `{"code":"`+first["claimCode"].(string)+`"}`).wantError(http.StatusGone, "link_expired")
}
