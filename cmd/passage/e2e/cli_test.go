package e2e

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestHelp_ExistsAtEveryLevel(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "serve", "demo", "keys", "keys create", "keys list", "keys rotate", "keys revoke",
		"keys show-webhook", "keys rotate-webhook", "organizations", "organizations list", "organizations create", "organizations show", "organizations edit", "webhooks", "webhooks listen", "webhooks test", "admin",
		"admin create", "admin passwd", "admin logout", "integrations", "integrations list", "integrations check", "doctor", "version"} {
		result := runCommand(t, nil, "", append(strings.Fields(path), "--help")...)
		if result.code != 0 || result.stderr != "" || !strings.HasPrefix(result.stdout, strings.TrimSpace("Usage: passage "+path)) {
			t.Errorf("passage %s --help ends with %d: %s%s", path, result.code, result.stdout, result.stderr)
		}
		text := strings.Join(strings.Fields(result.stdout), " ")
		for _, flag := range regexp.MustCompile(` --([a-z-]+)`).FindAllStringSubmatch(text, -1) {
			variable := "$PASSAGE_" + strings.ToUpper(strings.ReplaceAll(flag[1], "-", "_"))
			if flag[1] != "help" && flag[1] != "addr" && !strings.Contains(text, "("+variable+")") {
				t.Errorf("passage %s --help does not name %s", path, variable)
			}
		}
	}
}

func TestUsageErrors_SayWhatToDo(t *testing.T) {
	t.Parallel()
	for _, try := range []struct {
		args        string
		environment []string
		says        []string
	}{
		{"nosuch", nil, []string{"unexpected argument nosuch", `"passage --help"`}},
		{"keys", nil, []string{`expected one of "create", "list", "rotate", "revoke"`, `"passage keys --help"`}},
		{"serve --nonsense", nil, []string{"unknown flag --nonsense", `"passage serve --help"`}},
		{"serve extra", nil, []string{"unexpected argument extra"}},
		{"serve --browser-slots many", nil, []string{"--browser-slots", `"many"`}},
		{"serve", []string{"PASSAGE_BROWSER_SLOTS=many"}, []string{"--browser-slots", `"many"`}},
		{"serve --integrations nowhere", nil, []string{"--integrations: open ", "nowhere: no such file or directory; name a folder"}},
		{"demo", []string{"PASSAGE_INTEGRATIONS=nowhere"}, []string{"--integrations: open ", `"passage demo --help"`}},
		{"keys create", nil, []string{"--org"}},
		{"keys create --org=", nil, []string{"--org: give the merchant's name"}},
		{"keys create --org=A --scope=write", nil, []string{"--scope", "read"}},
		{"keys create --org=A --days=-1", nil, []string{"--days: must be 0 (no expiry) to 3650"}},
		{"keys create --org=T-MOBlLE", nil, []string{`--org: must not resemble “T-Mobile”, which is an integration`}},
		{"organizations create", nil, []string{"--org"}},
		{"organizations create --org=AT&T --accent=red --support=x --return-to=myapp --embed-origin=http://a.example --logo=nowhere", nil,
			[]string{"--display-name: must not resemble", "--accent: must be a colour", "--support: must be", `--return-to: "myapp" must be a host`,
				`--embed-origin: "http://a.example" must begin with https://`, "--logo: open nowhere", `"passage organizations create --help"`}},
		{"keys rotate", nil, []string{"<id>"}},
		{"keys rotate key_x --overlap=-1h", nil, []string{"--overlap: must not be negative"}},
		{"keys revoke", nil, []string{"<id>"}},
		{"keys show-webhook --org=", nil, []string{"--org: give the merchant's name"}},
		{"keys rotate-webhook", nil, []string{"--org"}},
		{"keys rotate-webhook --org=A --overlap=-1h", nil, []string{"--overlap: must not be negative"}},
		{"webhooks listen --addr=0.0.0.0:9000", nil, []string{"--addr: give a loopback address", "--key-url or --secret: give one"}},
		{"webhooks test --org=A", nil, []string{"--url"}},
		{"webhooks test --org=A --url=http://127.0.0.1:1 --webhook-allow=*.internal", nil, []string{"--webhook-allow: "}},
		{"admin create --email=nobody", nil, []string{`--email: "nobody" is not an email address`}},
		{"demo --scenario nosuch", nil, []string{"--scenario", "good, code"}},
		{"demo --addr nowhere", nil, []string{`--addr: "nowhere" is not HOST:PORT`, `"passage demo --help"`}},
		{"serve --addr nowhere --admin-addr :99999 --public-url=ftp://a.example --trusted-proxy=here --privacy-url=http://a.example" +
			" --browser-slots=-1 --browser-spares=-1 --browser-line=-1 --webhook-allow=http://b.example/ --site=nosuch=http://c.example --site=demo=d" +
			" --admin-host=http://d.example --admin-host=d.example:80 --metrics-token=short",
			nil, []string{`--admin-host: "http://d.example" is not a host`, `--admin-host: "d.example:80"`, "--metrics-token: must have at least 16", "--addr: ", "--admin-addr: ", "--public-url: ", "--trusted-proxy: ", "--privacy-url: ", "--browser-slots: ",
				"--browser-spares: ", "--browser-line: ", "--webhook-allow: ", "--site: point nosuch to", "--site: point demo", `"passage serve --help"`}},
	} {
		result := runCommand(t, try.environment, "", strings.Fields(try.args)...)
		if result.code != 2 || result.stdout != "" {
			t.Errorf("passage %s ends with %d and prints %q", try.args, result.code, result.stdout)
		}
		for _, text := range try.says {
			if !strings.Contains(result.stderr, text) {
				t.Errorf("passage %s does not say %q but:\n%s", try.args, text, result.stderr)
			}
		}
	}
}

