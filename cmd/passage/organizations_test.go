package main

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOrganizations_AreAddedShownAndChanged(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	data, logo := filepath.Join(folder, "data"), filepath.Join(folder, "logo.png")
	file, err := os.Create(logo)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	passage := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := command(t, append([]string{"organizations", args[0], "--data", data}, args[1:]...)...)
		if code != exitSuccess {
			t.Fatalf("%q: exit %d: %s", args, code, stderr)
		}
		return stdout + stderr
	}
	wants := func(text string, parts ...string) {
		t.Helper()
		said := strings.Join(strings.Fields(text), " ")
		for _, part := range parts {
			if !strings.Contains(said, part) {
				t.Errorf("it does not say %q: %s", part, said)
			}
		}
	}
	wants(passage("create", "--org", "Acme Shop", "--logo", logo, "--return-to", "shop.example.com", "--return-to", "myapp://"), "org_")
	wants(passage("edit", "--org", "Acme Shop", "--accent", "#FFE600", "--support", "help@shop.example.com", "--embed-origin", "https://Shop.example.com/"),
		"#ffe600 is kept; in the light theme")
	wants(passage("show", "--org", "Acme Shop"), "accent #ffe600 in the light theme", "support help@shop.example.com",
		"return to shop.example.com, myapp:", "embed origins https://shop.example.com", "at the command line accent #ffe600")
	passage("edit", "--org", "Acme Shop", "--links-per-day", "5000", "--sessions-at-once", "40")
	passage("edit", "--org", "Acme Shop", "--sessions-at-once", "0")
	wants(passage("show", "--org", "Acme Shop"), "links a day 5000", "sessions at once no limit", "at the command line sessions at once 40 no limit")
	passage("edit", "--org", "Acme Shop", "--retain-links", "90d")
	wants(passage("show", "--org", "Acme Shop"), "links kept 90 days", "links kept as the server is set 90 days")
	passage("edit", "--org", "Acme Shop", "--retain-links=")
	wants(passage("show", "--org", "Acme Shop"), "links kept as the server is set")
	passage("edit", "--org", "Acme Shop", "--logo=", "--return-to=", "--accent=")
	wants(passage("show", "--org", "Acme Shop"), "logo none", "accent Passage's own", "return to anywhere", "support help@shop.example.com")
	wants(passage("list"), "Acme Shop Acme Shop 0 0 0 never")

	for _, try := range []struct{ args, says string }{
		{"create --org=Acme_Shop --display-name=Uber_Eats", "--display-name: must not resemble"},
		{"edit --org=nobody --accent=#fff", `there is no merchant "nobody"; "passage organizations list" shows them`},
		{"create --org=Acme_Shop", "merchant \"Acme Shop\" exists already"},
		{"edit --org=Acme_Shop --logo=" + data, "--logo: "},
		{"edit --org=Acme_Shop --retain-links=soon", `--retain-links: "soon" is not a number of days such as 400d`},
		{"edit --org=Acme_Shop --links-per-day=-1", "--links-per-day: must be 0 or more"},
	} {
		var args []string
		for _, word := range strings.Fields("organizations " + try.args) {
			args = append(args, strings.ReplaceAll(word, "_", " "))
		}
		code, stdout, stderr := command(t, append(args, "--data="+data)...)
		if code == exitSuccess || stdout != "" || !strings.Contains(stderr, try.says) {
			t.Errorf("%s: exit %d: %s%s", try.args, code, stdout, stderr)
		}
	}
}
