package script

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"passage/automation/document"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/script/dialect"
)

// documentWords are the words of the page that read files of the site.
var documentWords = map[string]pageWord{
	"document": {(*page).document, manual{
		"page.document(path_or_url, timeout = 30, pages = None) → list of texts",
		"Gets a PDF from the site, such as a bill, as page.fetch gets JSON: by GET, with the page's cookies, from hosts of the integration only. Returns the text of each page, with lines separated by \\n: a label and its value that stand on one line are mostly one line, such as Amount due $85.00. Lines are in the order in which the file draws them, which some programs do not keep: try it with bills of the site. At most 10 MiB, 100 pages, 1 MiB of text and 20 seconds of reading. pages = 2 reads the first two pages only, of a document of any length; that is faster.",
		"As for page.fetch. SITE_CHANGED for what is no PDF, for one that is damaged or encrypted with a password, and for one without text, as of a scan. AUTOMATION_ERROR for one that is larger than the limits.",
		`lines = page.document("/bills/latest.pdf", pages = 1)[0].split("\n")
due = money([line for line in lines if line.startswith("Amount due ")][0][len("Amount due "):])`,
	}},
}

func (p *page) document(w *invocation, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path string
	var timeout, first starlark.Value
	if err := dialect.Unpack(w.step.Word, args, kwargs, "path_or_url", &path, "timeout?", &timeout, "pages?", &first); err != nil {
		return nil, err
	}
	w.step.Selector, _, _ = strings.Cut(path, "?") // a step must not hold the query
	address, err := p.run.integration.address(path)
	if err != nil {
		return nil, fmt.Errorf("page.document: %w", err)
	}
	pages := 0
	if first != nil && first != starlark.None {
		if pages, err = starlark.AsInt32(first); err != nil || pages < 1 || pages > document.MaxPages {
			return nil, fmt.Errorf("page.document: pages must be a number from 1 to %d", document.MaxPages)
		}
	}
	live, err := p.withTimeout(timeout)
	if err != nil {
		return nil, fmt.Errorf("page.document: %w", err)
	}
	file, err := live.Download(p.run.ctx, address, document.MaxSize)
	if err != nil {
		return nil, withOutcome(err)
	}
	if err := fetchError("document", file.Status); err != nil {
		return nil, err
	}
	text, err := document.Read(p.run.ctx, file.Body, pages)
	if err != nil && p.run.ctx.Err() != nil {
		return nil, withOutcome(err)
	}
	if err != nil {
		return nil, documentError(err, file.Type)
	}
	w.step.Outcome = fmt.Sprintf("%d of %d pages, %d bytes", len(text.Pages), text.Total, len(file.Body))
	return p.texts(w, text.Pages)
}

// texts returns a list of texts that the site made.
func (p *page) texts(w *invocation, texts []string) (starlark.Value, error) {
	if err := p.run.allowance.Items(len(texts)); err != nil {
		return nil, fmt.Errorf("%s: %w", w.step.Word, err)
	}
	values := make([]starlark.Value, 0, len(texts))
	for _, text := range texts {
		value, err := p.limitText(w, text)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return starlark.NewList(values), nil
}

// documentError returns the outcome of a document that could not be read.
func documentError(err error, contentType string) error {
	switch {
	case errors.Is(err, document.ErrNotPDF):
		return outcome.New(outcome.SiteChanged, "document: the site answered with %s, which is not a PDF", prompt.Quote(contentType))
	case errors.Is(err, document.ErrPassword), errors.Is(err, document.ErrDamaged), errors.Is(err, document.ErrNoText), errors.Is(err, document.ErrUnreadable):
		return outcome.New(outcome.SiteChanged, "document: %v", err)
	}
	if errors.Is(err, document.ErrManyPages) {
		return fmt.Errorf("page.document: %w, as in pages = 2", err)
	}
	return fmt.Errorf("page.document: %w", err)
}
