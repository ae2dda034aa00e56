package script

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestIntegration_FixesLanguageAndZone(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "<!doctype html><p id=accept>%s</p><p id=placed></p><script>placed.textContent = new Date(Date.UTC(2026, 7, 12, 2, 30)).toLocaleString()</script>", r.Header.Get("Accept-Language"))
	}))
	t.Cleanup(site.Close)
	const body = `
def run(page, arguments):
    page.goto("/")
    placed = page.text("#placed")
    return {"accept": page.text("#accept"), "placed": placed, "at": timestamp(placed, zone = page.zone, order = "mdy"), "language": page.language}
`
	for declared, want := range map[string]string{
		"": `{"accept":"en-US,en","placed":"8/12/2026, 2:30:00 AM","at":1786501800000,"language":"en-US"}`,
		`language = "es-US", zone = "America/New_York",`: `{"accept":"es-US,es","placed":"11/8/2026, 10:30:00 p.m.","at":1786501800000,"language":"es-US"}`,
	} {
		text := body
		if declared != "" {
			text = strings.Replace(body, `order = "mdy"`, `order = "dmy"`, 1)
		}
		loaded, err := Load("test.star", []byte(strings.Replace(source(text), `id = "test",`, `id = "test", `+declared, 1)))
		if err != nil {
			t.Fatal(err)
		}
		integration, err := loaded.At(site.URL)
		if err != nil {
			t.Fatal(err)
		}
		run, _ := startInBrowser(t, t.Context(), integration, nil)
		got, err := run.write("")
		if got = strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(got); err != nil || got != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestLoad_RefusesUnknownLanguageAndZone(t *testing.T) {
	t.Parallel()
	for declared, want := range map[string]string{
		`language = "english"`:         `language = "english" must be`,
		`language = "xx-US"`:           `language = "xx-US" must be`,
		`language = "en_US"`:           `language = "en_US" must be`,
		`language = ""`:                `language = "" must be`,
		`zone = "Local"`:               `zone = "Local" must be`,
		`zone = ""`:                    `zone = "" must be`,
		`zone = "+02:00"`:              `zone = "+02:00" must be`,
		`zone = "America/Springfield"`: `zone = "America/Springfield" must be`,
	} {
		_, err := Load("test.star", []byte(strings.Replace(source("def run(page, arguments):\n    return {}\n"), `id = "test",`, `id = "test", `+declared+",", 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", declared, err)
		}
	}
}
