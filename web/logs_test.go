package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"passage/web"
)

func readyNot(context.Context) error { return errNoBrowser }

func TestLogsHoldPatternsAndNothingThatWasAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	operator := h.logIn()
	link := h.link()
	claimed := h.ask(h.public, "POST", "/c/"+link.ClaimCode+"?token=canaryquery", "")
	session := strings.TrimPrefix(claimed.Header().Get("Location"), "/s/")
	browser, _, _ := strings.Cut(claimed.Header().Get("Set-Cookie"), ";")
	if !strings.HasPrefix(session, "sess_") {
		t.Fatalf("claim: %d %v", claimed.Code, claimed.Header())
	}
	canaries := []string{link.ClaimCode, session, "canary", email, password, "hunter2", operator, browser}
	ask := func() {
		for _, path := range []string{"/c/" + link.ClaimCode, "/c/" + link.ClaimCode + "/stop", "/s/" + session, "/s/" + session + "/password", "/nothing"} {
			h.ask(h.public, "GET", path+"?q=canaryquery", "", "Cookie", browser, "User-Agent", "canaryagent", "Referer", "http://canaryreferrer")
		}
		for _, step := range []string{"answer", "stay", "knock", "refuse"} {
			h.ask(h.public, "POST", "/s/"+session+"/"+step+"?q=canaryquery", form("promptId", "canaryprompt", "password", "hunter2"), "Cookie", browser)
		}
		for _, route := range append(h.routes(h.public), h.routes(h.admin)...) {
			for _, listener := range []http.Handler{h.public, h.admin} {
				h.ask(listener, route.method, route.path+"?q=canaryquery", form("code", "canary"), "Cookie", operator+"; "+browser, "Origin", "http://canaryorigin")
				h.ask(listener, route.method, route.path+"?q=canaryquery", `{"code":"canary"}`, "Cookie", operator+"; "+browser, "Authorization", "Bearer canarykey")
			}
		}
	}
	ask()
	h.breakDown()
	ask() // now with errors of ours
	logged := h.logs.String()
	for _, canary := range canaries {
		if at := strings.Index(logged, canary); at >= 0 {
			t.Errorf("the log holds %q: …%s…", canary, logged[max(0, at-300):min(len(logged), at+100)])
		}
	}
	for _, pattern := range []string{"route=/c/{claimCode}", "route=/s/{sessionID}/answer", "route=/sessions/{sessionID}", "route=/v1/links/{id}",
		"level=ERROR", "method=POST", "status=303"} {
		if !strings.Contains(logged, pattern) {
			t.Errorf("the log lacks %s", pattern)
		}
	}
}

func TestMetricsAreInPrometheusFormat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	reply := h.ask(h.admin, "GET", "/metrics", "")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(reply.Body)
	if err != nil || families["passage_rooms"].GetMetric()[0].GetGauge().GetValue() != 3 {
		t.Errorf("%v %v", families, err)
	}
	h.change(func(o *web.Options) { o.Ready = readyNot })
	if reply := h.ask(h.admin, "GET", "/metrics", ""); reply.Code != http.StatusOK {
		t.Errorf("a server that is not ready is measured all the same: %d", reply.Code)
	}
}
