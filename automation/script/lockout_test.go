package script

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

// integrationWith returns a script that declares more.
func integrationWith(more, credentials string) string {
	return `integration(id = "test", name = "Test", site = "http://127.0.0.1:8090", hosts = ["127.0.0.1:8090"],
    credentials = [` + credentials + `], ` + more + `)
def login(page, user):
    pass
def run(page, arguments):
    return {}
operations = {"thing.write": run}
`
}

const twoFields = `field("username", label = "email", autocomplete = "username"), field("password", label = "password", secret = True)`

func TestLockout_IsDeclaredByIntegration(t *testing.T) {
	t.Parallel()
	integration, err := Load("test.star", []byte(integrationWith("attempts = 4, window = 1800", twoFields)))
	if err != nil {
		t.Fatal(err)
	}
	moved, err := integration.At("http://127.0.0.1:8091")
	if want := (Lockout{4, 30 * time.Minute}); err != nil || integration.Lockout != want || moved.Lockout != want {
		t.Errorf("%+v, moved %+v, %v", integration.Lockout, moved.Lockout, err)
	}
}

func TestLockout_RefusesInvalidValues(t *testing.T) {
	t.Parallel()
	const secret = `field("pin", label = "pin", secret = True)`
	for _, test := range []struct{ more, credentials, says string }{
		{"attempts = 4", twoFields, "window = 0 must be 60 to 86400 seconds"},
		{"window = 1800", twoFields, "attempts = 0 must be 2 to 100"},
		{"attempts = 1, window = 1800", twoFields, "attempts = 1 must be"},
		{"attempts = 101, window = 1800", twoFields, "attempts = 101 must be"},
		{"attempts = -3, window = 1800", twoFields, "attempts = -3 must be"},
		{"attempts = 3, window = 59", twoFields, "window = 59 must be"},
		{"attempts = 3, window = 86401", twoFields, "window = 86401 must be"},
		{"attempts = 3, window = 1 << 40", twoFields, "window = 86401 must be"},
		{"attempts = 3, window = -60", twoFields, "window = -60 must be"},
		{`attempts = "3", window = 60`, twoFields, "want int"},
		{"attempts = 3, window = 1800", secret, "they are all secret"},
	} {
		if _, err := Load("test.star", []byte(integrationWith(test.more, test.credentials))); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want it to say %q", test.more, err, test.says)
		}
	}
	if _, err := Load("test.star", []byte(integrationWith("", secret))); err != nil {
		t.Errorf("without a lock-out: %v", err)
	}
}

func TestUsernameField_PrefersAutocompleteToken(t *testing.T) {
	t.Parallel()
	for want, fields := range map[string][]prompt.Field{
		"user":  {{Name: "zip"}, {Name: "user", Autocomplete: "section-a username"}, {Name: "pin", Secret: true}},
		"email": {{Name: "pin", Secret: true}, {Name: "email", Autocomplete: "email"}, {Name: "zip"}},
		"":      {{Name: "pin", Secret: true}},
	} {
		if got := (&Manifest{Credentials: fields}).UsernameField(); got != want {
			t.Errorf("%+v: %q, want %q", fields, got, want)
		}
	}
}

func TestReject_ReportsRefusedCredentials(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def login(page, user):
    for attempt in user.one_time_code():
        attempt.reject("wrong_code")
        break
    for attempt in user.credentials(attempts = 2):
        attempt.reject("wrong_password")

def run(page, arguments):
    return {}
`)
	given := answerWith("username", "ada", "password", "one")
	b := start(t, integration, answerWith("code", "1"), given, given)
	wantFailure(t, b.Login(), outcome.InvalidCredentials, 0, "")
	if !slices.Equal(b.user.refused, []string{"wrong_password", "wrong_password"}) {
		t.Errorf("told %q", b.user.refused)
	}
	b = start(t, integration, answerWith("code", "1"), given)
	b.user.refusedErr = errors.New("the disk is full")
	wantFailure(t, b.Login(), outcome.InternalError, 0, "")
}
