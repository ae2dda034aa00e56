package main

import (
	"strings"
	"testing"

	"passage/automation/outcome"
	"passage/automation/resources"
	"passage/automation/script"
	"passage/views"
)

func TestIntegrationsDocs_DescribeEveryOutcome(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := command(t, "integrations", "docs", "outcomes")
	if code != exitSuccess {
		t.Fatal(stderr)
	}
	rows := map[string][]string{}
	for line := range strings.SplitSeq(stdout, "\n") {
		if cells := strings.Split(strings.Trim(line, "| "), " | "); strings.HasPrefix(line, "| `") {
			rows[strings.Trim(cells[0], "`")] = cells
		}
	}
	expect(t, "rows", len(rows), len(outcome.All()))
	for _, entry := range outcome.All() {
		told := views.Match("en").Code(entry.Code)
		want := []string{"`" + string(entry.Code) + "`", "**" + told.Title + ".** " + told.Advice, entry.Developer,
			yesNo(entry.Retryable), string(entry.Actor), yesNo(script.MayState(entry.Code))}
		if got := rows[string(entry.Code)]; strings.Join(got, " | ") != strings.Join(want, " | ") {
			t.Errorf("the row of %s is %q, want %q", entry.Code, got, want)
		}
	}
}

// What a script may state is what fail takes, and nothing that only Passage
// can know.
func TestFail_TakesOnlyOutcomesThatScriptsCanKnow(t *testing.T) {
	t.Parallel()
	for _, entry := range outcome.All() {
		source := `integration(id = "a", name = "A", site = "https://a.example", hosts = ["a.example"], credentials = [field("password", label = "password")])
def login(page, user):
    fail("` + string(entry.Code) + `")
operations = {"paymentMethod.read": login}
`
		if _, err := script.Load("a.star", []byte(source)); (err == nil) != script.MayState(entry.Code) {
			t.Errorf("%s: %v", entry.Code, err)
		}
	}
	for _, code := range []outcome.Code{outcome.InternalError, outcome.WorkerLost, outcome.LinkExpired, outcome.LinkCancelled, outcome.ResultValidationError} {
		if script.MayState(code) {
			t.Errorf("a script may state %s", code)
		}
	}
}

func TestIntegrationsDocs_HaveEveryWordResourceAndKey(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := command(t, "integrations", "docs")
	if code != exitSuccess {
		t.Fatal(stderr)
	}
	rules, err := resources.Load()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"### `page.wait_for(", "\n# The outcomes of a session\n"}
	for _, name := range rules.Names() {
		want = append(want, "\n## `"+name+"`\n")
	}
	around := surroundings(rules)
	for _, keys := range []map[string]bool{around.Fields, around.Reasons, around.Choices, around.Progress} {
		for key := range keys {
			want = append(want, "\n| `"+key+"` | ")
		}
	}
	for _, text := range want {
		if !strings.Contains(stdout, text) {
			t.Errorf("%q is not in the reference", text)
		}
	}
	if code, _, _ := command(t, "integrations", "docs", "everything"); code != exitUsage {
		t.Errorf("a section that is none: exit %d", code)
	}
}
