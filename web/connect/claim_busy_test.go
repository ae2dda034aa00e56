package connect_test

import (
	"net/http"
	"testing"

	"passage/db"
	"passage/web/webtest"
)

func TestClaim_SaysThatTooManyConnect(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	first, second := s.Link(), s.Link()
	s.Must(s.DB.SetQuota(t.Context(), first.OrganizationID, db.Quota{SessionsAtOnce: 1}, "ada"))
	person, other := &visitor{Server: s}, &visitor{Server: s}
	page := person.send("POST", "/c/"+first.ClaimCode).Header().Get("Location")
	claim := "/c/" + second.ClaimCode
	other.wantReply("too many", other.send("POST", claim), http.StatusServiceUnavailable, "try again in a minute")
	person.send("POST", page+"/cancel")
	other.wantReply("later", other.send("POST", claim), http.StatusSeeOther, "/s/sess_")
}
