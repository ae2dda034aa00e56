package script

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"passage/automation/prompt"
)

func TestLoad_ReadsManifest(t *testing.T) {
	t.Parallel()
	text := source("def run(page, arguments):\n    return {}\n")
	integration, err := Load("test.star", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if integration.ID != "test" || integration.Name != "Test Site" || integration.Site != "http://127.0.0.1:8090" {
		t.Errorf("manifest is %+v", integration.Manifest)
	}
	if want := []string{"thing.read", "thing.write"}; !slices.Equal(integration.Operations, want) {
		t.Errorf("operations are %q, want %q", integration.Operations, want)
	}
	if f := integration.Credentials; len(f) != 2 || f[0] != (prompt.Field{Name: "username", Label: "email"}) || !f[1].Secret {
		t.Errorf("credentials are %+v", f)
	}
	hash := sha256.Sum256([]byte(text))
	if integration.Hash != hex.EncodeToString(hash[:]) || string(integration.Source) != text {
		t.Error("source and hash are not those of the file")
	}
	if !integration.AllowPrivate() {
		t.Error("a loopback site must allow private addresses")
	}
}

func TestLoad_ErrorsNameLineProblemAndRemedy(t *testing.T) {
	t.Parallel()
	const runs = "def run(page, arguments):\n    return {}\n"
	tests := []struct {
		name, source string
		want         []string
	}{
		{"syntax", header + "def login(page user):\n    pass\n", []string{`test.star:10: got identifier, want ','`}},
		{"unknown names, all at once", source("def run(page, arguments):\n    a = pag\n    b = argments\n    return {}\n"),
			[]string{"test.star:11: undefined: pag (did you mean page?)", "test.star:12: undefined: argments (did you mean arguments?)"}},
		{"unknown words of page and user", source("def run(page, arguments, user):\n    page.clik('#a')\n    user.credential()\n"),
			[]string{`test.star:11: page has no word "clik" (did you mean click?)`, `test.star:12: user has no word "credential" (did you mean credentials?)`}},
		{"unknown word in a helper", source("def help(page):\n    def deeper():\n        page.wait()\n    deeper()\n" + runs),
			[]string{`test.star:12: page has no word "wait"`}},
		{"unknown outcome", source("def run(page, arguments):\n    fail('ACOUNT_LOCKED')\n"),
			[]string{`test.star:11: fail: "ACOUNT_LOCKED" is not a code that a script can end with (did you mean ACCOUNT_LOCKED?)`}},
		{"an outcome that is not the script's to state", source("def run(page, arguments):\n    fail(code = 'WORKER_LOST')\n"),
			[]string{`test.star:11: fail: "WORKER_LOST" is not a code`, "it is one of INVALID_CREDENTIALS"}},
		{"selectors that are none", source("def run(page, arguments):\n    page.click('//a')\n    page.text(['#a', 'role=button[x]'])\n    page.wait_for(timeout = 1, a = url('/'), b = 'text=', c = 'url=/x')\n    page.fill('url=/x', 'a')\n    page.count('nth=1')\n    page.rows('id=x', a = '@id')\n"),
			[]string{`test.star:11: "//a" is not a selector: XPath`, `test.star:12: "role=button[x]" is not a selector: a role is written`, `test.star:13: "text=" is not a selector: there is nothing after text=`,
				`test.star:14: "url=/x" is not a selector: url= is an outcome of page.wait_for`, `test.star:15: "nth=1" is not a selector`, `test.star:16: "id=x" is not a selector: id= is not supported`}},
		{"load", "load('other.star', 'x')\n" + source(runs), []string{"test.star:1: load is not available: an integration is one file"}},
		{"while", source("def run(page, arguments):\n    while True:\n        pass\n"), []string{"test.star:11: this Starlark dialect does not support while loops"}},
		{"no integration", "def login(page, user):\n    pass\n" + runs + "operations = {'a.read': run}\n", []string{"test.star: there is no integration(id"}},
		{"integration twice", header + header + runs, []string{"test.star:10: integration(…) is in this file twice"}},
		{"integration in a function", "def f():\n    integration()\nf()\n", []string{"test.star:2: integration(…) belongs at the top of the file"}},
		{"no login", header + runs + "operations = {'a.read': run}\n", []string{"test.star: there is no function login(page, user)"}},
		{"login's parameters", source("def login(page):\n    pass\n" + runs), []string{"test.star:10: login must take (page, user)"}},
		{"no operations", header + "def login(page, user):\n    pass\n", []string{"test.star: there is no operations = {"}},
		{"operation's name", source(runs + "operations = {'paymentMethod.delete': run, 'x': run, 'a.read': 1}\n"),
			[]string{`"paymentMethod.delete" must be a resource and an action`, `"x" must be`, `"a.read" must be a function, not a int`}},
		{"operation's parameters", source("def run(page):\n    return {}\n"), []string{"test.star:10: run, the function of", "must take (page, arguments) or (page, arguments, user)"}},
		{"a fault of the top level", header + "x = {}['nothing']\n", []string{`test.star:10: key "nothing" not in dict`}},
		{"a word at the top level", header + "fail('ACCOUNT_LOCKED')\n", []string{"test.star:10: fail(…) is for functions"}},
		{"an endless top level", header + "x = [a for a in range(90000) for b in range(90000)]\n", []string{"test.star:10: the top level took more than 200000 steps"}},
		{"x[i] *= y", source("def run(page, arguments):\n    a = {}\n    a['x'] *= 2\n"), []string{"test.star:12: *= needs a plain name on its left: write x = x * …"}},
		{"nesting", header + strings.Repeat("(", 300) + strings.Repeat(")", 300), []string{"test.star:10: brackets are nested deeper than 200 levels"}},
		{"not a text", "\xff\xfe", []string{"test.star: the script is not UTF-8 text"}},
		{"too long", strings.Repeat("#", 128<<10+1), []string{"test.star: the script has 131073 bytes; 131072 is the limit"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Load("test.star", []byte(test.source))
			if err == nil {
				t.Fatal("it loaded")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q:\n%v", want, err)
				}
			}
			fault, ok := errors.AsType[*SourceError](err)
			if !ok || fault.File != "test.star" {
				t.Errorf("%T holds no *Fault", err)
			}
		})
	}
}

