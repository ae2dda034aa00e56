package views

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/a-h/templ"
)

// Render renders a page completely, so that an error on the way can still become
// an error page.
func Render(ctx context.Context, page templ.Component) ([]byte, error) {
	var html bytes.Buffer
	if err := page.Render(ctx, &html); err != nil {
		return nil, fmt.Errorf("render page: %w", err)
	}
	return html.Bytes(), nil
}

// Write replies with a rendered page. A client that is gone is no error.
func Write(w http.ResponseWriter, r *http.Request, status int, html []byte) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(html); err != nil && r.Context().Err() == nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
