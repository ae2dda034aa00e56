package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
	"passage/db"
	"passage/db/dbtest"
)

// fail has somebody try the shop, in vain.
func (h *house) fail(code outcome.Code) {
	h.Helper()
	h.clock.Advance(time.Second)
	script, _ := h.options.Connect.Catalog.Get("shop")
	claim := dbtest.NewClaim(h.link().ClaimCode, "boot")
	claim.Version = script.Hash
	claimed, err := h.db.ClaimLink(h.Context(), claim)
	h.must(err)
	h.must(h.db.FailSession(h.Context(), claimed.Session.Lease(), db.Failure{Code: string(code)}))
}

func TestAServiceThatIsDownIsSaidInsteadOfAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.clock.Now().Add(time.Second).UnixMilli()
	page := "/c/" + h.link().ClaimCode
	asks := func() bool {
		return strings.Contains(h.ask(h.public, http.MethodGet, page, "").Body.String(), "Continue to log in")
	}
	for range 4 {
		h.fail(outcome.SiteUnavailable)
	}
	if !asks() {
		t.Error("four failures are enough")
	}
	h.fail(outcome.SiteChanged)
	shown := h.ask(h.public, http.MethodGet, page, "").Body.String()
	if strings.Contains(shown, "<form") || !strings.Contains(shown, "This can’t be done right now") || !strings.Contains(shown, "Shop has changed its website") {
		t.Errorf("the page of a service that is down: %s", shown)
	}
	h.clock.Advance(10 * time.Minute)
	if !asks() {
		t.Error("nobody finds out whether it is back")
	}

	secret, err := h.db.CreateKey(t.Context(), db.NewKey{OrganizationID: dbtest.Organization(t, h.db, "acme").ID})
	h.must(err)
	var list struct {
		Providers []struct {
			ID     string
			Health struct {
				Status          string
				SuccessRate     *float64
				Sessions, Since *int64
			}
		}
	}
	h.must(json.Unmarshal(h.ask(h.public, http.MethodGet, "/v1/providers", "", "Authorization", "Bearer "+secret).Body.Bytes(), &list))
	for _, provider := range list.Providers {
		health := provider.Health
		switch {
		case provider.ID != "shop":
			if health.Status != "unknown" || health.SuccessRate != nil || health.Since != nil || *health.Sessions != 0 {
				t.Errorf("%s, where nobody was: %+v", provider.ID, health)
			}
		case health.Status != "degraded" || *health.SuccessRate != 0 || *health.Sessions != 5 || *health.Since != first:
			t.Errorf("the shop: %+v", health)
		}
	}
}

func TestAServiceOutOfServiceIsSaidInsteadOfAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	wanted := dbtest.NewLink(dbtest.Organization(h, h.db, "acme").ID)
	wanted.IntegrationID = "demo" // without its site, here
	shown := h.ask(h.public, http.MethodGet, "/c/"+dbtest.Link(h, h.db, wanted).ClaimCode, "").Body.String()
	if strings.Contains(shown, "<form") || !strings.Contains(shown, "This can’t be done right now") {
		t.Errorf("the page: %s", shown)
	}
}
