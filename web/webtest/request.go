package webtest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/alexedwards/argon2id"

	"passage/db/dbtest"
)

// Email and Password are those of the operator that CreateOperator adds.
const (
	Email    = "ada@passage.example"
	Password = "correct horse battery"
)

// CreateOperator adds an operator whose password is hashed as cheaply as can
// be: what a real hash costs is db's to test.
func (s *Server) CreateOperator() {
	s.Helper()
	hashed, err := argon2id.CreateHash(Password, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16})
	s.Must(err)
	_, err = dbtest.Raw(s, s.Folder).ExecContext(s.Context(), `INSERT INTO operators VALUES ('op_1', $1, $2, 1, 1)`, Email, hashed)
	s.Must(err)
}

// LogIn adds an operator and returns the cookie of their log-in.
func (s *Server) LogIn() string {
	s.Helper()
	s.CreateOperator()
	reply := s.Request(s.Admin, http.MethodPost, "/login", Form("email", Email, "password", Password))
	if reply.Code != http.StatusSeeOther {
		s.Fatalf("log in: %d %s", reply.Code, reply.Body)
	}
	cookie, _, _ := strings.Cut(reply.Header().Get("Set-Cookie"), ";")
	return cookie
}

// Form is a body of name and value pairs.
func Form(pairs ...string) string {
	values := url.Values{}
	for n := 0; n < len(pairs); n += 2 {
		values.Add(pairs[n], pairs[n+1])
	}
	return values.Encode()
}

// RemoteAddr is the name of a pair given to Request that is no header, but the
// address that the request comes from.
const RemoteAddr = "peer"

// Request sends a request as a person's browser does. Headers are pairs; one
// with an empty value removes the header.
func (s *Server) Request(listener http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	s.Helper()
	request := httptest.NewRequestWithContext(s.Context(), method, target, strings.NewReader(body))
	request.Host = "passage.example"
	request.Header.Set("Accept", "text/html,application/xhtml+xml")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for n := 0; n < len(headers); n += 2 {
		name, value := headers[n], headers[n+1]
		if name == RemoteAddr {
			request.RemoteAddr = value
			continue
		}
		request.Header.Del(name)
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	recorder := httptest.NewRecorder()
	listener.ServeHTTP(recorder, request)
	return recorder
}
