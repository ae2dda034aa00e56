package chrome

import "testing"

func TestProductVersion_LeavesOutTheDistribution(t *testing.T) {
	t.Parallel()
	for printed, want := range map[string]string{
		"Chromium 156.0.8078.108\n":                                  "Chromium 156.0.8078.108",
		"Google Chrome 155.0.1.2 \n":                                 "Google Chrome 155.0.1.2",
		"Chromium 154.0.1.2 built on Debian GNU/Linux 13 (trixie)\n": "Chromium 154.0.1.2",
		"usage: chromium\n":                                          "",
	} {
		if got := productVersion.FindString(printed); got != want {
			t.Errorf("the version in %q is %q, want %q", printed, got, want)
		}
	}
}
