package script

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/secret"
)

func TestRun_StopsRunawayScripts(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, code, says string }{
		{"printing without end", "[print(i) for i in range(99999)]", "used more than 20000 words of page and user"},
		{"progress without end", "[progress('x') for i in range(99999)]", "used more than 20000 words"},
		{"endless loop", "[0 for a in range(99999) for b in range(99999)]", "too many steps; is there an endless loop?"},
		{"recursion", "again()", "called recursively"},
		{"recursion by way of a lambda", "f = lambda g: g(g); f(f)", "called recursively"},
		{"doubling a text", "x = 'x'\n    for i in range(99): x = x + x", "this would make a text of 2097152 bytes; 1048576 is the limit"},
		{"doubling in place", "x = 'x'\n    for i in range(99): x += x", "1048576 is the limit"},
		{"doubling under a key", "x = {'a': 'x'}\n    for i in range(99): x['a'] += x['a']", "1048576 is the limit"},
		{"repeating a text", "'xx' * 1000000", "this would make a text of 2000000 bytes"},
		{"repeating by a huge number", "'xx' * (1 << 100)", "1048576 is the limit"},
		{"repeating in place", "x = 'x'\n    x *= 2000000", "1048576 is the limit"},
		{"repeating a list", "[0] * 1000000", "this would make 1000000 items; 100000 is the limit"},
		{"repeating a tuple", "2000000 * (0,)", "100000 is the limit"},
		{"doubling a list", "x = [0]\n    for i in range(99): x = x + x", "100000 is the limit"},
		{"extending a list by itself", "x = [0]\n    for i in range(99): x.extend(x)", "100000 is the limit"},
		{"adding to a list in place", "x = [0]\n    for i in range(99): x += x", "100000 is the limit"},
		{"long range", "range(1 << 40)", "range: this would make 1099511627776 items"},
		{"many lists", "[list(range(90000)) for i in range(90000)]", "more than 64 MiB of texts and lists"},
		{"many slices", "x = list(range(90000))\n    [x[:] for i in range(90000)]", "more than 64 MiB"},
		{"many calls with many arguments", "x = list(range(90000))\n    [many(*x) for i in range(90000)]", "more than 64 MiB"},
		{"many long texts", "x = 'x' * 1000000\n    [x + 'y' for i in range(90000)]", "more than 64 MiB"},
		{"join", "('x' * 1000).join(['a'] * 90000)", "1048576 is the limit"},
		{"replace", "('x' * 1000).replace('x', 'y' * 10000)", "1048576 is the limit"},
		{"replace of nothing", "('x' * 1000).replace('', 'y' * 10000)", "1048576 is the limit"},
		{"format", "('{0}' * 1000).format('y' * 10000)", "1048576 is the limit"},
		{"percent", "('%(a)s' * 1000) % {'a': 'y' * 10000}", "1048576 is the limit"},
		{"comparing lists of one list", "x = [1]\n    for i in range(9): x = [x] * 9\n    x == [x[:] for x in [x]][0]", "more than 1000000 values"},
		{"ordering lists of one list", "x = [1]\n    for i in range(9): x = [x] * 9\n    x < x[:]", "more than 1000000 values"},
		{"looking for a list of lists", "x = [1]\n    for i in range(9): x = [x] * 9\n    x[:] in [x]", "more than 1000000 values"},
		{"index of a list of lists", "x = [1]\n    for i in range(9): x = [x] * 9\n    [x].index(x[:])", "more than 1000000 values"},
		{"sorting lists of lists", "x = [1]\n    for i in range(9): x = [x] * 9\n    sorted([x, x[:]])", "more than 1000000 values"},
		{"largest list of lists", "x = [1]\n    for i in range(9): x = [x] * 9\n    max([x, x[:]])", "more than 1000000 values"},
		{"key of one tuple", "x = (1,)\n    for i in range(40): x = (x, x)\n    return {x: 1}", "more than 1000000 values"},
		{"key that is looked up", "x = (1,)\n    for i in range(40): x = (x, x)\n    {}[x]", "more than 1000000 values"},
		{"key that is set", "x = (1,)\n    y = {}\n    for i in range(40): x = (x, x)\n    y[x] = 1", "more than 1000000 values"},
		{"key that is got", "x = (1,)\n    for i in range(40): x = (x, x)\n    {}.get(x)", "more than 1000000 values"},
		{"set of tuples", "x = (1,)\n    for i in range(40): x = (x, x)\n    set([x])", "more than 1000000 values"},
		{"deep key", "x = ()\n    for i in range(90000): x = (x,)\n    {x: 1}", "nested deeper than 50 levels"},
		{"comparing a list of itself", "x = []\n    x.append(x)\n    x == [x]", "nested deeper than 50 levels"},
		{"searching long texts", "x = 'x' * 1000000\n    [x.find('y') for i in range(90000)]", "too many steps"},
		{"looking into long texts", "x = 'x' * 1000000\n    ['y' in x for i in range(90000)]", "too many steps"},
		{"comparing long texts", "x = 'x' * 1000000\n    y = x + 'y'\n    [x + 'x' == y for i in range(9)]\n    z = x + 'z'\n    [z == y for i in range(90000)]", "too many steps"},
		{"looking into long lists", "x = list(range(90000))\n    [-1 in x for i in range(90000)]", "too many steps"},
		{"taking from long lists", "x = list(range(90000))\n    for i in range(90000): x.remove(89999) or x.append(89999)", "too many steps"},
		{"any of long lists", "x = [0] * 90000\n    [any(x) for i in range(90000)]", "too many steps"},
		{"smallest of long lists", "x = list(range(90000))\n    [min(x) for i in range(90000)]", "too many steps"},
		{"a method by getattr", "x = 'x' * 1000000\n    [getattr(x, 'find')('y') for i in range(90000)]", "too many steps"},
		{"amounts in long texts", "x = 'x' * 1000000\n    for i in range(90000): match('y', x)", "too many steps"},
		{"codepoints as a list", "x = 'x' * 1000000\n    x.codepoints()", "this would make 1000000 items"},
		{"ords as a list", "x = b'x' * 1000000\n    x.elems()", "this would make 1000000 items"},
		{"codepoints without end", "x = 'x' * 90000\n    [x.codepoints() for i in range(90000)]", "more than 64 MiB"},
		{"codepoints by getattr", "x = 'x' * 1000000\n    getattr(x, 'codepoint_ords')()", "this would make 1000000 items"},
		{"join of codepoints", "('x' * 65536).join(('y' * 32768).codepoints())", "1048576 is the limit"},
		{"zip of codepoints", "zip(*([('y' * 90000).codepoints()] * 1000))", "more than 64 MiB"},
		{"bytes of long lists", "x = [0] * 90000\n    [bytes(x) for i in range(90000)]", "more than 64 MiB"},
		{"text of control characters", "x = ['\\x00' * 1000000]\n    str(x)", "1048576 is the limit"},
		{"pattern of repetitions", "match('(.?){1000}' * 90 + 'z', 'y')", "more than 10000 parts"},
		{"large pattern and long text", "match('(.?){1000}z', 'y' * 1000000)", "would take too long with a text of 1000000 bytes"},
		{"slow matches", "x = 'y' * 90000\n    for i in range(90000): match('(.?){100}z', x)", "too many steps"},
		{"number", "x = 3\n    for i in range(9999): x = x * x", "more than 4096 bits"},
		{"shift", "x = 1\n    for i in range(9999): x = x << 500", "more than 4096 bits"},
		{"number from text", "int('9' * 100000)", "a number of 100000 digits is too long"},
		{"wide text of shared lists", "x = [1]\n    for i in range(40): x = [x, x]\n    str(x)", "too large to print"},
		{"deep text", "x = []\n    for i in range(9999): x = [x]\n    repr(x)", "nested deeper than 50 levels"},
		{"deep result", "x = []\n    for i in range(9999): x = [x]\n    return x", "nested deeper than 50 levels"},
		{"wide result", "x = [1]\n    for i in range(40): x = [x, x]\n    return x", "result of thing.write: it is larger than 1024 KiB"},
		{"long result", "return {'a': ['x' * 900000, 'x' * 900000]}", "larger than 1024 KiB"},
		{"result of itself", "x = []\n    x.append(x)\n    return x", "nested deeper than 50 levels"},
		{"result of nothing", "pass\n    return", "the function returned nothing; does every path through it end with return"},
		{"result of functions", "return {'a': len}", "result.a is a builtin_function_or_method; a result is made of"},
		{"result with other keys", "return {1: 2}", "result has a key that is a int; keys must be texts"},
		{"result without end", "return {'a': float('inf')}", "result.a is not a finite number"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, loadBody(t, "def again():\n    again()\n\ndef many(*values):\n    return values[0]\n\ndef run(page, arguments):\n    "+test.code+"\n    return {}\n"))
			_, err := b.write("{}")
			if err == nil {
				t.Fatal("it was not stopped")
			}
			wantFailure(t, err, outcome.AutomationError, 0, test.says)
		})
	}
}

