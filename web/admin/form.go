package admin

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	view "passage/views/admin"
	"passage/web/problem"
)

const maxForm = 8 << 10 // bytes

// readForm reads a form of at most limit bytes, files included.
func readForm(w http.ResponseWriter, r *http.Request, limit int64) error {
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(limit) //nolint:gosec // the body is bounded above
	}
	if errors.Is(err, http.ErrNotMultipart) {
		return nil
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge || err == nil {
		return err
	}
	return problem.BadForm()
}

// readNumber reads a number from 0 to most. An empty field is the default, unless
// that is negative.
func readNumber(text string, fallback, most int) (n int, field view.Field) {
	field.Value = strings.TrimSpace(text)
	if field.Value == "" && fallback >= 0 {
		return fallback, field
	}
	n, err := strconv.Atoi(field.Value)
	if err != nil || n < 0 || n > most {
		field.Error = "must be a number from 0 to " + strconv.Itoa(most)
	}
	return n, field
}

// How long a replaced key stays valid, in hours.
const (
	defaultOverlap = "24"
	maxOverlap     = 24 * 90
	noDefault      = -1
)

// readOverlap reads a form that replaces a key.
func readOverlap(w http.ResponseWriter, r *http.Request) (time.Duration, view.Field, error) {
	if err := readForm(w, r, maxForm); err != nil {
		return 0, view.Field{}, err
	}
	hours, field := readNumber(r.PostForm.Get("overlap"), noDefault, maxOverlap)
	return time.Duration(hours) * time.Hour, field, nil
}
