package e2e

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"passage/automation/sandbox"
	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/cmd/passage/demo"
	"passage/cmd/passage/server"
	"passage/db"
	"passage/db/dbtest"
)

func TestSandbox_TakesATestLinkFromItsKeyToItsResult(t *testing.T) {
	t.Parallel()
	s := served(t, config.Flags{BrowserFlags: testBrowser(1), Sandbox: true, SandboxAddr: "127.0.0.1:0"})
	reference := get(t, s.base+"/docs")
	for _, user := range sandbox.Scenarios() {
		if !strings.Contains(s.greeting, user.Username) || !strings.Contains(reference, user.Username) {
			t.Errorf("greeting or reference do not say that there is %s: %s", user.Username, s.greeting)
		}
	}
	s.call(t, http.MethodPost, "/v1/links", ask(readCards())).wantError(t, http.StatusBadRequest, "validation_failed")

	secret, err := s.DB.CreateKey(t.Context(), db.NewKey{OrganizationID: dbtest.Organization(t, s.DB, demo.Merchant).ID, Test: true})
	if err != nil {
		t.Fatal(err)
	}
	s.token = secret
	v := s.visitor(t, s.newLink(t, ask(readCards())))
	last := v.walk(v.claim(), someone(t, "good").Person())
	expect(t, "the end", last.end(), "complete")
	expect(t, "the link", s.link(t, v.link.LinkID).code(), "complete")
}

func TestSandbox_IsRefusedAtTheStartIfItCannotWork(t *testing.T) {
	t.Parallel()
	out := &console.Console{Stdout: io.Discard, Stderr: io.Discard, Logger: slog.New(slog.DiscardHandler)}
	for want, flags := range map[string]config.Flags{
		"--sandbox: it sets the site of demo":                 {SandboxAddr: "127.0.0.1:0", Site: map[string]string{"demo": "http://127.0.0.1:9"}},
		"--sandbox-addr: 0.0.0.0:0 is not a loopback address": {SandboxAddr: "0.0.0.0:0"},
		`--sandbox-addr: "127.0.0.1" is not HOST:PORT`:        {SandboxAddr: "127.0.0.1"},
		"--addr: \"nowhere\" is not HOST:PORT":                {SandboxAddr: "127.0.0.1:0"},
	} {
		flags.Sandbox, flags.Data = true, t.TempDir()
		_, err := server.Open(t.Context(), "nowhere", flags, out)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", flags, err, want)
		}
	}
}
