package connect

import (
	"errors"
	"net/http"

	"passage/web/problem"
)

// maxForm is the greatest size of a form in bytes.
const maxForm = 64 << 10

// form reads the posted values. Of a repeated name it takes the first value.
func form(w http.ResponseWriter, r *http.Request) (map[string]string, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, err
		}
		return nil, problem.BadForm()
	}
	values := map[string]string{}
	for name, all := range r.PostForm {
		values[name] = all[0]
	}
	return values, nil
}
