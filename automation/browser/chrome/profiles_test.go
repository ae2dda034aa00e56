package chrome

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLauncher_SweepsOrphanedProfilesOnly(t *testing.T) {
	t.Parallel()
	o := Options{Path: os.Getenv("PASSAGE_BROWSER"), NoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1", Dir: t.TempDir()}
	for _, name := range []string{"browser-123/Default", "other"} {
		if err := os.MkdirAll(filepath.Join(o.Dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	l, err := NewLauncher(o)
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Start(Locale{})
	if err != nil {
		t.Fatal(err)
	}
	l.SweepProfiles()
	names := func() (list []string) {
		entries, _ := os.ReadDir(o.Dir)
		for _, entry := range entries {
			list = append(list, entry.Name())
		}
		return list
	}
	if got, want := names(), []string{filepath.Base(p.profile), "other"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	p.Close()
	if got := names(); !slices.Equal(got, []string{"other"}) {
		t.Errorf("%v", got)
	}
}
