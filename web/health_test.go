package web_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"passage/automation/outcome"
	"passage/db"
	"passage/db/dbtest"
)

func TestProviders_TellHealthOfTheLastHour(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	first := s.Clock.Now().Add(time.Second).UnixMilli()
	for range 4 {
		s.FailSession(outcome.SiteUnavailable)
	}
	s.FailSession(outcome.SiteChanged)
	s.Clock.Advance(10 * time.Minute)

	secret, err := s.DB.CreateKey(t.Context(), db.NewKey{OrganizationID: dbtest.Organization(t, s.DB, "acme").ID})
	s.Must(err)
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
	s.Must(json.Unmarshal(s.Request(s.Public, http.MethodGet, "/v1/providers", "", "Authorization", "Bearer "+secret).Body.Bytes(), &list))
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
