package e2e

import (
	"net/http"
	"testing"

	"passage/automation/event"
	"passage/db"
)

// A link with debug is recorded in full, and the person is told so.
func TestDebugLink_IsRecordedThoughItSucceeds(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	for _, test := range []struct {
		debug    bool
		pictures int
		says     string
	}{
		{true, 3, "This visit is recorded"}, // logged in, cards, bills
		{false, 0, "This visit is not recorded"},
	} {
		request := ask(readCards(), readBills())
		request["debug"] = test.debug
		v := s.visitor(t, s.newLink(t, request))
		if shown := v.get(v.link.ClaimURL); !shown.says(test.says) {
			t.Errorf("before the claim it is not said: %s", test.says)
		}
		shown := v.claim()
		if !shown.says(test.says) {
			t.Errorf("at the log-in it is not said: %s", test.says)
		}
		user := someone(t, "good")
		expect(t, "the end", v.walk(shown, user.Person()).end(), "complete")

		session := s.sessionOf(t, v.link)
		pictures, err := s.DB.Artifacts(t.Context(), session.ID)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "pictures", len(pictures), test.pictures)
		for _, picture := range pictures {
			_, content, err := s.DB.ArtifactContent(t.Context(), picture.ID)
			if err != nil || http.DetectContentType(content) != picture.MediaType || len(content) > db.MaxArtifactBytes {
				t.Errorf("a picture of %d bytes as %s: %v", len(content), picture.MediaType, err)
			}
		}
		steps, err := s.DB.SessionEvents(t.Context(), session.ID, 0, event.StepTaken)
		if err != nil || len(steps) == 0 {
			t.Errorf("%d steps, %v", len(steps), err)
		}
		statuses := map[int]int{}
		for _, step := range steps {
			data, err := event.Decode(step.Kind, step.Data)
			if err != nil {
				t.Fatal(err)
			}
			statuses[data.(event.Step).Status]++
		}
		if statuses[http.StatusOK] == 0 || statuses[0] == 0 {
			t.Errorf("steps by the status of the document that came: %v", statuses)
		}
	}
}
