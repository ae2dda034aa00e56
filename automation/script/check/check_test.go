package check

import (
	"encoding/json"
	"strings"
	"testing"

	"passage/automation/script"
)

// inspected is a script in which nothing is wrong.
const inspected = `integration(
    id = "test",
    name = "Test Site",
    site = "https://www.example.com",
    hosts = ["www.example.com",
             "login.example.com",
             "cdn.example.com",  # the pages' scripts
             # the card form's frame
             "pay.example.com"],
    credentials = [
        field("username", label = "email"),
        field("password", label = "password", secret = True),
    ],
)

AFTER = {"home": "#home", "code": "#code"}
DEAD_ENDS = {"locked": "ACCOUNT_LOCKED"}

def arrive(page, **pages):
    seen = page.wait_for(pages, {id: "#" + id for id in DEAD_ENDS})
    if seen in DEAD_ENDS:
        fail(DEAD_ENDS[seen])
    return seen

def login(page, user):
    page.goto("https://login.example.com/start")
    seen = enter(page, user)
    if seen == "code":
        for attempt in user.one_time_code():
            page.fill("#code", attempt["code"])
            came = page.wait_for(home = "#home", wrong = ".error")
            if came == "home":
                return
            attempt.reject("wrong_code")
    elif seen != "home":
        give_up(page)

def enter(page, user):
    for attempt in user.credentials():
        page.fill("#username", attempt["username"])
        page.fill("#password", attempt["password"])
        seen = arrive(page, wrong = ".error", **AFTER)
        if seen != "wrong":
            return seen
        attempt.reject("wrong_password")

def give_up(page):
    fail("SITE_CHANGED", page.url)

def read_things(page, arguments):
    progress("reading_things")
    things = page.rows(".thing", id = "@id", size = ".size")
    if "limit" in arguments:
        things = things[:arguments["limit"]]
    return {"things": [thing_of(thing) for thing in things]}

def thing_of(thing):
    return known({"id": thing["id"], "kind": "small" if thing["size"] else "large", "count": 1})

def known(values):
    return {name: value for name, value in values.items() if value != None}

def write_thing(page, arguments, user):
    if resuming() and page.exists(".thing"):
        return {"success": True}
    how = user.choose(options = page.rows(".way", id = "@id"), reason = "way")
    fill(page, arguments)
    if arguments.get("dryRun"):
        return {"dryRun": True}
    page.submit("#save")
    if page.wait_for(saved = "#saved", refused = "#refused") == "refused":
        fail("OPERATION_REJECTED", how)
    return {"success": True}

def fill(page, arguments):
    page.fill("#name", arguments["name"])

operations = {
    "thing.read": read_things,
    "thing.write": write_thing,
}
`

var inspectedIn = Definitions{
	Operations: map[string]Schemas{
		"thing.read": {
			Arguments: json.RawMessage(`{"properties": {"limit": {"type": "integer"}}}`),
			Result: json.RawMessage(`{"type": "object", "properties": {"things": {"type": "array", "items": {"type": "object",
				"properties": {"id": {"type": "string"}, "kind": {"enum": ["small", "large"]}, "count": {"type": ["integer", "null"]}, "note": {"type": "string"}},
				"required": ["id", "kind"], "additionalProperties": false}}}, "required": ["things"], "additionalProperties": false}`),
		},
		"thing.write": {
			Arguments: json.RawMessage(`{"properties": {"name": {"type": "string"}, "dryRun": {"type": "boolean"}, "note": {}}, "required": ["name"]}`),
			Result: json.RawMessage(`{"type": "object", "properties": {"success": {"const": true}, "dryRun": {"const": true}},
				"oneOf": [{"required": ["success"]}, {"required": ["dryRun"]}], "additionalProperties": false}`),
		},
		"other.write": {Arguments: json.RawMessage(`null`), Result: json.RawMessage(`{}`)},
	},
	Fields:  map[string]bool{"email": true, "password": true},
	Reasons: map[string]bool{"wrong_password": true, "wrong_code": true},
	Choices: map[string]bool{"way": true}, Progress: map[string]bool{"reading_things": true},
}

func inspect(t *testing.T, source string) []*Finding {
	t.Helper()
	integration, err := script.Load("test.star", []byte(source))
	if err != nil {
		t.Fatalf("load:\n%v", err)
	}
	return Integration(integration, inspectedIn)
}

func TestInspectIsSilentWhereNothingIsWrong(t *testing.T) {
	t.Parallel()
	for _, finding := range inspect(t, inspected) {
		t.Error(finding)
	}
}

