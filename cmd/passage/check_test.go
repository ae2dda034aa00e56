package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIntegrationsCheck_HasNoAdviceForBuiltInOnes(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"integrations", "check"}, {"integrations", "check", repository + "/automation/integrations"}} {
		code, stdout, stderr := command(t, args...)
		if code != exitSuccess || stdout != "5 checked, no errors.\n" {
			t.Errorf("%v: exit %d: %s%s", args, code, stdout, stderr)
		}
	}
}

// The texts and the schemas of the other rooms are what a script is held
// against; what may be meant so is no failure.
func TestIntegrationsCheck_DistinguishesErrorsFromAdvice(t *testing.T) {
	t.Parallel()
	scaffold := func(t *testing.T, old, replacement string) (folder, file string) {
		t.Helper()
		folder = t.TempDir()
		if code, _, stderr := command(t, "integrations", "new", "mine", "--dir", folder); code != exitSuccess {
			t.Fatal(stderr)
		}
		file = filepath.Join(folder, "mine", "integration.star")
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(source), old, replacement, 1)
		if changed == string(source) {
			t.Fatalf("%q is not in the scaffold", old)
		}
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		return folder, file
	}
	for name, test := range map[string]struct {
		old, new       string
		code           int
		stdout, stderr string // what stands before and after file:line
	}{
		"outcome":   {`if seen == "code":`, `if seen == "kode":`, exitFailure, "", `: this is never "kode" (did you mean code?)`},
		"result":    {`"last4":`, `"last_4":`, exitFailure, "", `: the result has no "last_4" here`},
		"enum":      {`"type": "credit_card"`, `"type": "card"`, exitFailure, "", `: the result cannot be "card" here`},
		"operation": {`"paymentMethod.read": read`, `"paymentMethods.read": read`, exitFailure, "", `: there is no operation "paymentMethods.read" (did you mean paymentMethod.read?)`},
		"folder":    {`id = "mine"`, `id = "yours"`, exitFailure, "", `: the folder of integration "yours" must have its name`},
		"label":     {`label = "password"`, `label = "secret_word"`, exitSuccess, `: the key "secret_word" has no text`, ""},
		"progress":  {`progress("found_payment_methods"`, `progress("found_payments"`, exitSuccess, `: the key "found_payments" has no text`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder, file := scaffold(t, test.old, test.new)
			code, stdout, stderr := command(t, "integrations", "check", folder)
			if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) {
				t.Errorf("exit %d:\n%s%s", code, stdout, stderr)
			}
			if !strings.Contains(stdout+stderr, file+":") {
				t.Errorf("the file is not named:\n%s%s", stdout, stderr)
			}
			if test.code == exitSuccess && !strings.HasSuffix(stdout, "1 checked, no errors, 1 with advice.\n") {
				t.Errorf("it ends with %q", stdout)
			}
		})
	}
}
