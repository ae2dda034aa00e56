package main

import (
	"strings"
	"testing"

	"passage/automation/sandbox"
)

func TestTryDoesNotWriteTwiceWhenItResumes(t *testing.T) {
	t.Parallel()
	s, who := sharedStack(t), someone(t, "good")
	for _, flags := range [][]string{nil, {"--resuming"}} {
		flags = append(flags, "--operation", "paymentMethod.write", "--arguments", writeArguments(t), "--yes")
		got := s.try(t, []string{who.Username, sandbox.Password}, flags...)
		got.says(t, exitSuccess)
		if !strings.Contains(got.stdout, `"success": true`) {
			t.Errorf("stdout is %s", got.stdout)
		}
	}
	expect(t, "cards at the site", s.carrier.Submitted(who.Username), 1)
}
