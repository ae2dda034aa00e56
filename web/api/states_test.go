package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"passage/db"
)

// What a merchant sees of each trigger of a link's states.
func TestGetLink_ShowsEveryStatus(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	complete := func(lease db.Lease) error { return s.db.CompleteSession(t.Context(), lease, []byte(aResult)) }
	fail := func(lease db.Lease) error {
		return s.db.FailSession(t.Context(), lease, db.Failure{Code: "SITE_CHANGED"})
	}
	claim := func(code string) reply { return s.post("/link/claim", fmt.Sprintf(`{"code":%q}`, code)) }
	links := map[string]map[string]any{}
	for _, name := range []string{"pending", "failed", "complete", "active"} {
		links[name] = s.create(simple)
	}
	links["reusable"] = s.create(with(`"reusable":true`))
	codeOf := func(name string) string { return links[name]["claimCode"].(string) }
	s.runToEnd(codeOf("failed"), fail)
	s.runToEnd(codeOf("complete"), complete)
	s.runToEnd(codeOf("reusable"), complete)
	s.runToEnd(codeOf("active"), fail)
	claim(codeOf("active")).object(http.StatusOK)
	want := func(when string, states map[string]string) {
		t.Helper()
		for name, state := range states {
			link := s.get("/v1/links/" + links[name]["linkId"].(string)).object(http.StatusOK)
			failed := link["error"] != nil
			if link["status"] != state || (link["result"] != nil) != (state == "complete") || (link["completedAt"] != nil) != (state == "complete") ||
				state == "failed" && !failed || (state == "pending" || state == "active" || state == "complete") && failed {
				t.Errorf("%s, the %s link is %v, error %v, result %v, completed at %v", when, name, link["status"], link["error"], link["result"], link["completedAt"])
			}
		}
	}
	// The claim of a failed link takes its error away.
	want("before its time is over", map[string]string{"pending": "pending", "failed": "failed", "complete": "complete", "active": "active", "reusable": "complete"})
	s.clock.Advance(4*time.Hour - time.Millisecond)
	want("a millisecond before", map[string]string{"pending": "pending", "failed": "failed"})
	s.clock.Advance(time.Millisecond)
	want("at the end of its time", map[string]string{"pending": "expired", "failed": "expired", "complete": "complete", "active": "expired", "reusable": "complete"})
	listed := s.get("/v1/links?status=expired").object(http.StatusOK)["links"].([]any)
	if len(listed) != 3 {
		t.Errorf("%d links are listed as expired, want 3", len(listed))
	}
	for _, name := range []string{"pending", "failed", "active"} {
		claim(codeOf(name)).wantError(http.StatusGone, "link_expired")
	}
	claim(codeOf("complete")).wantError(http.StatusConflict, "link_complete")
	if late := claim(codeOf("reusable")); late.status != http.StatusConflict && late.status != http.StatusGone {
		t.Errorf("a reusable link after its time: %d %s", late.status, late.body)
	}
}
