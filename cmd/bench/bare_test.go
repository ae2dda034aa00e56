package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"passage/automation/browser/chrome"
)

func TestBareScript_CompletesOnEverySite(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	program, err := chrome.Find(os.Getenv("PASSAGE_BROWSER"))
	if err != nil {
		t.Fatal(err)
	}
	flags := []string{"--headless", "--disable-gpu", "--disable-site-isolation-trials"}
	if os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1" {
		flags = append(flags, "--no-sandbox")
	}
	for _, k := range kinds {
		t.Run(k.id, func(t *testing.T) {
			t.Parallel()
			site, err := k.serve()
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := site.close(); err != nil {
					t.Error(err)
				}
			}()
			configuration, err := json.Marshal(script{Sites: map[string]string{k.id: site.address()}, Browser: program,
				Folder: t.TempDir(), Flags: flags, AtOnce: 1})
			if err != nil {
				t.Fatal(err)
			}
			var took strings.Builder
			in := strings.NewReader(k.id + " " + k.scenario("good").Username + "\n")
			if err := runBare(t.Context(), string(configuration), in, &took); err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(took.String(), "\n") {
				t.Errorf("it says %q", took.String())
			}
		})
	}
}