// Not parallel: other tests would allocate memory meanwhile.
func TestRun_ChecksLimitsBeforeAllocating(t *testing.T) {
	for _, code := range []string{
		"[0] * (1 << 29)",
		"'x' * (1 << 29)",
		"list(range(1 << 30))",
		"x = 'x'\n    for i in range(99): x += x",
		"'%s' % (('x' * 1000000,) * 90000,)",
	} {
		b := start(t, loadBody(t, "def run(page, arguments):\n    "+code+"\n    return {}\n"))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := b.write("{}"); err == nil {
			t.Errorf("%s was not stopped", code)
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
			t.Errorf("%s allocated %d MiB", code, grown>>20)
		}
	}
}

func TestRun_AllowsOrdinaryScripts(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, `
def total(*amounts, currency = "USD"):
    sum = 0
    for amount in amounts:
        sum += amount
    return "%s %d" % (currency, sum)

def run(page, arguments):
    bills = [{"id": str(i), "due": i * 100} for i in range(500)]
    names = {}
    for bill in bills:
        names[bill["id"]] = names.get(bill["id"], 0) + bill["due"]
        names[bill["id"]] -= 1
    x, (y, z) = 1, [2, 3]
    x *= 2
    text = "a, b,c"
    text += ";"
    parts = [p.strip() for p in text.removesuffix(";").split(",")]
    d = {"a": 1} | {"b": 2}
    d |= {"c": 3}
    d.update([("d", 4)])
    l = sorted(d.keys()) + [k.upper() for k, v in d.items() if v != 2 and k in "abcd"]
    l += ["z"]
    return {"count": len(bills), "sum": total(currency = "EUR", *[b["due"] for b in bills]), "x": x + y + z,
        "parts": parts, "l": l, "slice": l[1:3], "reversed": text[::-1], "join": "-".join(parts),
        "format": "{} {b}".format(1, b = None), "set": len(set([1, 1]) | set([2])), "set2": [x for x in set([1]).union([2])],
        "zip": zip([1], "a".elems()), "enumerate": enumerate(["a"]), "neg": -1, "not": 1 not in [1], "float": 1.50, "big": 1 << 70,
        "nested": {"none": None, "true": True, "tuple": (), "dict": {}, "é\"\n": "é\"\n"}}
`)
	got, err := start(t, integration).write("")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"count":500,"sum":"EUR 12475000","x":7,"parts":["a","b","c"],` +
		`"l":["a","b","c","d","A","C","D","z"],"slice":["b","c"],"reversed":";c,b ,a","join":"a-b-c",` +
		`"format":"1 None","set":2,"set2":[1,2],"zip":[[1,"a"]],"enumerate":[[0,"a"]],"neg":-1,"not":false,"float":1.5,"big":1180591620717411303424,` +
		`"nested":{"none":null,"true":true,"tuple":[],"dict":{},"é\"\n":"é\"\n"}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRun_GuardsKeepStarlarksMessagesAndLines(t *testing.T) {
	t.Parallel()
	for code, says := range map[string]string{
		"'x' + 1":              "unknown binary op: string + int",
		"[] % 1":               "unknown binary op: list % int",
		"1 in 1":               "unknown binary op: int in int",
		"'x'.join(1)":          "join: for parameter 1: got int, want iterable",
		"(1).upper()":          "int has no .upper field or method",
		"[].update()":          "list has no .update field or method",
		"{}.union([])":         "dict has no .union field or method",
		"len.keys()":           "builtin_function_or_method has no .keys field or method",
		"arguments['x'] = 1":   "cannot insert into frozen hash table",
		"operations['x'] += 1": "key \"x\" not in dict",
	} {
		_, err := start(t, loadBody(t, "def run(page, arguments):\n    pass\n    "+code+"\n    return {}\n")).write("")
		wantFailure(t, err, outcome.AutomationError, 3, says)
	}
}

