package admin

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/httprate"

	"passage/db"
	view "passage/views/admin"
)

// One address may try so many passwords per window. Checking a password is slow
// on purpose, so unlimited attempts would also keep the machine busy.
const (
	attemptsPerAddress = 10
	attemptsWindow     = time.Minute
)

func newLoginAttempts() *httprate.RateLimiter {
	return httprate.NewRateLimiter(attemptsPerAddress, attemptsWindow)
}

// tooManyAttempts counts an attempt and reports whether it exceeds the limit.
func (h *Handler) tooManyAttempts(w http.ResponseWriter, r *http.Request) bool {
	return h.loginAttempts.OnLimit(w, r, httprate.CanonicalizeIP(callerAddress(r)))
}

// callerAddress is the address that a request comes from, without its port.
func callerAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

const loginPath = "/login"

// ShowLogin shows the form.
func (h *Handler) ShowLogin(w http.ResponseWriter, r *http.Request) error {
	return render(w, r, http.StatusOK, view.LogInPage(view.LogIn{Action: loginPath, Next: localPath(r.URL.Query().Get("next"))}))
}

// SubmitLogin checks the password and redirects to the requested page.
func (h *Handler) SubmitLogin(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r, maxForm); err != nil {
		return err
	}
	model := view.LogIn{Action: loginPath, Email: r.PostForm.Get("email"), Next: localPath(r.PostForm.Get("next"))}
	if h.tooManyAttempts(w, r) {
		model.TooMany = true
		return render(w, r, http.StatusTooManyRequests, view.LogInPage(model))
	}
	who, err := h.DB.CheckPassword(r.Context(), model.Email, r.PostForm.Get("password"))
	if err == nil {
		err = h.logIn(w, r, who)
	}
	if errors.Is(err, db.ErrWrongPassword) {
		model.Rejected = true
		return render(w, r, http.StatusUnprocessableEntity, view.LogInPage(model))
	}
	if err != nil {
		return err
	}
	if model.Next == "" {
		model.Next = "/"
	}
	http.Redirect(w, r, model.Next, http.StatusSeeOther)
	return nil
}

// localPath returns the path if it stays on this site, and nothing otherwise.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return ""
	}
	return next
}

// SubmitLogout ends the session of this browser.
func (h *Handler) SubmitLogout(w http.ResponseWriter, r *http.Request) error {
	if err := h.logOut(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, loginPath, http.StatusSeeOther)
	return nil
}