func TestInspectFindsEachFaultOnItsLine(t *testing.T) {
	t.Parallel()
	const returning = "    page.fill(\"#name\", arguments[\"name\"])\n"
	for _, test := range []struct {
		name     string
		old, new string
		at       string // is on the line; empty where the change is
		says     string
	}{
		// Outcomes.
		{"a name that its wait does not have", `if came == "home"`, `if came == "hom"`, "", `this is never "hom" (did you mean home?): it is one of "home", "wrong"`},
		{"one in a list", `seen != "home"`, `seen in ["home", "other"]`, "", `this is never "other"`},
		{"one on the left", `if came == "home"`, `if "welcome" == came`, "", `this is never "welcome"`},
		{"a wait that is compared at once", `== "refused"`, `== "denied"`, "", `this is never "denied": it is one of "refused", "saved"`},
		{"one by way of a function", `if seen == "code"`, `if seen == "kode"`, "", `this is never "kode" (did you mean code?): it is one of "code", "home", "locked", "wrong"`},
		{"a name of a table that is never one of the wait's", `if came == "home":`, "if came in DEAD_ENDS:", "", `this is never "locked"`},
		{"after a loop", `    elif seen != "home":`, "    if seen == \"wall\":", "", `this is never "wall"`},
		{"nobody looks", "            if came == \"home\":\n                return\n", "", "came = page", "advice: what came is kept in came, and nothing looks at it"},
		{"nobody tells two apart", `wrong = ".error")
            if came == "home"`, `wrong = ".error", late = ".late", full = ".full")
            if came == "home"`, "came = page", "advice: nothing tells full and late and wrong apart"},
		{"a key twice", `pages, {id`, `{"locked": "#l"}, pages, {id`, "seen =", `"locked" stands here twice`},
		{"a key of two tables", `wrong = ".error", **AFTER`, `wrong = ".error", **(AFTER | {"code": "#c"})`, "", `advice: "code" is on the left of | too`},
		{"a key that a helper waits for", `wrong = ".error", **AFTER`, `locked = "#l", wrong = ".error", **AFTER`, "", `arrive has a "locked" of its own`},

		// Ways.
		{"after fail", "        fail(\"OPERATION_REJECTED\", how)\n", "        fail(\"OPERATION_REJECTED\", how)\n        page.goto(\"/late\")\n", "late",
			"this is never reached: what begins on line"},
		{"after return", "    fill(page, arguments)\n", "    fill(page, arguments)\n    if how:\n        return {\"success\": True}\n    else:\n        give_up(page)\n", `if arguments.get("dryRun")`, "this is never reached"},
		{"after a helper that fails", "        give_up(page)\n", "        give_up(page)\n        page.goto(\"/late\")\n", "late", "this is never reached"},

		// Operations.
		{"no such operation", `"thing.write": write`, `"thing.write": write_thing, "think.write": write`, "think", `there is no operation "think.write" (did you mean thing.write?)`},
		{"forgotten", "def known(values):", "def read_more(page, arguments):\n    return {}\n\ndef known(values):", "def read_more", "read_more looks like an operation and is not in operations"},
		{"nothing calls it", "def known(values):", "def spare(page):\n    pass\n\ndef known(values):", "def spare", "advice: nothing calls spare"},
		{"a read that submits", `things = page.rows`, "page.submit(\"#go\")\n    things = page.rows", "submit", "thing.read changes nothing, so page.submit is refused in it"},
		{"a write that does not submit", `page.submit("#save")`, `page.click("#save")`, "def write_thing", "thing.write never calls page.submit"},
		{"a write without dry run", `arguments.get("dryRun")`, `how`, "def write_thing", `thing.write never looks at arguments.get("dryRun")`},
		{"a write that does not look back", `resuming() and `, ``, "def write_thing", "advice: thing.write never asks resuming()"},

		// Results and arguments.
		{"unknown key", `"kind": "small"`, `"sort": "small", "kind": "small"`, "", `the result has no "sort" here; it has count, id, kind, note`},
		{"missing key", `"id": thing["id"], `, ``, "return known", `the result must have "id" here`},
		{"missing at the top", `return {"things": [thing_of(thing) for thing in things]}`, `return {} if things else {"things": [thing_of(things)]}`, "", `the result must have "things" here`},
		{"a text that is none of the list", `else "large"`, `else "big"`, "", `the result cannot be "big" here; it is one of small, large`},
		{"a text for a number", `"count": 1`, `"count": "1"`, "", "this is a string, and the result has an integer or a null here"},
		{"a fraction for a number", `"count": 1`, `"count": 1.5`, "", "this is a number, and the result has an integer or a null here"},
		{"a list for an object", `return {"things": [thing_of(thing) for thing in things]}`, `return [thing_of(thing) for thing in things]`, "", "this is an array, and the result has an object here"},
		{"in a union", `return known({"id"`, `return thing | known({"ID": 1, "id"`, "", `the result has no "ID" here`},
		{"one of two", `return {"dryRun": True}`, `return {}`, "", "the result must have exactly one of these here: success, dryRun"},
		{"unknown argument", `arguments["name"]`, `arguments["nam"]`, "", `thing.write takes no argument "nam" (did you mean name?)`},
		{"unknown argument by get", `arguments.get("dryRun")`, `arguments.get("dryrun") or arguments.get("dryRun")`, "", `thing.write takes no argument "dryrun"`},
		{"argument that may be missing", returning, returning + "    page.fill(\"#note\", arguments[\"note\"])\n", "#note", `advice: the argument "note" may be missing`},

		// Hosts, fields, keys.
		{"host without use", `"https://login.example.com/start"`, `"/start"`, `             "login`, `advice: nothing in this file speaks of the host "login.example.com"`},
		{"address elsewhere", `"https://login.example.com/start"`, `"https://login.example.com/start" if page.url else "https://logon.example.com/"`, "", `logon.example.com is not one of the integration's hosts`},
		{"secret without use", "        page.fill(\"#password\", attempt[\"password\"])\n", "", "field(\"password\"", `people are asked for "password", and nothing uses it`},
		{"field without use", "        page.fill(\"#username\", attempt[\"username\"])\n", "", "field(\"username\"", `advice: people are asked for "username"`},
		{"field that is not asked for", `attempt["code"]`, `attempt["kode"]`, "", `an attempt has no field "kode" (did you mean code?): it has code`},
		{"reason without text", `"wrong_password")`, `"wrong_pasword")`, "", `advice: no text belongs to the key "wrong_pasword" (did you mean wrong_password?)`},
		{"label without text", `label = "email"`, `label = "mail"`, "", `advice: no text belongs to the key "mail"`},
		{"progress without text", `"reading_things"`, `"reading_thongs"`, "", `advice: no text belongs to the key "reading_thongs"`},
		{"choice without text", `reason = "way"`, `reason = "street"`, "", `advice: no text belongs to the key "street"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before, after, found := strings.Cut(inspected, test.old)
			if !found {
				t.Fatalf("%q is not in the script", test.old)
			}
			source := before + test.new + after
			at := len(before)
			if test.at != "" {
				at = strings.Index(source, test.at)
			}
			line := strings.Count(source[:at], "\n") + 1
			findings := inspect(t, source)
			if len(findings) != 1 {
				t.Errorf("%d findings, want 1", len(findings))
			}
			for _, finding := range findings {
				text := finding.Message
				if finding.Advice {
					text = "advice: " + text
				}
				if finding.Line != line || !strings.HasPrefix(text, test.says) {
					t.Errorf("line %d: %s\nwant %d: %s", finding.Line, text, line, test.says)
				}
			}
		})
	}
}

// What is not understood is let pass, and takes no time.
func TestInspectIsSilentWhereItIsNotSure(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string][]string{
		"a function that calls itself":  {"def give_up(page):\n", "def give_up(page):\n    if give_up(page) == \"home\":\n        return\n"},
		"outcomes that are made up":     {"came = page.wait_for(home", "came = page.wait_for(**{str(i): \"#a\" for i in range(3)}) if user else page.wait_for(home"},
		"a name that is handed on":      {"            if came == \"home\":", "            known({\"a\": came})\n            if came == \"home\":"},
		"a result that is put together": {"    return known({\"id\": thing[\"id\"]", "    thing[\"other\"] = 1\n    return thing or known({\"id\": thing[\"id\"]"},
		"an operation that is made":     {"\"thing.read\": read_things", "\"thing.read\": (lambda made: made)(read_things)"},
		"fields that are gone through":  {"        page.fill(\"#username\", attempt[\"username\"])\n", "        for one in [\"username\"]:\n            page.fill(\"#\" + one, attempt[one])\n"},
		"loops in loops":                {"    progress(\"reading_things\")\n", "    progress(\"reading_things\")\n" + nestedLoops(60)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := strings.NewReplacer(changes...).Replace(inspected)
			if source == inspected {
				t.Fatal("nothing was changed")
			}
			for _, finding := range inspect(t, source) {
				t.Error(finding)
			}
		})
	}
}

func nestedLoops(deep int) string {
	var text strings.Builder
	for n := range deep {
		text.WriteString(strings.Repeat(" ", 4+n) + "for x in [1]:\n")
	}
	return text.String() + strings.Repeat(" ", 4+deep) + "seen = page.exists(\"#a\")\n"
}

func FuzzInspect(f *testing.F) {
	f.Add([]byte(inspected))
	f.Fuzz(func(_ *testing.T, text []byte) {
		if integration, err := script.Load("fuzz.star", text); err == nil {
			Integration(integration, inspectedIn)
		}
	})
}
