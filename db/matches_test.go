package db_test

import (
	"testing"
	"time"
)

func TestSaveMatches_KeepsTheLatestMatch(t *testing.T) {
	w := newFixture(t)
	first := w.db.Now()
	w.must(w.db.SaveMatches(t.Context(), "demo", map[string]string{"#go": "#go “Go”", "#old": "#old"}))
	w.must(w.db.SaveMatches(t.Context(), "att", map[string]string{"#go": "button.go"}))
	w.must(w.db.SaveMatches(t.Context(), "att", nil))
	w.clock.Advance(100 * 24 * time.Hour)
	w.must(w.db.SaveMatches(t.Context(), "demo", map[string]string{"#go": "#go “Next”"}))

	last, err := w.db.LastMatches(t.Context(), "demo", []string{"#go", "#old", "#never"})
	w.must(err)
	if len(last) != 2 || last["#go"].Element != "#go “Next”" || last["#go"].SeenAt != w.db.Now() || last["#old"].SeenAt != first {
		t.Errorf("%+v", last)
	}
	if none, err := w.db.LastMatches(t.Context(), "demo", nil); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}

	w.clock.Advance(100 * 24 * time.Hour)
	w.must(w.db.SaveMatches(t.Context(), "demo", map[string]string{"#go": "#go “Next”"}))
	if last, err = w.db.LastMatches(t.Context(), "demo", []string{"#go", "#old"}); err != nil || len(last) != 1 {
		t.Errorf("what has not matched for half a year is remembered: %+v, %v", last, err)
	}
	if other, err := w.db.LastMatches(t.Context(), "att", []string{"#go"}); err != nil || other["#go"].Element != "button.go" {
		t.Errorf("%+v, %v", other, err)
	}
}
