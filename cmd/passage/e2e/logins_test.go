package e2e

import (
	"net/http"
	"sync"
)

// logIns counts, at the carrier's door, how often each user got in.
type logIns struct {
	mu    sync.Mutex
	users map[string]string // the visit's cookie → who it says it is
	times map[string]int
}

func (l *logIns) count(site http.Handler) http.Handler {
	l.users, l.times = map[string]string{}, map[string]int{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cookie, err := r.Cookie("demo_visit"); err == nil {
			l.note(r, cookie.Value)
		}
		site.ServeHTTP(w, r)
	})
}

func (l *logIns) note(r *http.Request, visit string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch r.URL.Path {
	case "/signin/user":
		if r.Method == http.MethodPost {
			l.users[visit] = r.PostFormValue("username") // the form stays parsed for the site
		}
	case "/account/callback":
		l.times[l.users[visit]]++
	}
}

func (l *logIns) of(username string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.times[username]
}
