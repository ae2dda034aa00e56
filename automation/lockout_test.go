package automation

import "testing"

func TestNormalizeUsername_GivesEachAccountOneName(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" Ada@Example.COM ":      "ada@example.com",
		"(206) 555-0199":         "2065550199",
		"+1 206.555.0199":        "2065550199",
		"1-206-555-0199":         "2065550199",
		"+44 20 7946 0958":       "442079460958",
		"1234567890":             "1234567890",
		"ada.lovelace-1":         "ada.lovelace-1",
		"206\u00a0555\u20110199": "2065550199",
		"２０６５５５０１９９":             "2065550199",
		"5520-7781":              "55207781",
		"...":                    "...",
		"1234 5678 extension":    "1234 5678 extension",
	} {
		if got := normalizeUsername(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}
