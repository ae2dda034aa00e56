package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/sandbox"
	"passage/automation/script"
	"passage/automation/secret"
	"passage/cmd/passage/console"
	"passage/cmd/passage/server"
	"passage/views"
)

// tried is how a trial ended.
type tried struct {
	code           int
	stdout, stderr string
}

// demoCarrier is a carrier at work, for the tests of try.
var demoCarrier = sync.OnceValues(func() (*server.Carrier, error) {
	carrier, err := server.BindCarrier(sandbox.CarrierOptions{Slow: 200 * time.Millisecond, Approval: 500 * time.Millisecond}, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	for _, listener := range carrier.Listeners() {
		go listener.Serve(context.Background(), &console.Console{Logger: slog.New(slog.DiscardHandler)}) // as long as the tests run
	}
	return carrier, nil
})

func startedCarrier(t *testing.T) *server.Carrier {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	carrier, err := demoCarrier()
	if err != nil {
		t.Fatal(err)
	}
	return carrier
}

// customer is a user of a scenario whom no other test plays.
func customer(t *testing.T, name string) sandbox.Scenario {
	t.Helper()
	scenario, ok := sandbox.ScenarioOf(name)
	if !ok {
		t.Fatalf("there is no scenario %q", name)
	}
	return scenario.For(strings.ToLower(rand.Text()))
}

// tryDemo runs “integrations try demo” against the carrier; the lines are what
// somebody types.
func tryDemo(t *testing.T, lines []string, args ...string) tried {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"integrations", "try", "demo", "--site", "demo=" + startedCarrier(t).SiteFlag()}, args...)
	code := run(t.Context(), args, os.Getenv, strings.NewReader(strings.Join(lines, "\n")+"\n"), &stdout, &stderr)
	got := tried{code, stdout.String(), stderr.String()}
	for _, hidden := range []string{sandbox.Password, sandbox.Code, sandbox.CardNumber} {
		if strings.Contains(got.stdout+got.stderr, hidden) {
			t.Errorf("%s was printed:\n%s%s", hidden, got.stdout, got.stderr)
		}
	}
	return got
}

// says fails the test unless each text is in what a trial told.
func (g tried) says(t *testing.T, code int, texts ...string) {
	t.Helper()
	if g.code != code {
		t.Errorf("exit %d, want %d", g.code, code)
	}
	for _, text := range texts {
		if !strings.Contains(g.stderr, text) {
			t.Errorf("%q was not told", text)
		}
	}
	if t.Failed() {
		t.Logf("stdout:\n%s\nstderr:\n%s", g.stdout, g.stderr)
	}
}

func TestTry_AsksTheUsersQuestionsAndPrintsTheResult(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scenario string
		after    []string // what is typed after the user name and the password
		says     []string
	}{
		{"good", nil, []string{"Log in to Demo Mobile", "Phone number or email: ", "Password: "}},
		{"code", []string{"12", sandbox.Code}, []string{
			"Enter the code that Demo Mobile sent to (•••)", "6-digit code (nothing: Send a new code)", "Please enter all the digits of the code."}},
		{"resend", []string{"", sandbox.Code}, []string{"page.click", "#resend"}},
		{"choice", []string{"9", "2", sandbox.Code}, []string{
			"How should Demo Mobile send your code?", "\n  2  ", "  1 to ", "Please choose one of these.", "page.check"}},
		{"push", nil, []string{"Approve the request in your Demo Mobile app", "This page goes on by itself"}},
	} {
		t.Run(test.scenario, func(t *testing.T) {
			t.Parallel()
			user := customer(t, test.scenario)
			typed := append([]string{user.Username, sandbox.Password}, test.after...)
			got := tryDemo(t, typed, "--operation", "paymentMethod.read")
			got.says(t, exitSuccess, append(test.says, "\nlogin\n", "\npaymentMethod.read\n", "page.goto", "… 3 payment methods")...)
			var result struct{ PaymentMethods []struct{ Last4 string } }
			if err := json.Unmarshal([]byte(got.stdout), &result); err != nil || len(result.PaymentMethods) != 3 {
				t.Errorf("stdout is %q: %v", got.stdout, err)
			}
		})
	}
}

func TestTry_AsksAgainAfterAWrongPassword(t *testing.T) {
	t.Parallel()
	user := customer(t, "good")
	got := tryDemo(t, []string{user.Username, "not the password", user.Username, sandbox.Password})
	got.says(t, exitSuccess, "Demo Mobile did not accept this user name and password. You have 2 tries left.")
	expect(t, "what a log-in alone gives", got.stdout, "")
	if strings.Contains(got.stderr, "not the password") {
		t.Errorf("a wrong password was printed:\n%s", got.stderr)
	}
}