func TestRun_CountsStepsOverAllCalls(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments):\n    x = [i for i in range(1000)]\n    return {}\n")
	run, err := integration.Start(t.Context(), Options{Page: new(browser.Page), User: &fakeUser{}, Recorder: &fakeRecorder{}, Redactor: secret.NewRedactor(), Steps: 20_000})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if _, err = run.Operation(Call{Name: "thing.read"}); err != nil {
			if i == 0 {
				t.Fatal("the first operation was too many")
			}
			wantFailure(t, err, outcome.AutomationError, 2, "too many steps")
			return
		}
	}
	t.Error("ten operations of more than 2,000 steps fit into 20,000")
}

func TestRun_LimitsTimeButNotOfWords(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments):\n    print('x')\n    for a in range(90000):\n        for b in range(90000):\n            pass\n    return {}\n")
	run, err := integration.Start(t.Context(), Options{Page: new(browser.Page), User: &fakeUser{}, Recorder: &slowRecorder{}, Redactor: secret.NewRedactor(),
		Steps: 1 << 60, Computing: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	_, err = run.Operation(Call{Name: "thing.read"})
	wantFailure(t, err, outcome.AutomationError, 4, "the script computed for more than 100ms; is there an endless loop?")
	if took := time.Since(begin); took < slowStep+100*time.Millisecond {
		t.Errorf("it ended after %v: the time of a word was counted", took)
	}
}

const slowStep = 300 * time.Millisecond

// slowRecorder records nothing, and takes its time.
type slowRecorder struct{ fakeRecorder }

func (*slowRecorder) Step(Step) { time.Sleep(slowStep) }

func TestRun_EndsWithCauseOfContext(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments):\n    for a in range(90000):\n        for b in range(90000):\n            pass\n    return {}\n")
	ctx, cancel := context.WithCancelCause(t.Context())
	run, err := integration.Start(ctx, Options{Page: new(browser.Page), User: &fakeUser{}, Recorder: &fakeRecorder{}, Redactor: secret.NewRedactor(), Steps: 1 << 60})
	if err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(50*time.Millisecond, func() { cancel(outcome.New(outcome.LinkCancelled, "the merchant cancelled")) })
	defer stop.Stop()
	_, err = run.Operation(Call{Name: "thing.read"})
	wantFailure(t, err, outcome.LinkCancelled, 0, "the merchant cancelled")
}

