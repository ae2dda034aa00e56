package script

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"passage/automation/outcome"
)

// loginWith loads a script whose login is one line.
func loginWith(t *testing.T, line string) *Integration {
	t.Helper()
	return loadBody(t, "def login(page, user):\n    "+line+"\n\ndef run(page, arguments):\n    account(\"late\")\n    return {}\n")
}

func TestAccount_IsReportedByLogin(t *testing.T) {
	t.Parallel()
	b := start(t, loginWith(t, `account("  No.\n 5520-7781 "); account("No. 5520-7781")`))
	if err := b.Login(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.recorder.accounts, []string{"No. 5520-7781"}) {
		t.Errorf("named %q", b.recorder.accounts)
	}
	for _, step := range b.recorder.steps {
		if step.Word != "account" || strings.Contains(step.Outcome+step.Selector+step.URL, "5520") {
			t.Errorf("the step is %+v", step)
		}
	}
	_, err := b.write("{}")
	wantFailure(t, err, outcome.AutomationError, 5, "only login says")
}

func TestAccount_RefusesInvalidIDs(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		`account("")`:        "empty",
		`account(" \n ")`:    "empty",
		`account("x" * 201)`: "more than 200",
		`account(7)`:         "got int, want string",
		`account("canary-a"); account("canary-b")`:                                   "another account before",
		"for attempt in user.credentials():\n        account(attempt[\"username\"])": "opaque",
	} {
		b := start(t, loginWith(t, line), answerWith("username", "ada", "password", "secret"))
		failure := wantFailure(t, b.Login(), outcome.AutomationError, 0, says)
		if strings.Contains(failure.Outcome.Detail, "canary") {
			t.Errorf("%s: the detail is %q", line, failure.Outcome.Detail)
		}
	}
}

func TestAccount_EndsLoginIfNotStored(t *testing.T) {
	t.Parallel()
	b := start(t, loginWith(t, `account("5520")`))
	b.recorder.refuse = errors.New("the disk is full")
	wantFailure(t, b.Login(), outcome.InternalError, 0, "")
}