func TestServe_RefusesUnusableSettings(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, nil)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() })
	busy := taken.Addr().String()
	for _, try := range []struct {
		name        string
		args        []string
		environment []string
		says        []string
	}{
		{"a file as folder", []string{"--data", file}, nil, []string{file, "not a directory"}},
		{"a folder that cannot be made", []string{"--data", "/proc/passage"}, nil, []string{"/proc/passage"}},
		{"a port in use", []string{"--addr", busy}, nil, []string{busy, "in use", "--addr"}},
		{"a dashboard's port in use", []string{"--admin-addr", busy}, nil, []string{busy, "in use"}},
		{"a browser that is not there", nil, []string{"PASSAGE_BROWSER=/nonexistent"}, []string{"/nonexistent", "PASSAGE_BROWSER"}},
		{"no browser on PATH", nil, []string{"PATH=/nonexistent", "PASSAGE_BROWSER="}, []string{"install", "chromium-headless-shell", "PASSAGE_BROWSER"}},
		{"a program that is no browser", nil, []string{"PASSAGE_BROWSER=" + file}, []string{file, "PASSAGE_BROWSER"}},
	} {
		args := append([]string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, try.args...)
		result := runCommand(t, try.environment, "", args...)
		if result.code != 1 {
			t.Errorf("%s: serve ends with %d", try.name, result.code)
		}
		for _, text := range try.says {
			if !strings.Contains(result.stderr, text) {
				t.Errorf("%s: serve does not say %q but:\n%s", try.name, text, result.stderr)
			}
		}
	}
}

func TestDamagedData_IsRefusedAndUnchanged(t *testing.T) {
	t.Parallel()
	for _, damage := range []struct {
		name string
		do   func(t *testing.T, folder string)
		says string
	}{
		{"the database is garbage", func(t *testing.T, folder string) {
			writeFile(t, filepath.Join(folder, "passage.db"), []byte(strings.Repeat("no database ", 1000)))
		}, "restore a backup"},
		{"the database is cut short", func(t *testing.T, folder string) {
			path := filepath.Join(folder, "passage.db")
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			writeFile(t, path, whole[:len(whole)/2])
		}, "restore a backup"},
		{"the keyset is missing", func(t *testing.T, folder string) {
			if err := os.Remove(filepath.Join(folder, "keyset.json")); err != nil {
				t.Fatal(err)
			}
		}, "restore it from your backup"},
		{"the keyset is garbage", func(t *testing.T, folder string) {
			writeFile(t, filepath.Join(folder, "keyset.json"), []byte("{"))
		}, "restore it from your backup"},
	} {
		folder := t.TempDir()
		mustRun(t, "", "keys", "create", "--data", folder, "--org", "Acme")
		damage.do(t, folder)
		before := folderContents(t, folder)
		for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"keys", "create", "--org", "Acme"}} {
			result := runCommand(t, nil, "", append(args, "--data", folder)...)
			if result.code != 1 || !strings.Contains(result.stderr, damage.says) {
				t.Errorf("%s: %s ends with %d: %s", damage.name, args[0], result.code, result.stderr)
			}
		}
		if !slices.Equal(before, folderContents(t, folder)) {
			t.Errorf("%s: the folder was changed", damage.name)
		}
	}
}

// folderContents is what must not be lost in a data folder.
func folderContents(t *testing.T, folder string) []string {
	t.Helper()
	var contents []string
	for _, name := range []string{"passage.db", "keyset.json"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		contents = append(contents, string(text))
	}
	return contents
}

