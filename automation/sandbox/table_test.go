package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"passage/automation/sandbox"
)

var oneRow = sandbox.Table[string]{
	Domain: "site.example",
	Usual:  sandbox.Answers{Passwords: []string{"usual"}, Choice: "sms"},
	Rows:   []sandbox.Row[string]{{Scenario: sandbox.Scenario{Name: "good", Outcome: "SITE_CHANGED", Answers: sandbox.Answers{Choice: "email"}}, Site: "odd"}},
}

func TestTable_FillsInTheUsualValues(t *testing.T) {
	t.Parallel()
	got := oneRow.Scenarios()[0]
	if got.Username != "good@site.example" || got.Again != "SITE_CHANGED" || !slices.Equal(got.Answers.Passwords, []string{"usual"}) || got.Answers.Choice != "email" {
		t.Errorf("completed to %+v", got)
	}
}

func TestTable_FindsAUserByAddressAndARowByName(t *testing.T) {
	t.Parallel()
	long := "good+" + strings.Repeat("x", 200) + "@site.example"
	for name, want := range map[string]struct{ find, user string }{
		"good":                 {find: "good@site.example"},
		" GOOD+1@site.example": {find: "good@site.example", user: "good+1@site.example"},
		long:                   {find: "good@site.example"},
		"good@other.example":   {},
		"":                     {},
	} {
		row, found := oneRow.Find(name)
		if row.Username != want.find || found != (want.find != "") || found && row.Site != "odd" {
			t.Errorf("%q found %+v", name, row)
		}
		if user, ok := oneRow.User(name); user.Username != want.user || ok != (want.user != "") {
			t.Errorf("%q is the user %+v", name, user)
		}
	}
}

func TestAssets_AreStylesAndScriptsAlone(t *testing.T) {
	t.Parallel()
	site := sandbox.Assets("/assets/", fstest.MapFS{"a.css": {}, "a.js": {}, "a.html": {}})
	for path, want := range map[string]int{"/assets/a.css": 200, "/assets/a.js": 200, "/assets/a.html": 404, "/assets/": 404, "/assets/b.js": 404} {
		recorder := httptest.NewRecorder()
		site.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if recorder.Code != want {
			t.Errorf("%s answered %d, want %d", path, recorder.Code, want)
		}
	}
}
