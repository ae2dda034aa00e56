package e2e

import (
	"net/http"
	"testing"

	"passage/db/dbtest"
)

// A reusable link is offered again once it is complete, until its time is over:
// from then on it says that it is done.
func TestReusableLink_IsOfferedUntilItExpires(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	request := ask(readBills())
	request["reusable"], request["expiresIn"] = true, 3600
	v := s.visitor(t, s.newLink(t, request))
	user := someone(t, "good")
	for attempt := 1; attempt <= 2; attempt++ {
		expect(t, "the end", v.walk(v.claim(), user.Person()).end(), "complete")
		now := s.link(t, v.link.LinkID)
		expect(t, "the link", now.Status, "complete")
		expect(t, "attempts", len(now.Sessions), attempt)
	}
	again := v.get(v.link.ClaimURL)
	expect(t, "status", again.status, http.StatusOK)
	expect(t, "offers to log in", again.hasForm("/c/"+v.link.ClaimCode), true)

	if _, err := dbtest.Raw(t, s.folder).ExecContext(t.Context(), `UPDATE links SET expires_at = created_at WHERE id = $1`, v.link.LinkID); err != nil {
		t.Fatal(err)
	}
	over := v.get(v.link.ClaimURL)
	expect(t, "past its time", over.end(), "complete")
	expect(t, "offers to log in past its time", over.hasForm("/c/"+v.link.ClaimCode), false)
}
