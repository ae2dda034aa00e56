package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// The count slides from one minute to the next, and on the way it has fractions.
// None of them lets an address guess for ever.
func TestLimits_HoldAsTheWindowSlides(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }
		guess := newLimits(0, refused).perAddress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
		}))
		const minutes = 5
		let := 0
		for begin := time.Now(); time.Since(begin) < minutes*time.Minute; time.Sleep(70 * time.Millisecond) {
			r, w := httptest.NewRequest(http.MethodGet, "/v1/links", nil), httptest.NewRecorder()
			r.RemoteAddr = "198.51.100.7:1"
			guess.ServeHTTP(w, r)
			if w.Code == http.StatusUnauthorized {
				let++
			}
		}
		if let < guessesPerAddress || let > (minutes+1)*guessesPerAddress {
			t.Errorf("%d guesses were let through in %d minutes", let, minutes)
		}
	})
}
