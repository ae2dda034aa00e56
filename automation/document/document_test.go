package document

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain leaves the tests out under the race detector, which makes the interpreter
// forty times slower. The tests of page.document run there.
func TestMain(m *testing.M) {
	if slowdown > 1 {
		return
	}
	m.Run()
}

// file returns a file of testdata. Each was made by the program that it is named
// after, or is a file of ReportLab or Chromium, changed by qpdf.
func file(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name+".pdf"))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestRead_KeepsLines(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"chromium":     "Wireless statement\nAccount 1234567 Bill date Mar 5, 2026\nAmount due $85.00\nOffice efficient flow affluent fine Überweisung 東京 € 12,50\nLine Plan Charge\n(555) 010-2030 Unlimited $45.00\n",
		"encrypted256": "Wireless statement\nAccount 1234567 Bill date Mar 5, 2026\nAmount due $85.00\n",
		"encrypted":    "Amount due $85.00",
		"groff":        "Amount due $85.00\nDue date March 5, 2026\nOffice efficient flow affluent. Pay by “autopay”.",
		"ghostscript":  "Amount due $85.00\nDue date March 5, 2026\n",
		"reportlab":    "Amount due $85.00\nDue date March 5, 2026",
		"order":        "$85.00\nMarch 5, 2026\nAmount due\nDue date", // as it is drawn
	} {
		text, err := Read(t.Context(), file(t, name), 0)
		if err != nil || !strings.HasPrefix(text.Pages[0], want) {
			t.Errorf("%s: %v, %+v, want %q", name, err, text, want)
		}
		if name == "chromium" && (text.Total != 2 || !strings.HasPrefix(text.Pages[1], "Page two: Due date 2026-04-01\n")) {
			t.Errorf("%s: %+v", name, text)
		}
	}
	text, err := Read(t.Context(), file(t, "chromium"), 1)
	if err != nil || len(text.Pages) != 1 || text.Total != 2 {
		t.Errorf("one page: %v, %+v", err, text)
	}
}

func TestRead_SaysWhyNot(t *testing.T) {
	t.Parallel()
	bill := file(t, "chromium")
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"page of HTML":  {[]byte("<!doctype html>"), ErrNotPDF},
		"nothing":       {nil, ErrNotPDF},
		"too large":     {append(bytes.Clone(bill), make([]byte, MaxSize)...), ErrTooLarge},
		"password":      {file(t, "password"), ErrPassword},
		"half":          {bill[:len(bill)/2], ErrDamaged},
		"no text":       {file(t, "drawing"), ErrNoText},
		"many pages":    {pdf(101, "BT /F 12 Tf (Amount due $85.00) Tj ET"), ErrManyPages},
		"no characters": {file(t, "unmapped"), ErrUnreadable},
	} {
		if text, err := Read(t.Context(), c.file, 0); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %+v, want %v", name, err, text, c.want)
		}
	}
}

// pdf returns a document whose pages all have one content stream, compressed.
func pdf(pages int, content string) []byte {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	io.WriteString(w, content)
	w.Close()
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		fmt.Sprintf("<< /Type /Pages /Count %d /Kids [%s] >>", pages, strings.Repeat("3 0 R ", pages)),
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> /XObject << /X 4 0 R >> >> >>",
		fmt.Sprintf("<< /Type /XObject /Subtype /Form /BBox [0 0 600 800] /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", packed.Len(), packed.String()),
	}
	var file bytes.Buffer
	file.WriteString("%PDF-1.7\n")
	table := ""
	for i, object := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", file.Len())
		fmt.Fprintf(&file, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := file.Len()
	fmt.Fprintf(&file, "xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table, start)
	return file.Bytes()
}

// A small file that unpacks to much more than the memory, and one that would work
// for minutes.
func TestRead_BoundsMemoryAndTime(t *testing.T) {
	t.Parallel()
	bomb := pdf(1, strings.Repeat(" ", 400<<20))
	if text, err := Read(t.Context(), bomb, 0); len(bomb) > 1<<20 || err == nil {
		t.Errorf("bomb of %d bytes: %+v", len(bomb), text)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	began := time.Now()
	_, err := read(ctx, pdf(1, "BT /F 12 Tf "+strings.Repeat("(a) Tj ", 3_000_000)+"ET"), 1)
	if took := time.Since(began); err == nil || took < 2*time.Second || took > 15*time.Second {
		t.Errorf("%v after %s", err, took)
	}
}

func TestRead_EndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := Read(ctx, file(t, "chromium"), 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// Each file is real up to some bytes, so that it passes the first checks.
func TestRead_SurvivesDamage(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		damaged := file(t, "reportlab")
		for range 1 + random.IntN(40) {
			damaged[20+random.IntN(len(damaged)-20)] = byte(random.IntN(256))
		}
		text, err := Read(t.Context(), damaged, 0)
		if (text == nil) == (err == nil) {
			t.Errorf("%v, %+v", err, text)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"reportlab", "groff", "encrypted", "drawing"} {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		_, err := Read(t.Context(), content, 3)
		for _, known := range []error{nil, ErrNotPDF, ErrPassword, ErrDamaged, ErrNoText, ErrUnreadable, ErrTooLarge, ErrManyPages} {
			if errors.Is(err, known) {
				return
			}
		}
		t.Error(err)
	})
}
