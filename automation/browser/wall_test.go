package browser

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
)

func TestFailure_NamesSignsOfACaptchaOrAWall(t *testing.T) {
	t.Parallel()
	const blocked, judged = `give it an outcome and fail("SITE_BLOCKED")`, `as many pages have that work: if the picture shows`
	pages := map[string]struct {
		body string
		want []string // of the detail; none if there are no signs
		not  string
	}{
		"/turnstile": {`<iframe src="https://challenges.cloudflare.com/cdn-cgi/x?secret=canary-1" width=300 height=65></iframe>`,
			[]string{"; the page has a frame of challenges.cloudflare.com (Cloudflare): if this is a captcha or a wall, " + blocked}, judged},
		"/shadow": {`<div id=host></div><script>host.attachShadow({mode: "open"}).innerHTML = "<iframe src=https://newassets.hcaptcha.com/captcha/v1/x width=300 height=80></iframe>"</script>`,
			[]string{"a frame of newassets.hcaptcha.com (hCaptcha)", blocked}, judged},
		"/incapsula": {`<iframe src="/_Incapsula_Resource?x=1" width=500 height=300></iframe>`, []string{"a frame of 127.0.0.1 (Imperva)"}, judged},
		"/title":     {`<script>document.title = "Just a moment..."</script><p>Wait`, []string{`a title that begins with "just a moment"`, blocked}, judged},
		"/v3": {`<form><input id=mail></form><script src="https://www.google.com/recaptcha/api.js?render=canary-2"></script>
			<div class=grecaptcha-badge style="width:256px;height:60px;position:fixed;right:0;bottom:0"><iframe width=256 height=60 src="https://www.google.com/recaptcha/api2/anchor?size=invisible"></iframe></div>`,
			[]string{"the page has a frame that nobody sees of www.google.com (reCAPTCHA), " + judged}, "a frame of"},
		"/fetched": {`<script>fetch("https://collector-x.px-cloud.net/api").catch(() => {})</script>`, []string{"a request, which was refused, to collector-x.px-cloud.net (HUMAN)", judged}, "a frame of"},
		"/harmless": {`<iframe src="https://maps.google.com/maps" width=300 height=300></iframe><script src="https://www.google.com/analytics.js"></script>
			<iframe src="https://nothcaptcha.com/x" width=300 height=300></iframe><iframe src="https://hcaptcha.com.example/x" width=300 height=300></iframe>`, nil, "SITE_BLOCKED"},
	}
	documents := map[string]string{}
	for path, page := range pages {
		documents[path] = page.body
	}
	address := site(t, documents)
	browser := open(t, address)
	for path, page := range pages {
		visited := visit(t, browser, address+path)
		_, err := visited.Within(2*time.Second).Click(t.Context(), "#sign-in")
		e := wantCode(t, err, outcome.SiteChanged)
		for _, want := range page.want {
			if !strings.Contains(e.Detail, want) {
				t.Errorf("%s: the detail lacks %q: %s", path, want, e.Detail)
			}
		}
		if page.not != "" && strings.Contains(e.Detail, page.not) || strings.Contains(e.Detail, "canary") {
			t.Errorf("%s: the detail has too much: %s", path, e.Detail)
		}
	}
}

func TestGoto_NamesSignsOfAWallOnAnErrorPage(t *testing.T) {
	t.Parallel()
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`<!doctype html><title>Attention Required! | Cloudflare</title><p>Sorry`))
	}))
	err := open(t, address).Page().Goto(t.Context(), address)
	e := wantCode(t, err, outcome.SiteUnavailable)
	if want := `; the page has a title that begins with "attention required"`; !strings.Contains(e.Detail, want) {
		t.Errorf("detail %q, want %q", e.Detail, want)
	}
}

func TestGuardAt_KnowsHostsAndPaths(t *testing.T) {
	t.Parallel()
	for at, want := range map[place]string{
		{"www.google.com", "/recaptcha/enterprise.js"}:           "reCAPTCHA",
		{"www.recaptcha.net", "/recaptcha/api.js"}:               "reCAPTCHA",
		{"www.google.com", "/maps"}:                              "",
		{"www.google.com", ""}:                                   "",
		{"hcaptcha.com", "/1/api.js"}:                            "hCaptcha",
		{"nothcaptcha.com", "/1/api.js"}:                         "",
		{"hcaptcha.com.example", ""}:                             "",
		{"challenges.cloudflare.com", ""}:                        "Cloudflare",
		{"cdnjs.cloudflare.com", "/ajax/x.js"}:                   "",
		{"shop.example", "/cdn-cgi/challenge-platform/h/b/x.js"}: "Cloudflare",
		{"geo.captcha-delivery.com", "/captcha/"}:                "DataDome",
		{"client.px-cdn.net", "/PX/main.min.js"}:                 "HUMAN",
		{"client-api.arkoselabs.com", "/v2/x/api.js"}:            "Arkose Labs",
		{"shop.example", "/_sec/cp_challenge/sec-cpt.js"}:        "Akamai",
		{"1234.edge.sdk.awswaf.com", "/1234/challenge.js"}:       "AWS WAF",
		{"shop.example", "/_Incapsula_Resource"}:                 "Imperva",
	} {
		if got, _ := guardAt(at); got != want {
			t.Errorf("%s%s is taken for %q, want %q", at.Host, at.Path, got, want)
		}
	}
}