func TestRun_DeadlineIsClientTimeout(t *testing.T) {
	t.Parallel()
	integration := loadBody(t, "def run(page, arguments):\n    for a in range(90000):\n        for b in range(90000):\n            pass\n    return {}\n")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	run, err := integration.Start(ctx, Options{Page: new(browser.Page), User: &fakeUser{}, Recorder: &fakeRecorder{}, Redactor: secret.NewRedactor(), Steps: 1 << 60})
	if err != nil {
		t.Fatal(err)
	}
	_, err = run.Operation(Call{Name: "thing.read"})
	wantFailure(t, err, outcome.ClientTimeout, 0, "")
}

func TestLoad_RefusesDeeplyNestedSource(t *testing.T) {
	t.Parallel()
	const n = 20_000
	for name, text := range map[string]string{
		"brackets":              strings.Repeat("(", 2*n),
		"brackets behind texts": strings.Repeat("(')'", n/2),
		"minus":                 "x = " + strings.Repeat("-", 2*n) + "1",
		"not":                   "x = " + strings.Repeat("not ", n/2) + "1",
		"sum":                   "x = 1" + strings.Repeat("+1", n),
		"or":                    "x = 1" + strings.Repeat(" or 1", n/4),
		"lambda":                "x = " + strings.Repeat("lambda:", n/4) + "1",
		"conditions":            "x = " + strings.Repeat("1 if 1 else ", n/4) + "1",
		"attributes":            "x = 'a'" + strings.Repeat(".x", n),
		"methods":               "x = 'a'" + strings.Repeat(".upper()", n/5),
		"elif":                  "def f():\n  if 1: pass\n" + strings.Repeat("  elif 1: pass\n", n/20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Load("deep.star", []byte(text)); err == nil {
				t.Error("it loaded without an integration(…)")
			}
		})
	}
}
