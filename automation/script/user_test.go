package script

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"passage/automation/outcome"
	"passage/automation/prompt"
)

func TestCredentials_AreAskedAgainUntilAccepted(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def login(page, user):
    n = 0
    for attempt in user.credentials(attempts = 3):
        n += 1
        attempt["username"]
        attempt["password"]
        if n == 2:
            break
        attempt.reject("wrong_password")

def run(page, arguments):
    return {}
`)
	b := start(t, integration, answerWith("username", "ada", "password", "one"), answerWith("username", "ada", "password", "two"))
	if err := b.Login(); err != nil {
		t.Fatal(err)
	}
	fields := []prompt.Field{{Name: "username", Label: "email"}, {Name: "password", Label: "password", Secret: true}}
	want := []prompt.Prompt{
		{Kind: prompt.Credentials, Fields: fields, AttemptsLeft: 3},
		{Kind: prompt.Credentials, Fields: fields, AttemptsLeft: 2, Reason: "wrong_password"},
	}
	if !reflect.DeepEqual(b.user.asked, want) {
		t.Errorf("asked %+v\nwant  %+v", b.user.asked, want)
	}
	if got := b.recorder.words(); got != "user.credentials attempt.reject user.credentials" {
		t.Errorf("steps are %s", got)
	}
	if step := b.recorder.steps[1]; step.Outcome != "wrong_password" || step.Operation != "login" || step.Line != headerLines+10 {
		t.Errorf("the step of reject is %+v", step)
	}
	if step := b.recorder.steps[0]; step.Line != headerLines+4 {
		t.Errorf("the step of asking is on line %d", step.Line-headerLines)
	}
}

func TestReject_LastAttemptEndsLogin(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def login(page, user):
    for attempt in user.credentials(attempts = 2):
        attempt.reject("wrong_password")

def run(page, arguments, user):
    for attempt in user.one_time_code(attempts = 1):
        attempt.reject("wrong_code")
`)
	answer := answerWith("username", "ada", "password", "swordfish")
	b := start(t, integration, answer, answer, answerWith("code", "1"))
	failure := wantFailure(t, b.Login(), outcome.InvalidCredentials, 4, "wrong_password, in each of 2 attempts")
	if !failure.Stated || failure.Word != "attempt.reject" {
		t.Errorf("failure is %+v", failure)
	}
	_, err := b.write("")
	wantFailure(t, err, outcome.MFAFailed, 8, "wrong_code")
}

