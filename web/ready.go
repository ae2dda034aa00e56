package web

import (
	"errors"
	"fmt"
	"net/http"
)

func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintln(w, "ok")
}

// ready reports whether new links and sessions can be taken. The reasons and
// the warnings are for operators: they are written only with detail.
func ready(o Options, detail bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		err := o.Ready(r.Context())
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, "not ready")
		} else {
			fmt.Fprintln(w, "ready")
		}
		if reasons := errors.Join(err, o.Warnings()); detail && reasons != nil {
			fmt.Fprintln(w, reasons)
		}
	}
}
