package server

import (
	"expvar"
	"net/http"
	"net/http/pprof"
)

// debugEndpoints are the profiles and the variables of the process; nil unless
// wanted. They have a mux of their own: nothing serves http.DefaultServeMux,
// where their packages register themselves.
func debugEndpoints(wanted bool) http.Handler {
	if !wanted {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	mux.Handle("/debug/vars", expvar.Handler())
	return mux
}
