package config

import (
	"testing"
	"time"
)

func TestDays_ReadsWholeDaysOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"0": 0, "0d": 0, "1d": 24 * time.Hour, "400d": 400 * 24 * time.Hour} {
		var days Days
		if err := days.UnmarshalText([]byte(text)); err != nil || time.Duration(days) != want {
			t.Errorf("%q: %s, %v", text, time.Duration(days), err)
		}
	}
	for _, text := range []string{"", "d", "400", "-1d", "400h", "1.5d", "40000d", "one"} {
		if new(Days).UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
