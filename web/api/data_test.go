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
