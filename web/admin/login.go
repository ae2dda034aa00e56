package admin

import (
	"errors"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"passage/db"
	view "passage/views/admin"
)

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
	err := h.logIn(w, r, model.Email, r.PostForm.Get("password"))
	if refused, is := errors.AsType[*db.TooManyFailures](err); is {
		model.Wait = time.Duration(refused.Until-h.DB.Now()) * time.Millisecond
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(model.Wait.Seconds()))))
		return render(w, r, http.StatusTooManyRequests, view.LogInPage(model))
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
