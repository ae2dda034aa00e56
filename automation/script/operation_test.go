package script

import (
	"encoding/json"
	"testing"

	"passage/automation/outcome"
)

func TestSubmit_IsRefusedInLoginsReadsAndDryRuns(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def login(page, user):
    page.submit("#save")

def run(page, arguments):
    page.submit("#save")
    return {}
`)
	b := start(t, integration)
	wantFailure(t, b.Login(), outcome.AutomationError, 3, "page.submit is refused in login: login only logs in")
	_, err := b.Operation(Call{Name: "thing.read"})
	wantFailure(t, err, outcome.AutomationError, 6, "page.submit is refused in thing.read: a read changes nothing")
	_, err = b.Operation(Call{Name: "thing.write", Arguments: json.RawMessage(`{"dryRun": true}`)})
	failure := wantFailure(t, err, outcome.AutomationError, 6, "page.submit is refused in thing.write: this is a dry run")
	if failure.Word != "page.submit" || failure.Selector != "#save" {
		t.Errorf("failure is %+v", failure)
	}
	if len(b.recorder.submitted) > 0 {
		t.Errorf("written down as submitted: %q", b.recorder.submitted)
	}
	if step := b.recorder.steps[0]; step.Word != "page.submit" || step.Selector != "#save" || step.Outcome != "AUTOMATION_ERROR" {
		t.Errorf("the refused step is %+v", step)
	}
}

func TestResuming_ReportsEarlierAttempt(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments):\n    return {'resuming': resuming()}\n")
	b := start(t, integration)
	for _, resuming := range []bool{true, false} {
		got, err := b.Operation(Call{Name: "thing.write", Resuming: resuming})
		if want := map[bool]string{true: `{"resuming":true}`, false: `{"resuming":false}`}[resuming]; err != nil || string(got) != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestProgress_ReachesRecorder(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments):\n    progress('opening_bills')\n    progress('found_bills', count = 3)\n    return {}\n")
	b := start(t, integration)
	if _, err := b.write(""); err != nil {
		t.Fatal(err)
	}
	if got := b.recorder.progress; len(got) != 2 || got[0] != "opening_bills 0" || got[1] != "found_bills 3" {
		t.Errorf("progress is %q", got)
	}
}

func TestArguments_KeepOrderAndTypes(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments):\n    return dict(arguments)\n")
	const given = `{"z":1,"a":{"y":[1,2.5,"3",null,true,{}],"b":-7},"text":"é<&>\"","m":12345678901}`
	got, err := start(t, integration).write(given)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"z":1,"a":{"y":[1,2.5,"3",null,true,{}],"b":-7},"text":"é\u003c\u0026\u003e\"","m":12345678901}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestArguments_InvalidJSONIsInternalErrorAndNotQuoted(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments):\n    return {}\n")
	for _, given := range []string{`["canary"]`, `"canary"`, `{"canary": `, `{} canary`, `{canary}`, `{"secret": {"canary": 1}}`, `{"secret": ["canary"]}`, `{"a":1e999}`} {
		_, err := start(t, integration).write(given, "secret")
		failure := wantFailure(t, err, outcome.InternalError, 0, "read arguments of thing.write")
		if leaks(failure.Error()) || leaks(failure.Outcome.Error()) {
			t.Errorf("leaked: %v", failure)
		}
	}
}

func TestOperation_UnknownNameIsFailure(t *testing.T) {
	t.Parallel()
	_, err := start(t, loadBody(t, "def run(page, arguments):\n    return {}\n")).Operation(Call{Name: "thing.delete"})
	wantFailure(t, err, outcome.UnknownProvider, 0, `test has no operation "thing.delete"`)
}

func TestFail_MarksOutcomeAsStated(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def decline(code):\n    fail(code, detail = 'the site\\nsaid no')\n\ndef run(page, arguments):\n    decline(arguments['code'])\n")
	_, err := start(t, integration).write(`{"code": "OPERATION_REJECTED"}`)
	failure := wantFailure(t, err, outcome.OperationRejected, 2, "the site said no")
	if !failure.Stated || failure.Word != "" {
		t.Errorf("failure is %+v", failure)
	}
	_, err = start(t, integration).write(`{"code": "INTERNAL_ERROR"}`)
	if failure := wantFailure(t, err, outcome.AutomationError, 2, `"INTERNAL_ERROR" is not a code`); failure.Stated {
		t.Error("a code that is not the script's to state counts as stated")
	}
}

func FuzzArguments(f *testing.F) {
	f.Add([]byte(`{"a": [1, 2.5, "x", null, true, {"b": {}}], "secret": "s"}`))
	f.Add([]byte(`[[[[`))
	f.Add([]byte(`{"a":1}{`))
	integration, err := Load("test.star", []byte(source("def run(page, arguments):\n    return dict([(k, v) for k, v in arguments.items() if k != 'secret'])\n")))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, given []byte) {
		got, err := start(t, integration).Operation(Call{Name: "thing.write", Arguments: given, Sensitive: []string{"secret"}})
		if err == nil && !json.Valid(got) {
			t.Errorf("%q gave %q", given, got)
		}
	})
}