// writeArguments are the arguments of a write, as --arguments takes them.
const writeArguments = `{"cardNumber": "` + sandbox.CardNumber + `", "expirationDate": "12/30", "cvv": "737", "nameOnCard": "Ada Example", "billingZip": "98101"}`

func TestTry_AsksBeforeAWriteButNotBeforeADryRun(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "card.json")
	if err := os.WriteFile(file, []byte(writeArguments), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		before []string // typed before the credentials
		flags  []string
		code   int
		stdout string
		cards  int
	}{
		{"refused", []string{"no"}, []string{"--arguments", writeArguments}, exitFailure, "", 0},
		{"agreed", []string{"yes"}, []string{"--arguments", writeArguments}, exitSuccess, `"success": true`, 1},
		{"said beforehand", nil, []string{"--arguments", "@" + file, "--yes"}, exitSuccess, `"success": true`, 1},
		{"dry run", nil, []string{"--arguments", writeArguments, "--dry-run"}, exitSuccess, `"dryRun": true`, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			user := customer(t, "good")
			got := tryDemo(t, append(test.before, user.Username, sandbox.Password), append(test.flags, "--operation", "paymentMethod.write")...)
			got.says(t, test.code)
			if !strings.Contains(got.stdout, test.stdout) {
				t.Errorf("stdout is %s", got.stdout)
			}
			expect(t, "the question", strings.Contains(got.stderr, "Replace your AutoPay card with the new card"), test.before != nil)
			expect(t, "cards at the site", startedCarrier(t).Submitted(user.Username), test.cards)
		})
	}
}

func TestTry_ReportsAnUnconfirmedSubmission(t *testing.T) {
	t.Parallel()
	for scenario, code := range map[string]string{"unconfirmed": "OPERATION_UNKNOWN", "declined": "OPERATION_REJECTED"} {
		t.Run(scenario, func(t *testing.T) {
			t.Parallel()
			user := customer(t, scenario)
			got := tryDemo(t, []string{user.Username, sandbox.Password}, "--yes", "--operation", "paymentMethod.write", "--arguments", writeArguments)
			got.says(t, exitFailure, "\n"+code+"  ", "Traceback", "in write_payment_method", "the trial failed; see above: "+code)
			expect(t, "stdout", got.stdout, "")
		})
	}
}

// A script of somebody's own: the line, what was looked for, what came near,
// and a picture.
func TestTry_ShowsWhereAndWhyAScriptFailed(t *testing.T) {
	t.Parallel()
	user, folder := customer(t, "good"), t.TempDir()
	source, err := os.ReadFile(repository + "/automation/integrations/demo/integration.star")
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(source), `page.wait_for(list = "#payment-methods")`, `page.wait_for(timeout = 5, list = "#payment-methodz")`, 1)
	before, _, _ := strings.Cut(broken, "#payment-methodz")
	line := fmt.Sprintf("\n>  %d  ", strings.Count(before, "\n")+1)
	if err := os.Mkdir(filepath.Join(folder, "demo"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "demo", "integration.star"), []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(folder, "failure.png")
	got := tryDemo(t, []string{user.Username, sandbox.Password}, "--integrations", folder, "--operation", "paymentMethod.read", "--screenshot", picture)
	got.says(t, exitFailure, "\nSITE_CHANGED  An element or a page that the integration expects did not come", "A person would read: Demo Mobile has changed its website",
		"in open_payment_methods\n", `      page.wait_for(timeout = 5, list = "#payment-methodz")`+"\n   ", line,
		"\n  0  list = #payment-methodz\n", "is in "+picture)
	if info, err := os.Stat(picture); err != nil || info.Size() == 0 {
		t.Errorf("the picture: %v", err)
	}
}

