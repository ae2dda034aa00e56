package script

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/automation/outcome"
	"passage/automation/secret"
)

// billsPage shows bills, of which one has no date, and one a strange one.
const billsPage = `<h1>Bills of Ada</h1><table>
<tr class=bill><td class=due>Aug 1, 2026</td><td class=sum>$5</td></tr>
<tr class=bill><td class=due>soon</td><td class=sum>$6</td></tr>
<tr class=bill><td class=sum>$6</td></tr>
<tr class=bill><td class=due>swordfish-8</td><td class=sum>$7</td></tr></table>`

func TestMisfit_NamesTheCellThatAValueCameFrom(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(billsPage))
	}))
	t.Cleanup(site.Close)
	const body = `
def run(page, arguments):
    page.goto("/bills")
    title = page.text("h1")
    if not title:
        return {}
    rows = page.rows(".bill", due = ".due", sum = ".sum")
    return {"title": title, "bills": [bill_of(row) for row in rows], "total": 24}

def bill_of(row):
    bill = {"dueDate": row["due"], "sum": row["sum"], "cents": money(row["sum"])["amount"]}
    return {name: value for name, value in bill.items() if value != None}
`
	const line = headerLines
	b := visitAt(t, site.URL, body)
	b.options.Redactor.Add(secret.New("swordfish-8"))
	result, err := b.Operation(Call{Name: "thing.read"})
	if err != nil {
		t.Fatalf("%v\n%s", err, tracebackOf(err))
	}
	for path, want := range map[string]struct {
		says, word string
		line       int
	}{
		"title":           {`title is "Bills of Ada": is wrong (page.text in line 13, selector "h1")`, "page.text", line + 4},
		"bills.1.dueDate": {`bills[1].dueDate is "soon": is wrong (page.rows in line 16, column due, selector ".due", row 2)`, "page.rows", line + 7},
		"bills.2.dueDate": {`bills[2].dueDate: is wrong (page.rows in line 16, column due, selector ".due", row 3)`, "page.rows", line + 7},
		"bills.2.sum":     {`bills[2].sum is "$6": is wrong (page.rows in line 16, column sum, selector ".sum", row 3)`, "page.rows", line + 7},
		"bills.3.dueDate": {`bills[3].dueDate is "[redacted]": is wrong (page.rows in line 16, column due, selector ".due", row 4)`, "page.rows", line + 7},
		"bills.0.cents":   {`bills[0].cents is 5: is wrong (returned in line 15 or 17)`, "", line + 6},
		"total":           {`total is 24: is wrong (returned in line 15 or 17)`, "", line + 6},
		"other":           {`other: is wrong (returned in line 15 or 17)`, "", line + 6},
		"":                {`the result: is wrong (returned in line 15 or 17)`, "", line + 6},
	} {
		failure := b.Misfit("thing.read", result, []Problem{{Path: path, Message: "is wrong"}})
		detail := "the result of thing.read does not fit its schema; " + want.says
		if failure.Outcome.Code != outcome.ResultValidationError || failure.Outcome.Detail != detail || failure.Line != want.line || failure.Word != want.word {
			t.Errorf("%s: line %d, word %q: %s\nwant %d, %q: %s", path, failure.Line, failure.Word, failure.Outcome.Detail, want.line, want.word, detail)
		}
		if !strings.Contains(failure.Traceback, "test.star:") || !strings.Contains(failure.Traceback, detail) || strings.Contains(failure.Traceback, "swordfish") {
			t.Errorf("%s: the traceback is %s", path, failure.Traceback)
		}
	}
	many := make([]Problem, 200)
	for n := range many {
		many[n] = Problem{Path: "bills.1.dueDate", Message: strings.Repeat("long ", 200)}
	}
	long := json.RawMessage(`{"bills": [{}, {"dueDate": "` + strings.Repeat("x", 5000) + `"}]}`)
	if detail := b.Misfit("thing.read", long, many).Outcome.Detail; len(detail) > maxMessage+10 || strings.Contains(detail, strings.Repeat("x", 100)) {
		t.Errorf("the detail has %d bytes: %s", len(detail), detail)
	}
}