func TestLoad_ReportsAllManifestErrors(t *testing.T) {
	t.Parallel()
	_, err := Load("bad.star", []byte(`integration(
    id = "Bad Id",
    name = "",
    site = "http://example.com/path",
    hosts = ["https://example.com", "*.example.com", "a:99999"],
    credentials = [
        field("user name", label = "User name", autocomplete = "<x>"),
        field("a", label = "a"), field("a", label = "a"),
    ],
)
`))
	if err == nil {
		t.Fatal("it loaded")
	}
	for _, want := range []string{
		`bad.star:7: field: name "user name" must be letters`,
		`bad.star:7: field: label = "User name" must be a key`,
		`bad.star:7: field: autocomplete = "<x>"`,
		`bad.star:1: integration: id = "Bad Id" must be lower-case`,
		`integration: name = "" must be 1 to 64`,
		`integration: site = "http://example.com/path" must be an origin alone`,
		`integration: host "https://example.com" must be a lower-case name`,
		`integration: host "*.example.com" must be`,
		`integration: host "a:99999" has an invalid port`,
		`integration: there are two fields named "a"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
}

func TestAt_MovesIntegrationToAnotherOrigin(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer(
		`"http://127.0.0.1:8090"`, `"https://www.example.com"`,
		`["127.0.0.1:8090"]`, `["www.example.com", "pay.example.com"]`,
	).Replace(source("def run(page, arguments):\n    return {}\n"))
	integration, err := Load("test.star", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if integration.AllowPrivate() {
		t.Error("a public site must not allow private addresses")
	}
	moved, err := integration.At("http://127.0.0.1:1234/", "localhost:5678")
	if err != nil {
		t.Fatal(err)
	}
	if moved.Site != "http://127.0.0.1:1234" || !moved.AllowPrivate() {
		t.Errorf("moved to %s", moved.Site)
	}
	if want := []string{"127.0.0.1:1234", "pay.example.com", "localhost:5678"}; !slices.Equal(moved.Hosts, want) {
		t.Errorf("hosts are %q, want %q", moved.Hosts, want)
	}
	if integration.Site != "https://www.example.com" || len(integration.Hosts) != 2 {
		t.Error("the original moved too")
	}
	for _, bad := range []string{"", "example.com", "ftp://example.com", "http://example.com", "https://a/b", "https://u:p@a"} {
		if _, err := integration.At(bad); err == nil {
			t.Errorf("At(%q) was accepted", bad)
		}
	}
	private, err := integration.At("https://10.0.0.7")
	if err != nil || !private.AllowPrivate() {
		t.Errorf("a private site: %v", err)
	}
}

func TestAddress_StaysOnHosts(t *testing.T) {
	t.Parallel()
	integration := &Integration{Manifest: Manifest{Site: "https://a.example", Hosts: []string{"a.example", "b.example:8443", "127.0.0.1:80"}}}
	for text, want := range map[string]string{
		"/login?x=1":                "https://a.example/login?x=1",
		"https://A.example/x":       "https://A.example/x",
		"https://a.example:443/x":   "https://a.example:443/x",
		"https://b.example:8443/":   "https://b.example:8443/",
		"https://b.example/":        "",
		"http://a.example/":         "",
		"//b.example:8443/":         "",
		"javascript:alert(1)":       "",
		"https://u:p@a.example/":    "",
		"https://a.example.evil/":   "",
		"file:///etc/passwd":        "",
		"login":                     "",
		"":                          "",
		"https://a.example\n.evil/": "",
	} {
		got, err := integration.address(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("address(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(source("def run(page, arguments):\n    return {'a': [x * 2 for x in range(3)]}\n")))
	f.Add([]byte("x = 'a' % (1,)\nx += y[1:2]\ndef f(*a, **b):\n  return f(*a, **b)\n"))
	f.Add([]byte(header + "x = lambda a, b = 1 + 2: (a if b else [c for c in a if c])[0](*a)\n"))
	f.Add([]byte("(((((((((("))
	f.Add([]byte("x = '''a\n'''\ny = \"\\\"\"#'\n"))
	f.Add([]byte("a, (b, c[0 + 1]), d.e = 1 | 2, -3 << 4, not 5 in 6\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		integration, err := Load("fuzz.star", text)
		if (integration == nil) == (err == nil) {
			t.Fatalf("Load = %v, %v", integration, err)
		}
	})
}