// A column that reads the shown date instead of the machine's one.
func TestTry_SaysWhichColumnReadAValueThatDoesNotFit(t *testing.T) {
	t.Parallel()
	user, folder := customer(t, "good"), t.TempDir()
	source, err := os.ReadFile(repository + "/automation/integrations/demo/integration.star")
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(source), `".due@datetime"`, `".due"`, 1)
	before, _, _ := strings.Cut(broken, "page.rows(\n            \".bill\"")
	line := strings.Count(before, "\n") + 1
	if err := os.Mkdir(filepath.Join(folder, "demo"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "demo", "integration.star"), []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	got := tryDemo(t, []string{user.Username, sandbox.Password}, "--integrations", folder, "--operation", "mobileBillingStatement.read")
	got.says(t, exitFailure, "\nRESULT_VALIDATION_ERROR  ", "billing[0].dueDate is ",
		fmt.Sprintf(" (page.rows in line %d, column dueDate, selector \".due\", row 1); billing[1].dueDate is ", line), fmt.Sprintf("\n>  %d  ", line))
}

func TestReport_NamesTheNearestElements(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	r := &report{interview: interview{console.NewTerminal(&console.Console{Stderr: &told}), views.Match("en"), "Acme"}, redactor: secret.NewRedactor()}
	end := outcome.New(outcome.SiteChanged, "not found in time")
	end.Selectors = []outcome.Selector{{Name: "home", Selector: "#home", Near: "#hom"}, {Selector: ".row", Matches: 2, Hiding: "#tab"}}
	r.failure(&script.Integration{Source: []byte("one\ntwo\n")}, &script.Failure{Outcome: end, Line: 2, Traceback: "Traceback\n"})
	for _, text := range []string{"SITE_CHANGED  ", "Traceback\n", "     1  one\n>    2  two\n", "  0  home = #home\n     nearest on the page: #hom\n  2  .row\n     not visible: #tab is hidden\n"} {
		if !strings.Contains(told.String(), text) {
			t.Errorf("%q was not told:\n%s", text, &told)
		}
	}
}

func TestReport_TellsWhatTheSiteAnswered(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	r := &report{interview: interview{console.NewTerminal(&console.Console{Stderr: &told}), views.Match("en"), "Acme"}, redactor: secret.NewRedactor()}
	r.Step(script.Step{Word: "page.click", Selector: "#go", Matches: 1, Line: 7, Traffic: browser.Traffic{
		Status: 200, Failed: []browser.Response{{Method: "POST", Path: "/api/login", Status: 429}}, Others: 3}})
	for _, text := range []string{"#go  (1)  status 200\n", "  the site answered 429 to POST /api/login\n", "  and 3 more such answers\n"} {
		if !strings.Contains(told.String(), text) {
			t.Errorf("%q was not told:\n%s", text, &told)
		}
	}
}

func TestTry_RefusesInvalidArguments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"integration":       {[]string{"nobody"}, `there is no integration "nobody"; "passage integrations list" has the built-in ones`},
		"path":              {[]string{"../demo"}, `there is no integration "../demo"`},
		"folder":            {[]string{"demo", "--integrations", "/nonexistent"}, "--integrations: open /nonexistent"},
		"operation":         {[]string{"demo", "--operation", "paymentMethod.delete"}, `demo has no "paymentMethod.delete"; it has mobileBillingStatement.read, `},
		"other site":        {[]string{"demo", "--site", "att=http://127.0.0.1:1"}, "only demo can be pointed elsewhere here, not att; write demo=URL"},
		"bad site":          {[]string{"demo", "--site", "demo=ftp://x"}, "--site: point demo elsewhere"},
		"no JSON":           {[]string{"demo", "--operation", "mobileBillingStatement.read", "--arguments", "limit=3"}, "this is not JSON"},
		"no file":           {[]string{"demo", "--operation", "mobileBillingStatement.read", "--arguments", "@/nonexistent"}, "open /nonexistent"},
		"no fit":            {[]string{"demo", "--operation", "mobileBillingStatement.read", "--arguments", `{"limit":0}`}, "--arguments of mobileBillingStatement.read: limit: "},
		"too many":          {[]string{"demo", "--arguments", `{}`}, "given more often than --operation"},
		"dry run of a list": {[]string{"demo", "--operation", "paymentMethod.write", "--arguments", `[]`, "--dry-run"}, "this must be an object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			code := run(t.Context(), append([]string{"integrations", "try"}, test.args...), os.Getenv, strings.NewReader(""), io.Discard, &stderr)
			if code != exitUsage || !strings.Contains(stderr.String(), test.says) {
				t.Errorf("exit %d: %s", code, &stderr)
			}
		})
	}
}

