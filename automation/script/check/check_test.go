package check_test

import (
	"encoding/json"
	"strings"
	"testing"

	"passage/automation/script"
	"passage/automation/script/check"
)

// validScript is a script without mistakes.
const validScript = `integration(
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

var definitions = check.Definitions{
	Operations: map[string]check.Schemas{
		"thing.read": {
			Arguments: json.RawMessage(`{"properties": {"limit": {"type": "integer"}}}`),
			Result: json.RawMessage(`{"type": "object", "properties": {"things": {"type": "array", "items": {"type": "object",
				"properties": {"id": {"type": "string"}, "kind": {"enum": ["small", "large"]}, "count": {"type": ["integer", "null"]}, "note": {"type": "string"}},
				"required": ["id", "kind"], "additionalProperties": false}}}, "required": ["things"], "additionalProperties": false}`),
		},
		"thing.write": {
			Arguments: json.RawMessage(`{"properties": {"name": {"type": "string"}, "dryRun": {"type": "boolean"}, "note": {}, "pin": {"type": "string"}}, "required": ["name", "pin"]}`),
			Sensitive: []string{"pin"},
			Result: json.RawMessage(`{"type": "object", "properties": {"success": {"const": true}, "dryRun": {"const": true}},
				"oneOf": [{"required": ["success"]}, {"required": ["dryRun"]}], "additionalProperties": false}`),
		},
		"other.write": {Arguments: json.RawMessage(`null`), Result: json.RawMessage(`{}`)},
	},
	Fields:  map[string]bool{"email": true, "password": true},
	Reasons: map[string]bool{"wrong_password": true, "wrong_code": true},
	Choices: map[string]bool{"way": true}, Progress: map[string]bool{"reading_things": true},
}

func findingsIn(t *testing.T, source string) []*check.Finding {
	t.Helper()
	integration, err := script.Load("test.star", []byte(source))
	if err != nil {
		t.Fatalf("load:\n%v", err)
	}
	return check.Integration(integration, definitions)
}

func TestIntegration_AcceptsValidScript(t *testing.T) {
	t.Parallel()
	for _, finding := range findingsIn(t, validScript) {
		t.Error(finding)
	}
}

func TestIntegration_FindsEachMistakeOnItsLine(t *testing.T) {
	t.Parallel()
	const listed = `    return {"things": [thing_of(thing) for thing in things]}`
	built := func(item string) string {
		return "    out = []\n    for thing in [thing_of(each) for each in things]:\n        out.append(" + item + ")\n    return {\"things\": out}"
	}
	const returning = "    page.fill(\"#name\", arguments[\"name\"])\n"
	for _, test := range []struct {
		name     string
		old, new string
		at       string // a text on the line of the finding; empty if that is the changed line
		want     string
	}{
		// Outcomes.
		{"outcome that the wait does not have", `if came == "home"`, `if came == "hom"`, "", `this is never "hom" (did you mean home?): it is one of "home", "wrong"`},
		{"outcome in a list", `seen != "home"`, `seen in ["home", "other"]`, "", `this is never "other"`},
		{"outcome on the left", `if came == "home"`, `if "welcome" == came`, "", `this is never "welcome"`},
		{"wait compared directly", `== "refused"`, `== "denied"`, "", `this is never "denied": it is one of "refused", "saved"`},
		{"outcome returned by a function", `if seen == "code"`, `if seen == "kode"`, "", `this is never "kode" (did you mean code?): it is one of "code", "home", "locked", "wrong"`},
		{"outcomes of a table", `if came == "home":`, "if came in DEAD_ENDS:", "", `this is never "locked"`},
		{"outcome after a loop", `    elif seen != "home":`, "    if seen == \"wall\":", "", `this is never "wall"`},
		{"outcome that nothing reads", "            if came == \"home\":\n                return\n", "", "came = page", "advice: the outcome is stored in came, and nothing reads it"},
		{"outcomes that nothing tells apart", `wrong = ".error")
            if came == "home"`, `wrong = ".error", late = ".late", full = ".full")
            if came == "home"`, "came = page", "advice: nothing tells full and late and wrong apart"},
		{"outcome given twice", `pages, {id`, `{"locked": "#l"}, pages, {id`, "seen =", `"locked" is given twice`},
		{"outcome in both sides of a union", `wrong = ".error", **AFTER`, `wrong = ".error", **(AFTER | {"code": "#c"})`, "", `advice: "code" is on the left of | too`},
		{"outcome that a helper reserves", `wrong = ".error", **AFTER`, `locked = "#l", wrong = ".error", **AFTER`, "", `arrive has a "locked" of its own`},

		// Reachability.
		{"code after fail", "        fail(\"OPERATION_REJECTED\", how)\n", "        fail(\"OPERATION_REJECTED\", how)\n        page.goto(\"/late\")\n", "late",
			"this is never reached: line"},
		{"code after return", "    fill(page, arguments)\n", "    fill(page, arguments)\n    if how:\n        return {\"success\": True}\n    else:\n        give_up(page)\n", `if arguments.get("dryRun")`, "this is never reached"},
		{"code after a helper that fails", "        give_up(page)\n", "        give_up(page)\n        page.goto(\"/late\")\n", "late", "this is never reached"},

		// Operations.
		{"unknown operation", `"thing.write": write`, `"thing.write": write_thing, "think.write": write`, "think", `there is no operation "think.write" (did you mean thing.write?)`},
		{"forgotten operation", "def known(values):", "def read_more(page, arguments):\n    return {}\n\ndef known(values):", "def read_more", "read_more looks like an operation and is not in operations"},
		{"unused function", "def known(values):", "def spare(page):\n    pass\n\ndef known(values):", "def spare", "advice: nothing calls spare"},
		{"read that submits", `things = page.rows`, "page.submit(\"#go\")\n    page.wait_for(done = \"#done\")\n    things = page.rows", "submit", "thing.read changes nothing, so page.submit is refused in it"},
		{"write that does not submit", `page.submit("#save")`, `page.click("#save")`, "def write_thing", "thing.write never calls page.submit"},
		{"write without dry run", `arguments.get("dryRun")`, `how`, "def write_thing", `thing.write never reads arguments.get("dryRun")`},
		{"write that does not read back", `resuming() and `, ``, "def write_thing", "advice: thing.write never calls resuming()"},

		{"end without a result", "    if page.wait_for(saved = \"#saved\", refused = \"#refused\") == \"refused\":\n        fail(\"OPERATION_REJECTED\", how)\n    return {\"success\": True}",
			"    if page.wait_for(saved = \"#saved\", refused = \"#refused\") == \"saved\":\n        return {\"success\": True}", "if page.wait_for(saved", "advice: thing.write may end here without a result"},
		{"second submit", `page.submit("#save")`, "page.submit(\"#save\")\n    page.submit(\"#confirm\")", "#confirm", "thing.write has submitted already on this way"},
		{"second submit in a helper", "    page.submit(\"#save\")\n", "    page.submit(\"#save\")\n    fill(page, arguments)\n    page.submit(\"#confirm\")\n", "#confirm", "thing.write has submitted already on this way"},
		{"word without an argument", `page.fill("#code", attempt["code"])`, `page.fill("#code")`, "", "page.fill needs text"},

		{"unknown option of a word", `page.fill("#code", attempt["code"])`, `page.fill("#code", attempt["code"], timout = 3)`, "", `page.fill has no argument "timout" (did you mean timeout?)`},
		{"unknown option of a function", `fail("SITE_CHANGED", page.url)`, `fail("SITE_CHANGED", details = page.url)`, "", `fail has no argument "details" (did you mean detail?)`},
		{"too many arguments", `fail("SITE_CHANGED", page.url)`, `fail("SITE_CHANGED", page.url, "")`, "", "fail takes at most 2 arguments"},

		// Results and arguments.
		{"unknown key", `"kind": "small"`, `"sort": "small", "kind": "small"`, "", `the result has no "sort" here; it has count, id, kind, note`},
		{"missing key", `"id": thing["id"], `, ``, "return known", `the result must have "id" here`},
		{"missing at the top", `return {"things": [thing_of(thing) for thing in things]}`, `return {} if things else {"things": [thing_of(things)]}`, "", `the result must have "things" here`},
		{"text outside the enum", `else "large"`, `else "big"`, "", `the result cannot be "big" here; it is one of small, large`},
		{"text for a number", `"count": 1`, `"count": "1"`, "", "this is a string, and the result has an integer or a null here"},
		{"fraction for an integer", `"count": 1`, `"count": 1.5`, "", "this is a number, and the result has an integer or a null here"},
		{"list for an object", `return {"things": [thing_of(thing) for thing in things]}`, `return [thing_of(thing) for thing in things]`, "", "this is an array, and the result has an object here"},
		{"unknown key in a union", `return known({"id"`, `return thing | known({"ID": 1, "id"`, "", `the result has no "ID" here`},
		{"neither of two alternatives", `return {"dryRun": True}`, `return {}`, "", "the result must have exactly one of these here: success, dryRun"},
		{"unknown argument", `arguments["name"]`, `arguments["nam"]`, "", `thing.write takes no argument "nam" (did you mean name?)`},
		{"unknown argument by get", `arguments.get("dryRun")`, `arguments.get("dryrun") or arguments.get("dryRun")`, "", `thing.write takes no argument "dryrun"`},
		{"argument that may be missing", returning, returning + "    page.fill(\"#note\", arguments[\"note\"])\n", "#note", `advice: the argument "note" may be missing`},

		// Results that are built step by step.
		{"appended without a key", listed, built(`{"id": thing["id"]}`), "out.append", `the result must have "kind" here`},
		{"appended with an unknown key", listed, built(`{"id": thing["id"], "kind": "small", "sort": 1}`), "out.append", `the result has no "sort" here`},
		{"appended through a helper", `"id": thing["id"], `, ``, "return known", `the result must have "id" here`},
		{"appended variable", listed, "    out = []\n    for thing in [thing_of(each) for each in things]:\n        one = {\"id\": thing[\"id\"]}\n        one[\"size\"] = 1\n        one[\"kind\"] = \"small\"\n        out.append(one)\n    return {\"things\": out}",
			`one["size"]`, `the result has no "size" here`},
		{"variable without a key", listed, "    out = []\n    for thing in [thing_of(each) for each in things]:\n        one = {\"id\": thing[\"id\"]}\n        if thing:\n            one[\"count\"] = 1\n        out.append(one)\n    out = out[:3]\n    return {\"things\": out}",
			`one = {`, `the result must have "kind" here`},
		{"added list", listed, "    out = []\n    for thing in [thing_of(each) for each in things]:\n        out += [{\"kind\": \"small\"}]\n    return {\"things\": out[:3]}", "out +=", `the result must have "id" here`},
		{"result in a variable", listed, "    result = {}\n    result[\"thing\"] = things\n    result[\"things\"] = [thing_of(thing) for thing in things]\n    return result", `result["thing"]`, `the result has no "thing" here`},

		// Secrets.
		{"secret in print", `        page.fill("#password"`, "        print(attempt[\"password\"])\n        page.fill(\"#password\"", "", "this value is opaque, and cannot be printed"},
		{"secret in a printed text", `        page.fill("#password"`, "        print(\"typed \" + attempt[\"password\"])\n        page.fill(\"#password\"", "", "this value is opaque, and cannot be part of a text"},
		{"secret in a formatted text", `        page.fill("#password"`, "        secret = attempt[\"password\"]\n        print(\"%s %s\" % (1, secret))\n        page.fill(\"#password\"", "print", "this value is opaque, and cannot be part of a text"},
		{"secret in format", `        page.fill("#password"`, "        print(\"{}\".format(attempt[\"password\"]))\n        page.fill(\"#password\"", "", "this value is opaque, and cannot be part of a text"},
		{"secret argument in print", `    fill(page, arguments)`, "    print(arguments[\"pin\"])\n    fill(page, arguments)", "", "this value is opaque, and cannot be printed"},

		// Waits.
		{"read after goto", `    things = page.rows`, "    page.goto(\"/things\")\n    things = page.rows", "things = page", "advice: page.rows reads what is there now, and nothing has waited since page.goto in line "},
		{"count after click", `    things = page.rows`, "    page.click(\"#more\")\n    progress(\"reading_things\")\n    if page.count(\".thing\") > 3:\n        pass\n    things = page.rows", "if page.count",
			"advice: page.count reads what is there now, and nothing has waited since page.click in line "},
		{"read in the next round", `    things = page.rows`, "    for _ in [1, 2]:\n        page.exists(\".thing\")\n        page.click(\"#more\")\n    things = page.rows", "page.exists(\".thing\")\n        page",
			"advice: page.exists reads what is there now, and nothing has waited since page.click in line "},
		{"read after a branch that returns", `    things = page.rows`, "    page.goto(\"/things\")\n    if not arguments:\n        page.wait_for(a = \"#a\")\n        fail(\"SITE_CHANGED\")\n    things = page.rows", "things = page", "advice: page.rows reads what is there now"},

		// Hosts, fields, keys.
		{"unused host", `"https://login.example.com/start"`, `"/start"`, `             "login`, `advice: nothing in this file mentions the host "login.example.com"`},
		{"address on another host", `"https://login.example.com/start"`, `"https://login.example.com/start" if page.url else "https://logon.example.com/"`, "", `logon.example.com is not one of the integration's hosts`},
		{"unused secret field", "        page.fill(\"#password\", attempt[\"password\"])\n", "", "field(\"password\"", `users are asked for "password", and nothing uses it`},
		{"unused field", "        page.fill(\"#username\", attempt[\"username\"])\n", "", "field(\"username\"", `advice: users are asked for "username"`},
		{"unknown field of an attempt", `attempt["code"]`, `attempt["kode"]`, "", `an attempt has no field "kode" (did you mean code?): it has code`},
		{"reason without text", `"wrong_password")`, `"wrong_pasword")`, "", `advice: the key "wrong_pasword" has no text (did you mean wrong_password?)`},
		{"label without text", `label = "email"`, `label = "mail"`, "", `advice: the key "mail" has no text`},
		{"progress without text", `"reading_things"`, `"reading_thongs"`, "", `advice: the key "reading_thongs" has no text`},
		{"choice without text", `reason = "way"`, `reason = "street"`, "", `advice: the key "street" has no text`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before, after, found := strings.Cut(validScript, test.old)
			if !found {
				t.Fatalf("%q is not in the script", test.old)
			}
			source := before + test.new + after
			at := len(before)
			if test.at != "" {
				at = strings.Index(source, test.at)
			}
			line := strings.Count(source[:at], "\n") + 1
			findings := findingsIn(t, source)
			if len(findings) != 1 {
				t.Errorf("%d findings, want 1", len(findings))
			}
			for _, finding := range findings {
				text := finding.Message
				if finding.Advice {
					text = "advice: " + text
				}
				if finding.Line != line || !strings.HasPrefix(text, test.want) {
					t.Errorf("line %d: %s\nwant %d: %s", finding.Line, text, line, test.want)
				}
			}
		})
	}
}

// Code that the checker does not understand gives no findings, and takes no time.
func TestIntegration_IsSilentWhenUnsure(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string][]string{
		"recursive function":  {"def give_up(page):\n", "def give_up(page):\n    if give_up(page) == \"home\":\n        return\n"},
		"computed outcomes":   {"came = page.wait_for(home", "came = page.wait_for(**{str(i): \"#a\" for i in range(3)}) if user else page.wait_for(home"},
		"outcome passed on":   {"            if came == \"home\":", "            known({\"a\": came})\n            if came == \"home\":"},
		"computed result":     {"    return known({\"id\": thing[\"id\"]", "    thing[\"other\"] = 1\n    return thing or known({\"id\": thing[\"id\"]"},
		"computed operation":  {"\"thing.read\": read_things", "\"thing.read\": (lambda made: made)(read_things)"},
		"fields in a loop":    {"        page.fill(\"#username\", attempt[\"username\"])\n", "        for one in [\"username\"]:\n            page.fill(\"#\" + one, attempt[one])\n"},
		"list passed on":      {"    return {\"things\": [thing_of(thing) for thing in things]}", "    out = []\n    for thing in [thing_of(each) for each in things]:\n        out.append({\"id\": 1})\n    known(out)\n    return {\"things\": out}"},
		"items changed later": {"    return {\"things\": [thing_of(thing) for thing in things]}", "    out = []\n    for thing in [thing_of(each) for each in things]:\n        out.append({\"id\": 1})\n    for one in out:\n        one[\"kind\"] = \"small\"\n    return {\"things\": out}"},
		"item changed later":  {"    return {\"things\": [thing_of(thing) for thing in things]}", "    out = []\n    for thing in [thing_of(each) for each in things]:\n        one = {\"count\": \"\"}\n        out.append(one)\n        one[\"id\"], one[\"kind\"] = \"1\", \"small\"\n        one[\"count\"] = 1\n    return {\"things\": out}"},
		"key set again":       {"    return {\"things\": [thing_of(thing) for thing in things]}", "    out = []\n    for thing in [thing_of(each) for each in things]:\n        one = {\"id\": \"1\", \"kind\": \"big\"}\n        one[\"kind\"] = \"small\"\n        out.append(one)\n    return {\"things\": out}"},
		"computed key":        {"    return {\"things\": [thing_of(thing) for thing in things]}", "    out = []\n    for thing in [thing_of(each) for each in things]:\n        one = {}\n        for key in thing:\n            one[key] = thing[key]\n        out.append(one)\n    return {\"things\": out}"},
		"either of two keys":  {"    if arguments.get(\"dryRun\"):\n        return {\"dryRun\": True}\n", "    result = {}\n    if arguments.get(\"dryRun\"):\n        result[\"dryRun\"] = True\n        return result\n    result[\"success\"] = True\n"},
		"other variable":      {"    return {\"things\": [thing_of(thing) for thing in things]}", "    seen = []\n    for thing in [thing_of(each) for each in things]:\n        seen.append({\"other\": 1})\n    print(seen)\n    return {\"things\": [thing_of(thing) for thing in things]}"},
		"last four printed":   {"    fill(page, arguments)\n", "    print(\"ends in \" + arguments[\"pin\"].last4, arguments[\"name\"])\n    fill(page, arguments)\n"},
		"waited in a helper":  {"    things = page.rows", "    page.goto(\"/things\")\n    arrive(page, a = \"#a\")\n    things = page.rows"},
		"waited in a branch":  {"    things = page.rows", "    page.goto(\"/things\")\n    if arguments:\n        page.wait_for(a = \"#a\")\n    things = page.rows"},
		"waited by a fill":    {"    things = page.rows", "    page.click(\"#search\")\n    page.fill(\"#what\", \"all\")\n    things = page.rows"},
		"read in a condition": {"    things = page.rows", "    page.goto(\"/things\")\n    page.wait_for(all = lambda: page.count(\".thing\") > 3)\n    things = page.rows"},
		"nested loops":        {"    progress(\"reading_things\")\n", "    progress(\"reading_things\")\n" + nestedLoops(60)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := strings.NewReplacer(changes...).Replace(validScript)
			if source == validScript {
				t.Fatal("nothing was changed")
			}
			for _, finding := range findingsIn(t, source) {
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

func FuzzIntegration(f *testing.F) {
	f.Add([]byte(validScript))
	f.Fuzz(func(_ *testing.T, text []byte) {
		if integration, err := script.Load("fuzz.star", text); err == nil {
			check.Integration(integration, definitions)
		}
	})
}
