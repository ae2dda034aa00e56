// Package document reads the text of PDF files.
//
// It owns the limits of reading: a file comes from a site, so it may be damaged or
// hostile. It does not download and knows nothing of pages or scripts. Script calls
// it.
//
// PDFium does the reading, compiled to WebAssembly and interpreted by wazero: it has
// no files, no network and a memory of a fixed size, and it is loaded for a document
// and dropped afterwards, so a process that reads none pays nothing.
package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

const (
	// MaxSize is the largest file that is read, in bytes.
	MaxSize = 10 << 20
	// MaxPages is the largest number of pages that are read.
	MaxPages = 100

	maxText        = 1 << 20                     // bytes of all pages together
	maxTime        = slowdown * 20 * time.Second // for one document
	maxMemory      = 256 << 20 / 65536           // of one document, in pages of WebAssembly
	maxConcurrent  = 2
	signatureStart = 1024 // the signature may come so late, as PDFium has it
)

// Why a document cannot be read.
var (
	ErrNotPDF     = errors.New("the file is not a PDF")
	ErrPassword   = errors.New("the PDF is encrypted with a password")
	ErrDamaged    = errors.New("the PDF is damaged")
	ErrNoText     = errors.New("the PDF has no text: its pages are pictures, as of a scan")
	ErrUnreadable = errors.New("the PDF does not say which letters its text has: its fonts have no map to Unicode")
	ErrTooLarge   = fmt.Errorf("the PDF is too large: %d MiB, %d MiB of text and %d MiB of memory are the limits", MaxSize>>20, maxText>>20, maxMemory*65536>>20)
	ErrManyPages  = fmt.Errorf("the PDF has more than %d pages; read the first ones only", MaxPages)
	ErrTimeout    = fmt.Errorf("the PDF takes longer than %d s to read; read fewer pages", int(maxTime.Seconds()))
)

// Text is what a document says.
type Text struct {
	Pages []string // the text of each page that was read; lines end with \n
	Total int      // how many pages the document has
}

// reading limits how many documents are read at a time, because each may take
// maxMemory of the process.
var reading = make(chan struct{}, maxConcurrent)

// Read returns the text of the first pages of a PDF file, or of all for 0. Lines are in the order in
// which the file draws them, which is the reading order for nearly all programs that
// make PDFs; what stands on one line and is drawn in turn is one line. Errors are
// those above, and ctx's.
func Read(ctx context.Context, file []byte, pages int) (*Text, error) {
	if !bytes.Contains(file[:min(len(file), signatureStart)], []byte("%PDF-")) {
		return nil, ErrNotPDF
	}
	if len(file) > MaxSize {
		return nil, ErrTooLarge
	}
	select {
	case reading <- struct{}{}:
		defer func() { <-reading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	limited, cancel := context.WithTimeoutCause(ctx, maxTime, ErrTimeout)
	defer cancel()
	text, err := read(limited, file, min(pages, MaxPages))
	if err != nil && limited.Err() != nil {
		return nil, context.Cause(limited)
	}
	return text, err
}

// read reads a document in a PDFium of its own. The end of ctx stops it anywhere.
func read(ctx context.Context, file []byte, pages int) (text *Text, err error) {
	defer func() {
		// The library's own code reads what PDFium has written, which a hostile file may have spoilt.
		if r := recover(); r != nil {
			text, err = nil, fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	pool, err := webassembly.Init(webassembly.Config{
		Context:  ctx,
		MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), // no files; the library's default is all of them
		Stdout:   io.Discard,
		Stderr:   io.Discard,
		// Compiling would take 4 s and 300 MB.
		RuntimeConfig: wazero.NewRuntimeConfigInterpreter().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithMemoryLimitPages(maxMemory).
			WithCloseOnContextDone(true),
	})
	if err != nil {
		return nil, fmt.Errorf("load PDFium: %w", err)
	}
	defer func() { _ = pool.Close() }()
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("start PDFium: %w", err)
	}
	opened, err := instance.OpenDocument(&requests.OpenDocument{File: &file})
	if err != nil {
		return nil, openError(err)
	}
	return readPages(ctx, instance, opened.Document, pages)
}

func openError(err error) error {
	switch {
	case errors.Is(err, pdferrors.ErrPassword), errors.Is(err, pdferrors.ErrSecurity):
		return ErrPassword
	case errors.Is(err, pdferrors.ErrFormat), errors.Is(err, pdferrors.ErrFile), errors.Is(err, pdferrors.ErrPage):
		return ErrDamaged
	}
	return fmt.Errorf("%w, or needs too much memory: %w", ErrDamaged, err)
}

func readPages(ctx context.Context, instance pdfium.Pdfium, document references.FPDF_DOCUMENT, pages int) (*Text, error) {
	count, err := instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: document})
	if err != nil {
		return nil, openError(err)
	}
	text := &Text{Total: count.PageCount}
	if pages == 0 && count.PageCount > MaxPages {
		return nil, ErrManyPages
	}
	if pages == 0 {
		pages = MaxPages
	}
	size := 0
	for i := range min(pages, count.PageCount) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		page, err := instance.GetPageText(&requests.GetPageText{Page: requests.Page{ByIndex: &requests.PageByIndex{Document: document, Index: i}}})
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", i+1, openError(err))
		}
		if size += len(page.Text); size > maxText {
			return nil, ErrTooLarge
		}
		text.Pages = append(text.Pages, page.Text)
	}
	if err := text.clean(); err != nil {
		return nil, err
	}
	return text, nil
}

// clean removes what is no text, and says whether the rest is one.
func (t *Text) clean() error {
	letters, others := 0, 0
	for i, page := range t.Pages {
		t.Pages[i] = strings.TrimSpace(strings.Map(func(r rune) rune {
			switch {
			case r == '\n':
				return r
			case r == '\r', r == '\u00ad', r == '\ufffe', r == 2: // of line ends and of words that go on in the next line
				return -1
			case unicode.Is(unicode.Zs, r), r == '\t':
				return ' '
			case unicode.IsControl(r), r == unicode.ReplacementChar, unicode.Is(unicode.Co, r):
				others++
				return -1
			}
			letters++
			return r
		}, page))
	}
	if others > letters/20 {
		return ErrUnreadable
	}
	if letters == 0 {
		return ErrNoText
	}
	return nil
}
