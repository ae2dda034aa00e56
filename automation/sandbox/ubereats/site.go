// Package ubereats is Larder Lane, a food delivery site that exists only on
// loopback: a page that a script routes by itself, with its log-in kept in the
// browser's local storage and everything fetched late. The folder has the name
// of the integration that is tried against it; the site is nobody's.
//
// It owns its pages, the table of scenarios (which user name makes what
// happen) and the orders. It knows nothing of Passage.
// Its invariant: it keeps nothing about anybody. What a log-in has reached is
// in the sealed text that the browser brings back, and the orders follow from
// the user name, so that no two visits can disturb each other.
package ubereats

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"passage/automation/sandbox"
)

//go:embed pages
var files embed.FS

// Options are the site's surroundings.
type Options struct {
	Now    func() time.Time // nil: time.Now
	Slow   time.Duration    // how long each answer to the slow user takes; 0: 4 s
	Survey time.Duration    // how long the list of orders is left alone before the survey covers it; 0: 3 s
}

// Site is Larder Lane. It is safe for concurrent use.
type Site struct {
	options  Options
	key      []byte // seals what browsers bring back
	declined atomic.Int64
}

// New makes a site; what another one has sealed is worth nothing to it.
func New(o Options) *Site {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Slow == 0 {
		o.Slow = 4 * time.Second
	}
	if o.Survey == 0 {
		o.Survey = 3 * time.Second
	}
	return &Site{options: o, key: []byte(rand.Text())}
}

// Declined tells how often the survey's invitation was turned down.
func (s *Site) Declined() int { return int(s.declined.Load()) }

// Handler is the site's one origin.
func (s *Site) Handler() http.Handler {
	pages := sandbox.Pages(files)
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", sandbox.Assets("/assets/", pages))
	mux.HandleFunc("GET /assets/crash.js", sandbox.Crash)
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'")
		http.ServeFileFS(w, r, pages, "app.html") // whatever the path: the page's script knows its screens
	})
	mux.Handle("POST /api/login/who", s.endpoint(s.takeWho))
	mux.Handle("POST /api/login/password", s.endpoint(s.takePassword))
	mux.Handle("POST /api/login/code", s.endpoint(s.takeCode))
	mux.Handle("POST /api/login/resend", s.endpoint(s.resendCode))
	mux.Handle("GET /api/orders", s.endpoint(s.signedIn(s.listOrders)))
	mux.Handle("GET /api/orders/{id}", s.endpoint(s.signedIn(s.showOrder)))
	mux.Handle("POST /api/survey/declined", s.endpoint(s.declineSurvey))
	return mux
}

// message is what the page's script sends.
type message struct{ Who, Flow, Password, Code string }

// answer is what it gets. Body is written as JSON.
type answer struct {
	status int
	body   any
	user   customer // for whom it is; the slow one waits
}

type fields map[string]any

// endpoint makes an HTTP handler of one question and its answer.
func (s *Site) endpoint(decide func(*http.Request, message) answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in message
		if r.Method == http.MethodPost {
			if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&in); err != nil {
				http.Error(w, `{"error":"unreadable"}`, http.StatusBadRequest)
				return
			}
		}
		out := decide(r, in)
		if out.user.Site.slow && !sandbox.Linger(r.Context(), s.options.Slow) {
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		sandbox.WriteJSON(w, out.status, out.body)
	})
}

// sign makes a text that stands for a user at one stage, and that nobody else
// can make.
func (s *Site) sign(stage, username string) string {
	content := stage + " " + username
	return base64.RawURLEncoding.EncodeToString([]byte(content)) + "." + s.mark(content)
}

// verify finds the user that a signed text of this stage stands for.
func (s *Site) verify(stage, signed string) (customer, bool) {
	encoded, mark, _ := strings.Cut(signed, ".")
	content, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || !hmac.Equal([]byte(mark), []byte(s.mark(string(content)))) {
		return customer{}, false
	}
	username, ok := strings.CutPrefix(string(content), stage+" ")
	if !ok {
		return customer{}, false
	}
	return scenarios.User(username)
}

func (s *Site) mark(content string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(content))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
