package sandbox_test

import (
	"strings"
	"testing"

	"passage/automation/outcome"
	"passage/automation/sandbox"
)

func TestScenarios_EndInOutcomesThatExist(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range sandbox.Scenarios() {
		for _, end := range []string{s.Outcome, s.Again} {
			if end != sandbox.Complete && !outcome.Code(end).Known() {
				t.Errorf("%s ends in %q", s.Name, end)
			}
		}
		if seen[s.Name] || s.About == "" || s.Username != s.Name+"@demo.example" {
			t.Errorf("invalid row %+v", s)
		}
		seen[s.Name] = true
		again, ok := sandbox.ScenarioOf(" " + strings.ToUpper(s.For("x").Username))
		if !ok || again.Name != s.Name {
			t.Errorf("%s is not found by its user name", s.Name)
		}
	}
}

func TestPerson_AnswersInTheOrderOfTheTable(t *testing.T) {
	t.Parallel()
	forgetful, _ := sandbox.ScenarioOf("forgetful")
	p := forgetful.For("7").Person()
	for _, want := range []string{"password", "letmein", sandbox.Password, sandbox.Password} {
		if got := p.Answer("credentials"); got["password"] != want || got["username"] != "forgetful+7@demo.example" {
			t.Errorf("answered %v, want %q", got, want)
		}
	}
	resend, _ := sandbox.ScenarioOf("resend")
	p = resend.Person()
	if got := p.Answer("one_time_code"); got["action"] != "resend" || got["code"] != "" {
		t.Errorf("answered %v", got)
	}
	if got := p.Answer("one_time_code"); got["code"] != sandbox.Code {
		t.Errorf("answered %v", got)
	}
	if got := p.Answer("approval"); got != nil {
		t.Errorf("answered %v", got)
	}
}

func FuzzOnlyUsersOfTheTableAreFound(f *testing.F) {
	for _, seed := range []string{"good", "GOOD+x@demo.example ", "good@", "@demo.example", "good+@demo.example", "good@demo.example@x", "+good@demo.example", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, ok := sandbox.ScenarioOf(name)
		plain := strings.ToLower(strings.TrimSpace(name))
		known := plain == s.Name || plain == s.Username || strings.HasPrefix(plain, s.Name+"+") && strings.HasSuffix(plain, "@"+sandbox.Domain)
		if ok && !known {
			t.Errorf("%q found %s", name, s.Name)
		}
	})
}