func TestCredentials_PromptErrorEndsLoop(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def ask(user):
    for attempt in user.credentials():
        attempt.reject("wrong_password")
    fail("SITE_CHANGED", "never reached")

def login(page, user):
    ask(user)

def run(page, arguments, user):
    return {"codes": [a for a in user.one_time_code()]}
`)
	cancelled := func(context.Context, prompt.Prompt) (prompt.Answer, error) {
		return nil, outcome.New(outcome.UserCancelled, "by the person")
	}
	b := start(t, integration, answerWith("username", "a", "password", "b"), cancelled)
	failure := wantFailure(t, b.Login(), outcome.UserCancelled, 3, "by the person")
	if failure.Stated || failure.Word != "user.credentials" {
		t.Errorf("failure is %+v", failure)
	}
	for _, want := range []string{"test.star:17:8: in login", "    ask(user)\n", "in ask", "    for attempt in user.credentials():\n", "USER_CANCELLED: by the person"} {
		if want = strings.Replace(want, ":8:", ":", 1); !strings.Contains(failure.Traceback, want) {
			t.Errorf("the traceback lacks %q:\n%s", want, failure.Traceback)
		}
	}
	b = start(t, integration, cancelled)
	_, err := b.write("")
	wantFailure(t, err, outcome.UserCancelled, 11, "by the person")
}

func TestCredentials_AttemptMustBreakOrReject(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body, says string
		line       int
	}{
		"neither":         {"for a in user.credentials():\n        pass", "the loop continued without attempt.reject(reason)", 2},
		"twice":           {"for a in user.credentials():\n        a.reject('x')\n        a.reject('x')", "rejected already", 4},
		"no reason":       {"for a in user.credentials():\n        a.reject(''.strip())", "give a reason", 3},
		"reason is prose": {"for a in user.credentials():\n        a.reject('Wrong password!'.strip())", "must be a key like \"wrong_password\"", 3},
		"unknown field":   {"for a in user.credentials():\n        a['email']", `attempt has no field "email", only password, username`, 3},
		"too many":        {"user.credentials(attempts = int('11'))", "attempts = 11 must be 1 to 10", 2},
		"none":            {"user.one_time_code(attempts = int('0'))", "attempts = 0 must be 1 to 10", 2},
		"unknown option":  {"user.one_time_code(digit = 6)", `unexpected keyword argument "digit" (did you mean digits?)`, 2},
		"digits":          {"user.one_time_code(digits = int('-1'))", "digits = -1 must be 0", 2},
		"app and sent":    {"user.one_time_code(app = True, resend = True)", "(app = True) is not sent", 2},
		"time limit":      {"user.one_time_code(time_limit = 1 << 20)", "time_limit = 1048576 must be", 2},
		"as a list":       {"list(user.credentials())", "the loop continued without attempt.reject(reason)", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			integration := loadBody(t, "def run(page, arguments, user):\n    "+test.body+"\n    return {}\n")
			answer := answerWith("username", "ada", "password", "swordfish")
			_, err := start(t, integration, answer, answer, answer).write("")
			wantFailure(t, err, outcome.AutomationError, test.line, test.says)
		})
	}
}

func TestOneTimeCode_CanBeResent(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def run(page, arguments, user):
    seen = []
    for attempt in user.one_time_code(sent_to = "(•••)\n•••-4410\u202e", digits = 6, attempts = 2, resend = True, time_limit = 300):
        seen.append(attempt.resend)
        if attempt.resend:
            continue
        attempt["code"]
        if len(seen) == 3:
            break
        attempt.reject("wrong_code")
    return {"seen": seen}
`)
	b := start(t, integration, answerWith("action", "resend"), answerWith("code", "123456"), answerWith("code", "654321"))
	got, err := b.write("")
	if err != nil {
		t.Fatal(err)
	}
	if got != `{"seen":[true,false,false]}` {
		t.Errorf("got %s", got)
	}
	first := prompt.Prompt{Kind: prompt.OneTimeCode, SentTo: "(•••) •••-4410", Digits: 6, CanResend: true, TimeLimit: 300, AttemptsLeft: 2}
	last := first
	last.AttemptsLeft, last.Reason = 1, "wrong_code"
	if want := []prompt.Prompt{first, first, last}; !reflect.DeepEqual(b.user.asked, want) {
		t.Errorf("asked %+v\nwant  %+v", b.user.asked, want)
	}
}

func TestAttempt_HasNoCodeWhileResending(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments, user):\n    for attempt in user.one_time_code(resend = True):\n        attempt['code']\n")
	_, err := start(t, integration, answerWith("action", "resend")).write("")
	wantFailure(t, err, outcome.AutomationError, 3, "check attempt.resend first")
}

func TestOneTimeCode_LimitsResends(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments, user):\n    for attempt in user.one_time_code(resend = True):\n        pass\n")
	again := answerWith("action", "resend")
	b := start(t, integration, again, again, again, again, again, again)
	_, err := b.write("")
	wantFailure(t, err, outcome.InternalError, 2, "the answer does not fit the prompt for one_time_code")
	if last := b.user.asked[len(b.user.asked)-1]; last.CanResend {
		t.Error("the last prompt still offers to send the code again")
	}
}