// Ctrl-C while it asks: it says so, and nothing is left behind.
func TestTry_EndsCleanlyWhenInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	stdin, typing := io.Pipe() // nobody ever types
	defer typing.Close()
	stderr := &signalWriter{word: "Phone number or email: ", signal: interrupt}
	code := run(ctx, []string{"integrations", "try", "demo", "--site", "demo=" + startedCarrier(t).SiteFlag()}, os.Getenv, stdin, io.Discard, stderr)
	tried{code, "", stderr.String()}.says(t, exitFailure, "USER_CANCELLED: interrupted")
}

// signalWriter keeps what is written, and calls signal once word is in it.
type signalWriter struct {
	bytes.Buffer
	word   string
	signal func()
}

func (w *signalWriter) Write(text []byte) (int, error) {
	n, err := w.Buffer.Write(text)
	if strings.Contains(w.String(), w.word) {
		w.signal()
	}
	return n, err
}

func TestInterview_AsksEveryKindOfPromptInTheWordsOfThePages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prompt prompt.Prompt
		typed  string
		field  string
		answer string
		says   []string
	}{
		"credentials": {prompt.Prompt{Kind: prompt.Credentials, Reason: "wrong_password", AttemptsLeft: 1,
			Fields: []prompt.Field{{Name: "pin", Label: "pin", Secret: true}}}, "\n1234\n", "pin", "1234",
			[]string{"Log in to Acme", "Acme did not accept this user name and password. You have 1 try left.", "PIN: ", "Please fill this in."}},
		"one-time code": {prompt.Prompt{Kind: prompt.OneTimeCode, Reason: "wrong_code", TimeLimit: 60}, "\nA1\n", "code", "A1",
			[]string{"Enter the code that Acme sent you.", "That was not the right code.", "You have 1 minute for this.", "Code: "}},
		"another code": {prompt.Prompt{Kind: prompt.OneTimeCode, CanResend: true}, "\n", "action", "resend", []string{"Send a new code"}},
		"choice": {prompt.Prompt{Kind: prompt.Choice, Reason: "account",
			Options: []prompt.Option{{ID: "a"}, {ID: "b", Label: "The second"}}}, "x\n0\n2\n", "choice", "b",
			[]string{"Which account is this about?", "  1  Option 1\n", "  2  The second\n", "Please choose one of these."}},
		"question": {prompt.Prompt{Kind: prompt.Text, Question: "First pet?", Reason: "wrong_answer"}, "Rex\n", "text", "Rex",
			[]string{"Acme asks you something", "“First pet?”", "Acme did not accept this answer.", "Your answer: "}},
		"confirmation": {prompt.Prompt{Kind: prompt.Confirm, Changes: []prompt.Change{{Label: "payment_card", Before: "1111", After: "2222"}}},
			"maybe\nYes\n", "confirm", "yes", []string{"Make this change?", "Nothing has been changed yet.", "Payment card\n    Now: 1111\n    After: 2222"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told bytes.Buffer
			seat := interview{console.NewTerminal(&console.Console{Stdin: strings.NewReader(test.typed), Stderr: &told}), views.Match("en"), "Acme"}
			answer, err := seat.Ask(t.Context(), test.prompt)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, test.field, answer[test.field].Reveal(), test.answer)
			for _, text := range test.says {
				if !strings.Contains(told.String(), text) {
					t.Errorf("%q was not told:\n%s", text, &told)
				}
			}
			_, err = seat.Ask(t.Context(), test.prompt)
			if outcome.From(err).Code != outcome.UserCancelled {
				t.Errorf("the end of the input is %v", err)
			}
		})
	}
}

func TestInterview_ShowsTheNumberOfAnApproval(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	seat := interview{console.NewTerminal(&console.Console{Stderr: &told}), views.Match("en"), "Acme"}
	seat.introduce(prompt.Prompt{Kind: prompt.Approval, Number: "42"})
	if !strings.Contains(told.String(), "Enter 42 in your Acme app") {
		t.Errorf("told %q", &told)
	}
}

func TestTry_DoesNotWriteTwiceWhenResuming(t *testing.T) {
	t.Parallel()
	user := customer(t, "good")
	for _, flags := range [][]string{nil, {"--resuming"}} {
		flags = append(flags, "--operation", "paymentMethod.write", "--arguments", writeArguments, "--yes")
		got := tryDemo(t, []string{user.Username, sandbox.Password}, flags...)
		got.says(t, exitSuccess)
		if !strings.Contains(got.stdout, `"success": true`) {
			t.Errorf("stdout is %s", got.stdout)
		}
	}
	expect(t, "cards at the site", startedCarrier(t).Submitted(user.Username), 1)
}
