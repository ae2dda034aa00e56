package script

import (
	"fmt"
	"strings"
	"testing"

	"passage/automation/outcome"
)

const canary = "hunter2-canary-wolf"

func TestOpaque_RefusesEveryUse(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, code, says string }{
		{"str", "str(s)", "str cannot take it"},
		{"repr", "repr(s)", "repr cannot take it"},
		{"str of a list", "str([1, {'a': s}])", "cannot become text"},
		{"print", "print(s)", "cannot become text"},
		{"print of a tuple", "print('x', (s,))", "cannot become text"},
		{"percent", "'%s' % s", "cannot be used with %"},
		{"percent of a tuple", "'%s %r' % (1, s)", "cannot become text"},
		{"percent of a dict", "'%(a)s' % {'a': s}", "cannot become text"},
		{"format", "'{}'.format(s)", "a text cannot take it"},
		{"format by name", "'{a}'.format(a = [s])", "cannot become text"},
		{"plus", "'x' + s", "cannot be used with +"},
		{"plus, left", "s + 'x'", "cannot be used with +"},
		{"plus=", "x = 'x'; x += s", "cannot be taken apart or added to"},
		{"times", "s * 2", "cannot be used with *"},
		{"join", "''.join([s])", "cannot become text"},
		{"join, separator", "s.join(['a'])", "it has no .join"},
		{"replace", "'a'.replace('a', s)", "a text cannot take it"},
		{"split", "'a'.split(s)", "a text cannot take it"},
		{"equal", "s == 'x'", "cannot be used with =="},
		{"equal to itself", "s == s", "cannot be used with =="},
		{"not equal", "'x' != s", "cannot be used with !="},
		{"equal in lists", "[s] == [s]", "cannot be compared"},
		{"less", "s < s", "cannot be used with <"},
		{"sorted", "sorted([s, s])", "cannot be compared"},
		{"sorted by key", "sorted(['b', 'a'], key = lambda x: s)", "cannot be compared"},
		{"max", "max([s, s])", "cannot be compared"},
		{"min", "min(s, s)", "min cannot take it"},
		{"index", "[s].index(s)", "cannot be compared"},
		{"in text", "s in 'hunter2'", "cannot be used with in"},
		{"text in it", "'a' in s", "cannot be used with in"},
		{"not in", "s not in []", "cannot be used with not in"},
		{"length", "len(s)", "opaque"},
		{"iteration", "[c for c in s]", "opaque value is not iterable"},
		{"list", "list(s)", "list cannot take it"},
		{"index of it", "s[0]", "opaque[int]"},
		{"slice", "s[1:]", "cannot be taken apart"},
		{"unpacking", "a, b = s", "got opaque in sequence assignment"},
		{"star", "max(*s)", "cannot be taken apart"},
		{"key", "{s: 1}", "cannot be a key"},
		{"key of a set", "set([s])", "cannot be a key"},
		{"key of a tuple", "{(1, s): 1}", "cannot be a key"},
		{"look-up", "{}.get(s)", "cannot be a key"},
		{"hash", "hash(s)", "opaque"},
		{"int", "int(s)", "int cannot take it"},
		{"float", "float(s)", "opaque"},
		{"ord", "ord(s)", "opaque"},
		{"attribute", "s.text", "opaque has no .text"},
		{"getattr", "getattr(s, 'secret')", "opaque has no .secret"},
		{"last4 of a password", "s.last4", "for card numbers of 12 to 19 digits"},
		{"fail's text", "fail('OPERATION_REJECTED', s)", "fail cannot take it"},
		{"fail's code", "fail(s)", "fail cannot take it"},
		{"fail's text in parts", "fail('OPERATION_REJECTED', 'x' + s)", "cannot be used with +"},
		{"progress", "progress(s)", "progress cannot take it"},
		{"selector", "page.click(s)", "page.click cannot take it"},
		{"key press", "page.press(s)", "page.press cannot take it"},
		{"fill's selector", "page.fill(s, 'x')", "secret is opaque: it cannot be a selector"},
		{"condition", "page.wait_for(a = s)", "secret is opaque: it cannot be a selector"},
		{"column", "page.rows('tr', a = s)", "secret is opaque: it cannot be a selector"},
		{"question", "user.text(s)", "user.text cannot take it"},
		{"option", "user.choose([{'id': s, 'label': 'x'}])", "cannot be shown"},
		{"change", "user.confirm([{'label': 'card', 'after': s}])", "cannot be shown"},
		{"destination", "user.one_time_code(sent_to = s)", "user.one_time_code cannot take it"},
		{"reason", "user.choose([], reason = s)", "user.choose cannot take it"},
		{"call", "s()", "invalid call of non-function (opaque)"},
		{"unpacked keywords", "dict(**s)", "cannot be taken apart"},
		{"returned", "return s", "result is secret, which is opaque and cannot be returned"},
		{"returned inside", "return {'a': [1, {'b': s}]}", "result.a[1].b is secret, which is opaque"},
		{"returned as key of a result", "return dict([(s, 1)])", "cannot be a key"},
		{"a missing key named by it", "{}[s]", "cannot be a key"},
		{"duplicate key", "{1: s, 1: s}", "duplicate key: 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			integration := loadBody(t, "def run(page, arguments, user):\n    s = arguments['secret']\n    "+test.code+"\n    return {}\n")
			b := start(t, integration)
			result, err := b.write(`{"secret": "`+canary+`"}`, "secret")
			if err == nil {
				t.Fatalf("it gave %s", result)
			}
			failure := wantFailure(t, err, outcome.AutomationError, 0, test.says)
			for _, text := range []string{failure.Error(), failure.Traceback, failure.Outcome.Error(), fmt.Sprintf("%+v %#v", failure, failure), fmt.Sprintf("%+v", b.recorder.steps)} {
				if leaks(text) {
					t.Errorf("leaked: %s", text)
				}
			}
		})
	}
}