func writeFile(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCommands_WorkBesideAServer(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := startServer(t, folder, "--browser-spares", "0")
	m := enrolMerchant(t, folder, "")
	m.server = s
	works := func() int { return m.call(http.MethodGet, "/v1/links", nil, nil) }
	if status := works(); status != http.StatusOK {
		t.Errorf("a key made beside the server is met with %d", status)
	}
	second := runCommand(t, nil, "", "serve", "--data", folder, "--addr", "127.0.0.1:0")
	if second.code != 1 || !strings.Contains(second.stderr, "process "+strconv.Itoa(s.pid())+" ") {
		t.Errorf("a second server ends with %d: %s", second.code, second.stderr)
	}
	list := mustRun(t, "", "keys", "list", "--data", folder)
	id := regexp.MustCompile(`key_\S+`).FindString(list)
	if !strings.Contains(list, "Acme") || strings.Contains(list, m.key) {
		t.Errorf("the list of keys is:\n%s", list)
	}
	mustRun(t, "", "keys", "revoke", "--data", folder, id)
	if status := works(); status != http.StatusUnauthorized {
		t.Errorf("a revoked key is met with %d", status)
	}
	for _, try := range []struct {
		stdin string
		code  int
		args  []string
	}{
		{"", 1, []string{"keys", "revoke", "--data", folder, id}},
		{"", 1, []string{"keys", "list", "--data", folder, "--org", "Nobody"}},
		{"", 1, []string{"keys", "rotate-webhook", "--data", folder, "--org", "Nobody"}},
		{"correct horse battery\n", 0, []string{"admin", "create", "--data", folder, "--email", "ada@acme.example"}},
		{"correct horse battery\n", 1, []string{"admin", "create", "--data", folder, "--email", "ada@acme.example"}},
		{"another horse battery", 0, []string{"admin", "passwd", "--data", folder, "--email", "ada@acme.example"}},
		{"short\n", 1, []string{"admin", "passwd", "--data", folder, "--email", "ada@acme.example"}},
		{"", 1, []string{"admin", "passwd", "--data", folder, "--email", "ada@acme.example"}},
		{"correct horse battery\n", 1, []string{"admin", "passwd", "--data", folder, "--email", "eve@acme.example"}},
		{"", 0, []string{"admin", "logout", "--data", folder, "--email", "ada@acme.example"}},
		{"", 1, []string{"admin", "logout", "--data", folder, "--email", "eve@acme.example"}},
		{"", 0, []string{"integrations", "list"}},
		{"", 0, []string{"integrations", "check"}},
		{"", 1, []string{"integrations", "check", "/nonexistent"}},
		{"", 0, []string{"version"}},
		{"", 0, []string{"doctor", "--data", folder, "--public-url", s.url}},
		{"", 1, []string{"doctor", "--data", folder, "--public-url", s.url, "--browser", "/nonexistent"}},
	} {
		result := runCommand(t, nil, try.stdin, try.args...)
		if result.code != try.code || strings.Contains(result.stdout+result.stderr, "horse") {
			t.Errorf("passage %v ends with %d, not %d: %s%s", try.args, result.code, try.code, result.stdout, result.stderr)
		}
	}
	if code, _ := s.stop(); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
}

func TestServeFlags_AreEnvironmentVariablesToo(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "made", "if", "missing")
	site := newGatedSite(t)
	s := startServerWith(t, []string{
		"PASSAGE_ADDR=127.0.0.1:0", "PASSAGE_ADMIN_ADDR=localhost:0", "PASSAGE_DATA=" + folder,
		"PASSAGE_PUBLIC_URL=https://connect.example", "PASSAGE_SITE=" + site.flag, "PASSAGE_TRUSTED_PROXY=10.0.0.0/8,::1",
		"PASSAGE_WEBHOOK_ALLOW=hooks.internal,10.1.0.0/16", "PASSAGE_OPERATOR_NAME=Somebody", "PASSAGE_PRIVACY_URL=https://connect.example/privacy",
		"PASSAGE_BROWSER_SLOTS=3", "PASSAGE_BROWSER_SPARES=0", "PASSAGE_BROWSER_LINE=0", "PASSAGE_BROWSER_NO_SANDBOX=true",
	}, folder, "serve")
	if s.url != "https://connect.example" {
		t.Errorf("the public URL is %s", s.url)
	}
	if code, _ := s.stop(); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
	// What is said on the command line counts more.
	other := t.TempDir()
	said := startServerWith(t, []string{"PASSAGE_ADDR=nowhere", "PASSAGE_DATA=" + folder}, other,
		"serve", "--addr", "127.0.0.1:0", "--data", other, "--browser-spares", "0")
	if code, _ := said.stop(); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
}
