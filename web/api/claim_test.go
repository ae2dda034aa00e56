package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

func TestClaimLink_SucceedsOnceUnderConcurrency(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	const links, each = 100, 10
	created := dbtest.NewLink(s.org.ID)
	created.IntegrationID = "shop"
	var all [links]db.Link
	for n := range all {
		all[n] = dbtest.Link(t, s.db, created)
	}
	var replies [links * each]reply
	var claims sync.WaitGroup
	for n := range replies {
		claims.Go(func() {
			replies[n] = s.post("/link/claim", fmt.Sprintf(`{"code":%q}`, all[n%links].ClaimCode), "Authorization", "", "Origin", "https://merchant.example")
		})
	}
	claims.Wait()
	winners := map[string]int{}
	for n, reply := range replies {
		if reply.status != http.StatusOK {
			reply.wantError(http.StatusConflict, "link_active")
			continue
		}
		link := all[n%links]
		winners[link.ID]++
		claimed := reply.object(http.StatusOK)
		session, token := claimed["sessionId"].(string), claimed["clientToken"].(string)
		want := "wss://passage.example/base/sessions/" + session + "/ws?role=client&token=" + token
		if claimed["websocketUrl"] != want || claimed["linkId"] != link.ID || claimed["expiresAt"] != float64(link.ExpiresAt) || len(claimed) != 5 {
			t.Errorf("claimed %v", claimed)
		}
		stored, _, err := s.db.SessionByToken(t.Context(), session, token)
		if err != nil || stored.Consent.Via != "api" || stored.HeldBy("") {
			t.Errorf("session %+v, %v", stored, err)
		}
	}
	for _, link := range all {
		if winners[link.ID] != 1 {
			t.Errorf("a link has %d winners", winners[link.ID])
		}
	}
}

func TestClaimLink_RefusesWhatCannotBeClaimed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for body, want := range map[string]string{
		`{}`: "code: is required", `{"code":null}`: "code: is required", `{"code":""}`: "code: is required", `{"code":7}`: "code: must be a string",
		`{"code":"x","Code":"y"}`: "Code: is not a known field; did you mean code?", `{"code":"x","code":"y"}`: "code: is given twice",
	} {
		if got := s.post("/link/claim", body).issues(); got != want {
			t.Errorf("%s: %s", body, got)
		}
	}
	s.post("/link/claim", `{"code":"clm_nope"}`).wantError(http.StatusNotFound, "not_found")
	short := s.create(with(`"expiresIn":1`))
	s.clock.Advance(1_000_000_000)
	s.post("/link/claim", fmt.Sprintf(`{"code":%q}`, short["claimCode"])).wantError(http.StatusGone, "link_expired")
	done := s.create(simple)
	s.runToEnd(done["claimCode"].(string), func(lease db.Lease) error {
		return s.db.CompleteSession(t.Context(), lease, json.RawMessage(`{}`))
	})
	s.post("/link/claim", fmt.Sprintf(`{"code":%q}`, done["claimCode"])).wantError(http.StatusConflict, "link_complete")
}

func TestClaimLink_AllowsAnyOrigin(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	reply := s.call(http.MethodOptions, "/link/claim", "", "Origin", "https://merchant.example", "Authorization", "",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type")
	if reply.status != http.StatusNoContent || reply.header.Get("Access-Control-Allow-Origin") != "*" ||
		!strings.Contains(reply.header.Get("Access-Control-Allow-Methods"), "POST") ||
		!strings.Contains(reply.header.Get("Access-Control-Allow-Headers"), "Content-Type") {
		t.Errorf("preflight: %d %v", reply.status, reply.header)
	}
	// Every reply, so that the page can read what is wrong.
	for _, body := range []string{`{"code":"clm_nope"}`, `{}`, `{`, strings.Repeat(" ", 70_000)} {
		reply := s.post("/link/claim", body, "Origin", "null", "Cookie", "passage=x")
		if reply.header.Get("Access-Control-Allow-Origin") != "*" || reply.header.Get("Access-Control-Allow-Credentials") != "" ||
			reply.header.Get("Set-Cookie") != "" {
			t.Errorf("%d %v", reply.status, reply.header)
		}
	}
	if got := s.get("/v1/links").header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("merchants' keys may be used from pages: %q", got)
	}
}