func TestUser_ChoiceTextAndConfirmation(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def run(page, arguments, user):
    by = user.choose([{"id": "sms", "label": "Text\tto\x07 4410"}, {"id": "mail", "label": None}], reason = "no_such_number")
    answer = user.text("Your pet's\nname?", secret = False)
    sure = user.confirm([{"label": "autopay_card", "before": "Visa 4242", "after": "Visa " + "x" * 300}])
    return {"by": by, "sure": sure, "again": user.confirm([{"label": "x"}]), "type": type(answer)}
`)
	b := start(t, integration, answerWith("choice", "mail"), answerWith("text", "Rex"), answerWith("confirm", "yes"), answerWith("confirm", "no"))
	got, err := b.write("")
	if err != nil {
		t.Fatal(err)
	}
	if got != `{"by":"mail","sure":true,"again":false,"type":"opaque"}` {
		t.Errorf("got %s", got)
	}
	want := []prompt.Prompt{
		{Kind: prompt.Choice, Reason: "no_such_number", Options: []prompt.Option{{ID: "sms", Label: "Text to 4410"}, {ID: "mail"}}},
		{Kind: prompt.Text, Question: "Your pet's name?", Fields: []prompt.Field{{Name: "text", Label: "answer"}}},
		{Kind: prompt.Confirm, Changes: []prompt.Change{{Label: "autopay_card", Before: "Visa 4242", After: "Visa " + strings.Repeat("x", 194) + "…"}}},
		{Kind: prompt.Confirm, Changes: []prompt.Change{{Label: "x"}}},
	}
	if !reflect.DeepEqual(b.user.asked, want) {
		t.Errorf("asked %+v\nwant  %+v", b.user.asked, want)
	}
}

func TestUser_InvalidQuestionsAreAutomationErrors(t *testing.T) {
	t.Parallel()
	for code, says := range map[string]string{
		"user.choose([])": "there are no options",
		"user.choose(1)":  "got int, want iterable",
		"user.choose([{'id': 'a', 'label': 'x'}, {'id': 'a', 'label': 'y'}])": `two options have the id "a"`,
		"user.choose([{'id': '', 'label': 'x'}])":                             "each with an id",
		"user.choose(['a'])":                                  `options must be dicts with ["id" "label"]; there is a string`,
		"user.choose([{'name': 'a'}])":                        "is not one of them",
		"user.choose([{'id': 1}])":                            "options: id must be a text, not a int",
		"user.choose([{'id': 'a'}], reason = 'Why?'.strip())": "must be a key",
		"user.text('')":                                       "the question is empty",
		"user.confirm([])":                                    "say what will change",
		"user.approve()":                                      "there are no selectors; name them",
		"user.approve('#a')":                                  "name the outcomes",
		"user.approve(timeout = 'x'.strip(), a = '#a')":       "timeout must be a number of seconds, not a string",
		"user.approve(timeout = int('601'), a = '#a')":        "at most 600 seconds",
		"user.approve(sent_to = 1, a = '#a')":                 "sent_to must be a text",
		"user.approve(a = 1)":                                 "a: a selector must be a text or a list of texts, not a int",
		"progress('Opening your bills'.strip())":              "must be a key like \"opening_bills\"",
		"progress('found_bills', count = int('-1'))":          "must not be negative",
		"fail('NO_' + 'SUCH')":                                `"NO_SUCH" is not a code`,
		"integration()":                                       "belongs at the top of the file",
		"field('a', label = 'a')":                             "belongs in the credentials",
		"page.click(' '.strip())":                             "page.click: the selector is empty",
		"page.click()":                                        "page.click: missing argument for selector",
		"page.click('#a', timeout = int('0'))":                "timeout = 0 must be more than 0",
		"page.click('#a', timeout = float('nan'))":            "must be more than 0",
		"page.fill('#a', int('1'))":                           "str(…) makes a text of a number",
		"page.goto('login'.strip())":                          "neither a path that starts with / nor an absolute address",
		"page.goto('https://example.com/')":                   "not one of the integration's hosts (127.0.0.1:8090): add it to hosts",
		"page.wait_for()":                                     `there are no selectors; name them, as in home = "#account"`,
		"page.wait_for('#a')":                                 "name the outcomes",
		"page.rows('tr')":                                     "there are no columns",
		"page.check('#a', on = 'yes'.strip())":                "on must be True or False, not a string",
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			integration := loadBody(t, "def run(page, arguments, user):\n    "+code+"\n    return {}\n")
			_, err := start(t, integration).write("")
			wantFailure(t, err, outcome.AutomationError, 2, says)
		})
	}
}

func TestUser_RefusesUnvalidatedAnswers(t *testing.T) {
	t.Parallel()
	for code, answer := range map[string]func(context.Context, prompt.Prompt) (prompt.Answer, error){
		"user.choose([{'id': 'a', 'label': 'x'}])": answerWith("choice", "b"),
		"user.confirm([{'label': 'x'}])":           answerWith("confirm", "perhaps"),
		"user.text('x')":                           answerWith("texts", "y"),
		"[x for x in user.credentials()]":          answerWith("username", "y"),
		"[x for x in user.one_time_code()]":        answerWith("action", "resend"),
	} {
		integration := loadBody(t, "def run(page, arguments, user):\n    "+code+"\n    return {}\n")
		_, err := start(t, integration, answer).write("")
		wantFailure(t, err, outcome.InternalError, 2, "the answer does not fit")
	}
}
