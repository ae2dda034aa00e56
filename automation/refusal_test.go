package automation_test

import (
	"errors"
	"testing"

	"passage/automation/prompt"
	"passage/db"
)

// lockingSite is an integration of a site that locks an account after three
// wrong passwords, with its own way of logging in.
func lockingSite(login string) string {
	return `
integration(
    id = "bank", name = "Bank", site = "https://bank.example", hosts = ["bank.example"], attempts = 3, window = 1800,
    credentials = [field("username", label = "username"), field("password", label = "password", secret = True)],
)

def login(page, user):
` + login + `
def read(page, arguments):
    return {"history": []}

operations = {"readHistory.read": read}
`
}

// However a script gets to ask for the credentials again, the page stops one
// short of the site's lock-out.
func TestSession_CountsCredentialsAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, login := range map[string]string{
		"rejected": `    for attempt in user.credentials(attempts = 9):
        attempt.reject("wrong_password")
`,
		"rejected after a question": `    for attempt in user.credentials(attempts = 9):
        user.text("Which code was sent?")
        attempt.reject("wrong_password")
`,
		"asked for anew without a reason": `    for turn in range(9):
        for attempt in user.credentials():
            break
`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSessions(t, map[string]string{"bank": lockingSite(login)})
			link, claimed := s.claim("bank")
			typed := 0
			for promptID := claimed.PromptID; ; promptID = s.asked(link, claimed.Session.ID) {
				kind := s.kind(claimed.Session.ID)
				err := s.runner.Answer(t.Context(), claimed.Session.ID, promptID, map[string]string{"username": "ada", "password": "no", "text": "1"})
				if _, near := errors.AsType[*db.LockoutNear](err); near {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if kind == string(prompt.Credentials) {
					typed++
				}
				if typed > 2 {
					t.Fatal("credentials were taken that could lock the account")
				}
			}
			if typed < 2 {
				t.Errorf("credentials were taken %d times, want 2", typed)
			}
			if err := s.runner.Cancel(t.Context(), claimed.Session.ID); err != nil {
				t.Error(err)
			}
		})
	}
}

// kind is what the session asks for now.
func (s *sessions) kind(session string) string {
	s.t.Helper()
	open, err := s.db.CurrentPrompt(s.t.Context(), session)
	if err != nil || open == nil {
		s.t.Fatalf("no question is open: %v", err)
	}
	return open.Kind
}
