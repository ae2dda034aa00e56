package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"passage/web"
	"passage/web/webtest"
)

func notReady(context.Context) error { return errNoBrowser }

func TestRequestLog_HoldsRoutePatternsAndNoValues(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	operator := s.LogIn()
	link := s.Link()
	claimed := s.Request(s.Public, "POST", "/c/"+link.ClaimCode+"?token=canaryquery", "")
	session := strings.TrimPrefix(claimed.Header().Get("Location"), "/s/")
	browser, _, _ := strings.Cut(claimed.Header().Get("Set-Cookie"), ";")
	if !strings.HasPrefix(session, "sess_") {
		t.Fatalf("claim: %d %v", claimed.Code, claimed.Header())
	}
	canaries := []string{link.ClaimCode, session, "canary", webtest.Email, webtest.Password, "hunter2", operator, browser}
	ask := func() {
		for _, path := range []string{"/c/" + link.ClaimCode, "/c/" + link.ClaimCode + "/stop", "/s/" + session, "/s/" + session + "/password", "/nothing"} {
			s.Request(s.Public, "GET", path+"?q=canaryquery", "", "Cookie", browser, "User-Agent", "canaryagent", "Referer", "http://canaryreferrer")
		}
		for _, step := range []string{"answer", "stay", "knock", "refuse"} {
			s.Request(s.Public, "POST", "/s/"+session+"/"+step+"?q=canaryquery", webtest.Form("promptId", "canaryprompt", "password", "hunter2"), "Cookie", browser)
		}
		for _, route := range append(s.routes(s.Public), s.routes(s.Admin)...) {
			for _, listener := range []http.Handler{s.Public, s.Admin} {
				s.Request(listener, route.method, route.path+"?q=canaryquery", webtest.Form("code", "canary"), "Cookie", operator+"; "+browser, "Origin", "http://canaryorigin")
				s.Request(listener, route.method, route.path+"?q=canaryquery", `{"code":"canary"}`, "Cookie", operator+"; "+browser, "Authorization", "Bearer canarykey")
			}
		}
	}
	ask()
	s.CloseDB()
	ask() // now with errors of ours
	logged := s.Logs.String()
	for _, canary := range canaries {
		if at := strings.Index(logged, canary); at >= 0 {
			t.Errorf("the log holds %q: …%s…", canary, logged[max(0, at-300):min(len(logged), at+100)])
		}
	}
	for _, pattern := range []string{"route=/c/{claimCode}", "route=/s/{sessionCode}/answer", "route=/sessions/{sessionID}", "route=/v1/links/{id}",
		"level=ERROR", "method=POST", "status=303"} {
		if !strings.Contains(logged, pattern) {
			t.Errorf("the log lacks %s", pattern)
		}
	}
}

func TestMetrics_AreInPrometheusFormat(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	reply := s.Request(s.Admin, "GET", "/metrics", "")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(reply.Body)
	if err != nil || families[webtest.MetricName].GetMetric()[0].GetGauge().GetValue() != 3 {
		t.Errorf("%v %v", families, err)
	}
	s.Change(func(o *web.Options) { o.Ready = notReady })
	if reply := s.Request(s.Admin, "GET", "/metrics", ""); reply.Code != http.StatusOK {
		t.Errorf("a server that is not ready is measured all the same: %d", reply.Code)
	}
}
