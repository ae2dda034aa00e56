package ubereats

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"passage/automation/outcome"
	"passage/automation/sandbox"
)

// post asks the site one thing and returns the answer's status and fields.
func post(t *testing.T, s *Site, path, body string) (int, map[string]any) {
	t.Helper()
	recorder := httptest.NewRecorder()
	s.Handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body)))
	answer := map[string]any{}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s: %v", recorder.Body, err)
	}
	return recorder.Code, answer
}

func TestScenarios_EndInOutcomesThatExist(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range Scenarios() {
		if s.Outcome != sandbox.Complete && !outcome.Code(s.Outcome).Known() || s.About == "" || seen[s.Name] {
			t.Errorf("invalid row %+v", s)
		}
		seen[s.Name] = true
		again, ok := ScenarioOf(" " + strings.ToUpper(s.For("x").Username))
		if !ok || again.Name != s.Name || again.Username != s.For("x").Username {
			t.Errorf("%s is not found by its user name: %+v", s.Name, again)
		}
		row, _ := scenarios.Find(s.Name)
		for name := range map[string]bool{row.Site.refuse: true, row.Site.stop: true} {
			if name != "" && stopStatus[name] == 0 {
				t.Errorf("%s stops at %q, which there is not", s.Name, name)
			}
		}
	}
}

func TestFlow_IsGoodForOneStepOfOneSite(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	_, who := post(t, s, "/api/login/who", `{"who":"both@demo.example"}`)
	flow := who["flow"].(string)
	for site, path := range map[*Site]string{s: "/api/login/code", New(Options{}): "/api/login/password"} {
		status, _ := post(t, site, path, `{"flow":"`+flow+`","password":"`+Password+`","code":"`+Code+`"}`)
		if status != http.StatusUnauthorized {
			t.Errorf("%s took another's flow: %d", path, status)
		}
	}
	status, answer := post(t, s, "/api/login/password", `{"flow":"`+flow+`","password":"`+Password+`"}`)
	if status != http.StatusOK || answer["step"] != stageCode || answer["session"] != nil {
		t.Errorf("answered %d %v", status, answer)
	}
}

func TestOrders_NeedASession(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	for session, want := range map[string]int{"": 401, "x.y": 401, s.sign(stagePassword, "good@demo.example"): 401, s.sign(stageSession, "good@demo.example"): 200} {
		recorder := httptest.NewRecorder()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/orders?from=-3", nil)
		request.Header.Set("Authorization", "Bearer "+session)
		s.Handler().ServeHTTP(recorder, request)
		if recorder.Code != want {
			t.Errorf("%q got %d, want %d", session, recorder.Code, want)
		}
	}
}

func TestOrders_KeepTheSlowUserWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		for _, c := range []struct {
			who  string
			want time.Duration
		}{{"good", 0}, {"slow", 4 * time.Second}} {
			start := time.Now()
			post(t, s, "/api/login/who", `{"who":"`+c.who+`@demo.example"}`)
			if took := time.Since(start); took != c.want {
				t.Errorf("%s waited %v, want %v", c.who, took, c.want)
			}
		}
	})
}

func TestPrices_AreWrittenAsTheSiteDoes(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]Order{"$1,186.99": {Currency: "USD", Total: 118699}, "CA$7.49": {Currency: "CAD", Total: 749}, "Free": {Currency: "USD"}, "$0.05": {Currency: "USD", Total: 5}} {
		if got := o.price(o.Total); got != want {
			t.Errorf("wrote %q, want %q", got, want)
		}
	}
}
