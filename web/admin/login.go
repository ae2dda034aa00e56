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

// How often a password may be guessed from one address: checking one is slow on
// purpose, and so would be a way to keep the machine busy.
const (
	attemptsPerAddress = 10
	attemptsWindow     = time.Minute
)

func newLoginAttempts() *httprate.RateLimiter {
	return httprate.NewRateLimiter(attemptsPerAddress, attemptsWindow)
}

// tooManyAttempts counts a try, and reports whether it is one too many.
func (h *Handler) tooManyAttempts(w http.ResponseWriter, r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return h.loginAttempts.OnLimit(w, r, httprate.CanonicalizeIP(host))
}

const loginPath = "/login"

// ShowLogin shows the form.
func (h *Handler) ShowLogin(w http.ResponseWriter, r *http.Request) error {
	return render(w, r, http.StatusOK, view.LogInPage(view.LogIn{Action: loginPath, Next: localPath(r.URL.Query().Get("next"))}))
}

// SubmitLogin checks the password and goes on to where the operator wanted to.
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
	if errors.Is(err, db.ErrWrongPassword) {
		model.Rejected = true
		return render(w, r, http.StatusUnprocessableEntity, view.LogInPage(model))
	}
	if err != nil {
		return err
	}
	if err := h.logIn(w, r, who); err != nil {
		return err
	}
	if model.Next == "" {
		model.Next = "/"
	}
	http.Redirect(w, r, model.Next, http.StatusSeeOther)
	return nil
}

// localPath keeps a path of ours, and nothing that leads elsewhere.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return ""
	}
	return next
}

// SubmitLogout ends the log-in of this browser.
func (h *Handler) SubmitLogout(w http.ResponseWriter, r *http.Request) error {
	if err := h.logOut(w, r); err != nil {
		return err
	}
	http.Redirect(w, r, loginPath, http.StatusSeeOther)
	return nil
}
