package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

// returned is a link whose session has succeeded and whose person is on the way
// back, with the code that they carry.
func (s *server) returned() (id, code string) {
	s.t.Helper()
	created := s.create(with(`"returnUrl":"https://a.example/done","requireReturn":true`))
	id = created["linkId"].(string)
	s.runToEnd(created["claimCode"].(string), func(lease db.Lease) error {
		return s.db.CompleteSession(s.t.Context(), lease, []byte(`{"paymentMethods":[]}`))
	})
	return id, s.returnCode(id)
}

func (s *server) returnCode(id string) string {
	s.t.Helper()
	link, err := s.db.Link(s.t.Context(), s.org.ID, id)
	if err != nil {
		s.t.Fatal(err)
	}
	session, _, err := s.db.Session(s.t.Context(), link.CurrentSessionID)
	if err != nil {
		s.t.Fatal(err)
	}
	way, err := s.db.ReturnAddress(s.t.Context(), &link, &session)
	if err != nil {
		s.t.Fatal(err)
	}
	address, err := url.Parse(way)
	if err != nil {
		s.t.Fatal(err)
	}
	return address.Query().Get("returnCode")
}

func (s *server) redeem(id, code string, headers ...string) reply {
	s.t.Helper()
	return s.post("/v1/links/"+id+"/redeem", fmt.Sprintf(`{"returnCode":%q}`, code), headers...)
}

func TestRedeemReturn_ReleasesTheResult(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	id, code := s.returned()
	before := s.get("/v1/links/" + id).object(http.StatusOK)
	if before["status"] != "active" || before["returnRequired"] != true || before["result"] != nil || before["completedAt"] != nil {
		t.Errorf("before the return it is %v", before)
	}
	if events := s.get("/v1/events").object(http.StatusOK)["events"].([]any); len(events) > 0 {
		t.Errorf("it was told: %v", events)
	}
	everything := string(s.get("/v1/links").body) + string(s.get("/v1/links/"+id).body) +
		string(s.get("/v1/sessions/"+before["currentSessionId"].(string)).body)
	if strings.Contains(everything, code) {
		t.Error("the merchant's server is told the code")
	}

	first := s.redeem(id, code)
	released := first.object(http.StatusOK)
	if released["status"] != "complete" || released["returnRequired"] != false || fmt.Sprint(released["result"]) != "map[paymentMethods:[]]" {
		t.Errorf("released: %v", released)
	}
	equal(t, s.get("/v1/links/"+id).object(http.StatusOK), released)
	equal(t, s.redeem(id, code).object(http.StatusOK), released)
	if events := s.get("/v1/events").object(http.StatusOK)["events"].([]any); len(events) != 1 {
		t.Errorf("events %v", events)
	}
	if strings.Contains(s.logs.String(), code) {
		t.Error("the code is in the logs")
	}
}

func TestRedeemReturn_RefusesWhatCannotBeRedeemed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	id, code := s.returned()
	for body, want := range map[string]string{
		`{}`: "returnCode: is required", `{"returnCode":7}`: "returnCode: must be a string",
		`{"returnCode":"x","linkId":"y"}`: "linkId: is not a known field",
	} {
		if got := s.post("/v1/links/"+id+"/redeem", body).issues(); got != want {
			t.Errorf("%s: %s", body, got)
		}
	}
	reader := s.newKey(s.org, func(created *db.NewKey) { created.Scope = db.ScopeRead })
	s.redeem(id, code, "Authorization", "Bearer "+reader).wantError(http.StatusForbidden, "insufficient_scope")
	stranger := s.newKey(dbtest.Organization(t, s.db, "other"))
	s.redeem(id, code, "Authorization", "Bearer "+stranger).wantError(http.StatusNotFound, "not_found")
	s.redeem("link_none", code).wantError(http.StatusNotFound, "not_found")
	s.redeem(s.create(simple)["linkId"].(string), code).wantError(http.StatusConflict, "nothing_to_redeem")

	s.call(http.MethodDelete, "/v1/links/"+id+"/data", "").wantError(http.StatusConflict, "link_active")
	cancelled := s.post("/v1/links/"+id+"/cancel", "").object(http.StatusOK)
	if cancelled["status"] != "expired" || cancelled["returnRequired"] != false || cancelled["result"] != nil {
		t.Errorf("cancelled: %v", cancelled)
	}
	s.redeem(id, code).wantError(http.StatusGone, "link_expired")
}

func TestRedeemReturn_LimitsGuesses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	id, code := s.returned()
	other, otherCode := s.returned()
	var last reply
	for range 50 { // more than the limit, should minutes of the clock end on the way
		if last = s.redeem(id, otherCode); last.status == http.StatusTooManyRequests {
			break
		}
		last.wantError(http.StatusNotFound, "wrong_return_code")
	}
	last.wantError(http.StatusTooManyRequests, "rate_limited")
	if last.header.Get("Retry-After") == "" {
		t.Error("it is not said when to try again")
	}
	if s.redeem(other, otherCode); s.get("/v1/links/" + other).object(http.StatusOK)["status"] != "complete" {
		t.Error("another link's code is refused too")
	}
	if strings.Contains(string(last.body), code) {
		t.Error("the reply holds the code")
	}
}
