package e2e

import (
	"net/http"
	"testing"

	"passage/db"
)

func TestEleventhClaim_IsRefusedAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	v := s.visitor(t, s.newLink(t, ask(readCards())))
	shown := v.claim()
	for n := 1; ; n++ {
		last := v.next(v.submit(shown.form(t, "/cancel"), nil))
		expect(t, "the end", last.end(), "failed")
		expect(t, "another try is offered", last.hasForm("/retry"), n < db.MaxAttempts)
		expect(t, "the page says that there is none", last.says("Ask Acme Shop for a new one"), n == db.MaxAttempts)
		if n == db.MaxAttempts {
			break
		}
		shown = v.submit(last.form(t, "/retry"), nil)
	}
	opened := v.get(v.link.ClaimURL)
	expect(t, "the claim page", opened.status, http.StatusConflict)
	expect(t, "its end", opened.end(), "used-up")
	again := v.post("/c/"+v.link.ClaimCode, nil)
	expect(t, "a claim all the same", again.end(), "used-up")
	s.call(t, http.MethodPost, "/link/claim", map[string]string{"code": v.link.ClaimCode}).wantError(t, http.StatusConflict, "attempts_used_up")
	link := s.link(t, v.link.LinkID)
	expect(t, "the link", link.Status, "failed")
	expect(t, "sessions", len(link.Sessions), db.MaxAttempts)
}