func TestOpaque_RefusesArgumentsThatAreNoText(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def run(page, arguments):
    s = arguments["secret"]
    return {"truth": bool(s), "empty": bool(arguments["empty"]), "type": type(s), "dir": dir(s),
        "has": hasattr(s, "text"), "any": any([s]), "none": arguments["none"], "zip": len(zip([s], [s])),
        "in": "x" in [s], "in dict": "secret" in arguments}
`)
	got, err := start(t, integration).write(`{"secret": "`+canary+`", "empty": "", "none": null}`, "secret", "empty", "none")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"truth":true,"empty":true,"type":"opaque","dir":["last4"],"has":false,"any":true,"none":null,"zip":1,"in":false,"in dict":true}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRun_ScrubsResultsAndTracebacks(t *testing.T) {
	t.Parallel()
	// A secret that the site shows reaches the script as plain text. Here the
	// script contains it.
	integration := loadBody(t, `
def run(page, arguments):
    if arguments["how"] == "fail":
        fail("OPERATION_REJECTED", "the site said hunter2-canary-wolf, 737 and 7370")
    if arguments["how"] == "fault":
        return {}["hunter2-canary-wolf"]
    print("it said", "hunter2-canary-wolf")
    return {"echo": "it said hunter2-canary-wolf!", "hunter2-canary-wolf": 1, "list": ["hunter2-canary-wolf"],
        "cvv": "737", "number": 737, "float": 737.0, "long": "7370", "date": "2026-07-37", "price": 1737.5,
        "last4": arguments["card"].last4}
`)
	arguments := func(how string) (string, []string) {
		return `{"how": "` + how + `", "secret": "` + canary + `", "cvv": "737", "cvv2": "4242", "card": "4242424242424242"}`,
			[]string{"secret", "cvv", "cvv2", "card"}
	}
	b := start(t, integration)
	given, sensitive := arguments("return")
	got, err := b.write(given, sensitive...)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"echo":"it said [redacted]!","[redacted]":1,"list":["[redacted]"],` +
		`"cvv":"[redacted]","number":"[redacted]","float":"[redacted]","long":"7370","date":"2026-07-37","price":1737.5,"last4":"4242"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if text := fmt.Sprintf("%+v", b.recorder.steps); leaks(text) {
		t.Errorf("a step leaked: %s", text)
	}
	for how, code := range map[string]outcome.Code{"fail": outcome.OperationRejected, "fault": outcome.AutomationError} {
		given, sensitive := arguments(how)
		_, err := start(t, integration).write(given, sensitive...)
		failure := wantFailure(t, err, code, 0, "[redacted]")
		if text := failure.Error() + failure.Traceback; leaks(text) || strings.Contains(text, "737 ") {
			t.Errorf("leaked: %s", text)
		}
	}
}

// leaks looks for the canary and for a long part of it, plain and in hex.
func leaks(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "canary") || strings.Contains(text, fmt.Sprintf("%x", "canary")) || strings.Contains(text, "wolf")
}
