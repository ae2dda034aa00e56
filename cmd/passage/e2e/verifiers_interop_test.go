//go:build interop

package e2e

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"

	"passage/web/webhook/verifiers"
)

func TestInteropVerifiers_AcceptOnlyGenuineDeliveriesInTypeScriptAndPython(t *testing.T) {
	t.Parallel()
	cases := newVerifying(t).cases()
	for language, verify := range map[string]func(*testing.T, []signedCase) []verdict{"TypeScript": verifyInTypeScript, "Python": verifyInPython} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			checkVerdicts(t, cases, verify(t, cases))
		})
	}
}

// What the receiver of a bad hour got, checked by the libraries of another
// language at the time at which it came.
func TestInteropVerifiers_AcceptEveryDeliveryOfABadHourInTypeScript(t *testing.T) {
	t.Parallel()
	var cases []signedCase
	var keySet []byte
	synctest.Test(t, func(t *testing.T) {
		h := failingHour(t)
		recorder := httptest.NewRecorder()
		h.keySet.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/.well-known/jwks.json", http.NoBody))
		keySet = recorder.Body.Bytes()
		for _, c := range h.arrived {
			c.Secret, c.Organization = h.secret, h.merchant
			cases = append(cases, c)
		}
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(keySet) }))
	t.Cleanup(server.Close)
	for n := range cases {
		cases[n].KeySet = server.URL
	}
	checkVerdicts(t, cases, verifyInTypeScript(t, cases))
}

// verifyInTypeScript checks the types of verify.ts and tries it with Node.
func verifyInTypeScript(t *testing.T, cases []signedCase) []verdict {
	t.Helper()
	folder := verifierFolder(t, "verify.ts", "run.ts", "package.json", "package-lock.json", "tsconfig.json")
	runIn(t, folder, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	runIn(t, folder, nil, filepath.Join("node_modules", ".bin", "tsc"))
	return verdictsOf(t, cases, folder, "node", filepath.Join("out", "run.js"))
}

// verifyInPython tries verify.py with Debian's Python and PyJWT.
func verifyInPython(t *testing.T, cases []signedCase) []verdict {
	t.Helper()
	return verdictsOf(t, cases, verifierFolder(t, "verify.py", "run.py"), "/usr/bin/python3", "run.py")
}

// verifierFolder puts a verifier and what tries it side by side.
func verifierFolder(t *testing.T, verifier string, others ...string) string {
	t.Helper()
	folder := t.TempDir()
	from := map[string]fs.FS{verifier: verifiers.Files}
	for _, name := range others {
		from[name] = os.DirFS(filepath.Join("testdata", "verifiers"))
	}
	for name, where := range from {
		content, err := fs.ReadFile(where, name)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func verdictsOf(t *testing.T, cases []signedCase, folder string, command ...string) (verdicts []verdict) {
	t.Helper()
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(runIn(t, folder, text, command...), &verdicts); err != nil {
		t.Fatal(err)
	}
	return verdicts
}

// runIn runs a command that has to succeed and returns what it prints.
func runIn(t *testing.T, folder string, stdin []byte, command ...string) []byte {
	t.Helper()
	process := exec.CommandContext(t.Context(), command[0], command[1:]...)
	process.Dir, process.Stdin = folder, bytes.NewReader(stdin)
	var stderr bytes.Buffer
	process.Stderr = &stderr
	printed, err := process.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s%s", command, err, printed, &stderr)
	}
	return printed
}
