package sandbox

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"time"
)

// ReadForm reads a request's form, or answers that it cannot be read.
func ReadForm(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, 32<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form could not be read.", http.StatusBadRequest)
		return false
	}
	return true
}

// CookieOf gives the value of a visit's cookie, or "".
func CookieOf(r *http.Request, name string) string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// SetCookie gives the browser a visit's cookie, unless its value is "".
func SetCookie(w http.ResponseWriter, name, value string) {
	if value == "" {
		return
	}
	//nolint:gosec // not Secure: the sites run on plain http
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// WriteJSON answers with a body.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encoded) // whoever asked may have left
}

// Linger waits, and says whether somebody still wants the answer.
func Linger(ctx context.Context, long time.Duration) bool {
	timed, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	<-timed.Done()
	return ctx.Err() == nil
}

// Same compares secrets.
func Same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Luhn checks a card's last digit against the others (ISO/IEC 7812-1).
func Luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		digit := int(number[i] - '0')
		if (len(number)-i)%2 == 0 {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}
