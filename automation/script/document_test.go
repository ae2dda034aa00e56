package script

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"passage/automation/document"
	"passage/automation/outcome"
)

// newBillSite serves the PDFs of package document's tests to whom it gave a cookie.
func newBillSite(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, isBill := strings.CutPrefix(r.URL.Path, "/bills/")
		if !isBill {
			http.SetCookie(w, &http.Cookie{Name: "account", Value: "1", Path: "/"})
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<a id=bill href="/bills/reportlab.pdf?id=77">Bill</a>`)
			return
		}
		if _, err := r.Cookie("account"); err != nil || r.Method != http.MethodGet {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		switch name {
		case "page.pdf":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<p>Your session has ended</p>")
		case "large.pdf":
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = w.Write(append([]byte("%PDF-1.7"), make([]byte, document.MaxSize)...))
		default:
			content, err := os.ReadFile(filepath.Join("..", "document", "testdata", name))
			if err != nil {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/octet-stream") // as some sites do
			w.Header().Set("Content-Disposition", "attachment")
			_, _ = w.Write(content)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestDocument_ReadsBill(t *testing.T) {
	t.Parallel()
	b := visitAt(t, newBillSite(t), `
def after(text, label):
    return [line for line in text.split("\n") if line.startswith(label)][0][len(label):]

def run(page, arguments):
    page.goto("/")
    pages = page.document(page.attr("#bill", "href"))
    first = page.document("/bills/encrypted.pdf", pages = 1)
    return {
        "due": money(after(pages[0], "Amount due "))["amount"], "on": date(after(pages[0], "Due date ")),
        "pages": len(pages), "first": first[0], "account": page.document("/bills/groff.pdf")[0].split("\n")[-1],
    }
`)
	got, err := b.Operation(Call{Name: "thing.read", Arguments: json.RawMessage(`{"account": "affluent"}`), Sensitive: []string{"account"}})
	if want := `{"due":85,"on":"2026-03-05","pages":1,"first":"Amount due $85.00","account":"Office efficient flow [redacted]. Pay by “autopay”."}`; err != nil || string(got) != want {
		t.Errorf("got %s, want %s (%v)", got, want, err)
	}
	var steps []string
	for _, step := range b.recorder.steps {
		if step.Word == "page.document" {
			steps = append(steps, step.Selector+": "+step.Outcome)
		}
	}
	if got, want := strings.Join(steps, "; "), "/bills/reportlab.pdf: 1 of 1 pages, 1482 bytes; /bills/encrypted.pdf: 1 of 1 pages, 1936 bytes; /bills/groff.pdf: 1 of 1 pages, 6475 bytes"; got != want {
		t.Errorf("steps: %s, want %s", got, want)
	}
	if len(b.recorder.submitted) != 0 {
		t.Error("reading a document was recorded as a submit")
	}
}

func TestDocument_SaysWhyNot(t *testing.T) {
	t.Parallel()
	b := visitAt(t, newBillSite(t), `
def run(page, arguments):
    page.goto("/")
    if arguments["which"] == "pages":
        page.document("/bills/chromium.pdf", pages = 0)
    if arguments["which"] == "elsewhere":
        page.document("https://elsewhere.example/bill.pdf")
    if arguments["which"] == "looks":
        page.wait_for(a = lambda: page.document("/bills/chromium.pdf"))
    return {"pages": page.document("/bills/" + arguments["which"] + ".pdf")}
`)
	for which, want := range map[string]struct {
		code outcome.Code
		says string
	}{
		"page":      {outcome.SiteChanged, "document: the site answered with text/html, which is not a PDF"},
		"none":      {outcome.SiteChanged, "document: the site answered with status 404"},
		"password":  {outcome.SiteChanged, "document: the PDF is encrypted with a password"},
		"drawing":   {outcome.SiteChanged, "document: the PDF has no text"},
		"unmapped":  {outcome.SiteChanged, "document: the PDF does not say which letters"},
		"large":     {outcome.AutomationError, "the answer is larger than 10240 KiB"},
		"pages":     {outcome.AutomationError, "pages must be a number from 1 to 100"},
		"elsewhere": {outcome.AutomationError, "is not one of the integration's hosts"},
		"looks":     {outcome.AutomationError, "a function that looks whether something is so does nothing else"},
	} {
		_, err := b.Operation(Call{Name: "thing.read", Arguments: json.RawMessage(`{"which": "` + which + `"}`)})
		if err == nil {
			t.Errorf("%s: no error", which)
			continue
		}
		wantFailure(t, err, want.code, 0, want.says)
	}
}
