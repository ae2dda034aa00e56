package automation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"passage/automation/event"
	"passage/automation/outcome"
	"passage/db"
)

// scriptOf is an integration whose one operation does what it is told.
func scriptOf(id, body string) string {
	return fmt.Sprintf(`
integration(
    id = %q, name = "Test", site = "https://library.example", hosts = ["library.example"],
    credentials = [field("pin", label = "pin", secret = True)],
)

def login(page, user):
    for attempt in user.credentials():
        page.goto("/")
        page.fill("#pin", attempt["pin"])
        break

def again(value):
    return again(value + 1)

def read(page, arguments, user):
%s

operations = {"readHistory.read": read}
`, id, body)
}

// A script that would take all there is ends with a clear error on its line,
// and the session beside it, which was in the middle of its work, does not notice.
func TestSession_IsUnharmedByAnotherSessionsHostileScript(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, body, says string }{
		{"loops", "    for a in range(90000):\n        for b in range(90000):\n            pass", "too many steps; is there an endless loop?"},
		{"recurses", "    return again(0)", "called recursively"},
		{"grows", "    x = [\"x\"]\n    for i in range(99):\n        x = x + x\n    return {\"history\": x}", "100000 is the limit"},
		{"returns", "    return {\"history\": [\"x\" * 900000, \"x\" * 900000]}", "larger than 1024 KiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSessions(t, map[string]string{
				"hostile": scriptOf("hostile", test.body),
				"polite":  scriptOf("polite", "    page.fill(\"#pin\", user.text(\"Go on?\"))\n    page.goto(\"/\")\n    return {\"history\": []}"),
			})
			polite, other := s.start("polite")
			question := s.asked(polite, other)
			hostile, session := s.start("hostile")

			end := s.ended(hostile)
			if end.Error == nil || end.Error.Code != string(outcome.AutomationError) {
				t.Errorf("it ended as %s, %+v", end.Status, end.Error)
			}
			detail, line := s.evidence(session)
			if !strings.Contains(detail, test.says) || line == 0 {
				t.Errorf("line %d: %s", line, detail)
			}
			if err := s.runner.Answer(t.Context(), other, question, map[string]string{"text": "yes"}); err != nil {
				t.Fatal(err)
			}
			if end := s.ended(polite); end.Status != db.LinkComplete {
				t.Errorf("the other one ended as %s, %+v", end.Status, end.Error)
			}
		})
	}
}

// evidence is what an operator sees of a failure: the traceback, with its
// message, and the line.
func (s *sessions) evidence(session string) (traceback string, line int) {
	s.t.Helper()
	events, err := s.db.SessionEvents(s.t.Context(), session, 0, event.EvidenceKept)
	if err != nil || len(events) == 0 { // a picture may follow
		s.t.Fatalf("%d pieces of evidence, %v", len(events), err)
	}
	var data struct {
		Traceback string
		Line      int
	}
	if err := json.Unmarshal(events[0].Data, &data); err != nil {
		s.t.Fatal(err)
	}
	return data.Traceback, data.Line
}
