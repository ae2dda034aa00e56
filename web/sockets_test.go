package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"passage/automation/event"
	"passage/db"
	"passage/db/dbtest"
)

// message is one of a socket's.
type message map[string]any

func (m message) String() string { return write(map[string]any(m)) }

func write(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// at gives what is below some keys.
func (m message) at(keys ...string) (value any) {
	value = map[string]any(m)
	for _, key := range keys {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return value
}

// client is a WebSocket as a merchant's page opens it.
type client struct {
	*testServer
	conn *websocket.Conn
}

// serve puts the public listener on a real socket.
func (s *testServer) serve() (address string) {
	s.Helper()
	server := httptest.NewServer(s.Public)
	s.Cleanup(server.Close)
	s.Cleanup(s.CloseFollowers) // before: the server does not know of them any more
	return server.URL
}

// dial opens a WebSocket; the reply is that of a refusal.
func (s *testServer) dial(address string) (*client, *http.Response) {
	s.Helper()
	conn, reply, err := websocket.Dial(s.Context(), address, &websocket.DialOptions{HTTPHeader: http.Header{
		"Origin": {"https://merchant.example"}, "Cookie": {"passage_browser=x"}, "Accept-Language": {"es"}}})
	if err != nil {
		if reply == nil {
			s.Fatal(err)
		}
		return nil, reply
	}
	s.Cleanup(func() { _ = conn.CloseNow() })
	return &client{s, conn}, nil
}

func (s *testServer) open(address string) *client {
	s.Helper()
	c, refused := s.dial(address)
	if refused != nil {
		s.Fatalf("%s: %d", address, refused.StatusCode)
	}
	return c
}

func (c *client) say(text string) {
	c.Helper()
	c.Must(c.conn.Write(c.Context(), websocket.MessageText, []byte(text)))
}

func (c *client) read() (message, error) {
	ctx, cancel := context.WithTimeout(c.Context(), time.Minute) // nothing takes it unless it is broken
	defer cancel()
	_, text, err := c.conn.Read(ctx)
	if err != nil {
		return nil, err
	}
	var m message
	return m, json.Unmarshal(text, &m)
}

// next is the next message, which must be of a type.
func (c *client) next(kind string) message {
	c.Helper()
	m, err := c.read()
	c.Must(err)
	if m["type"] != kind {
		c.Fatalf("a message is %s, want %s", m, kind)
	}
	return m
}

// refused is the next message, which must be an error; it returns its issues.
func (c *client) refused(code string) (issues string) {
	c.Helper()
	m := c.next("server.error")
	if text, _ := m["message"].(string); m["code"] != code || text == "" {
		c.Errorf("refused with %s, want %s", m, code)
	}
	list, _ := m["issues"].([]any)
	for _, issue := range list {
		issues += fmt.Sprint(issue.(map[string]any)["path"], " ", issue.(map[string]any)["message"], "\n")
	}
	return issues
}

// closed reads to the end, which must come with a status.
func (c *client) closed(status websocket.StatusCode) (before []message) {
	c.Helper()
	for {
		m, err := c.read()
		if err == nil {
			before = append(before, m)
			continue
		}
		if got := websocket.CloseStatus(err); got != status {
			c.Errorf("closed with %v, want %v: %v", got, status, err)
		}
		return before
	}
}

func (c *client) link(want db.LinkStatus, code any, at int64) {
	c.Helper()
	m := c.next("link.status")
	if m["status"] != string(want) || m.at("error", "code") != code || m["timestamp"] != float64(at) || len(m) != 5 || m["linkId"] == "" {
		c.Errorf("%s, want %s, %v, %d", m, want, code, at)
	}
}

func TestLinkSocket_FollowsALinkToItsEnd(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	address := s.serve() + "/link/ws?code="
	link := s.newLink(time.Hour)
	now := func() int64 { return s.DB.Now() }
	c := s.open(address + link.ClaimCode)
	c.link(db.LinkPending, nil, now())
	s.Clock.Advance(time.Second)
	first := dbtest.Claim(t, s.DB, link, "boot_of_another")
	c.link(db.LinkActive, nil, now())
	s.Must(s.DB.FailSession(t.Context(), first.Session.Lease(), db.Failure{Code: "SITE_CHANGED"}))
	c.link(db.LinkFailed, "SITE_CHANGED", now())
	s.Clock.Advance(time.Second)
	second := dbtest.Claim(t, s.DB, link, "boot_of_another")
	c.link(db.LinkActive, nil, now())
	dbtest.Finish(t, s.DB, dbtest.Run(t, s.DB, second), `{}`)
	c.link(db.LinkComplete, nil, now())
	c.closed(websocket.StatusNormalClosure)

	again := s.open(address + link.ClaimCode)
	again.link(db.LinkComplete, nil, now())
	again.closed(websocket.StatusNormalClosure)

	cancelled := s.newLink(time.Hour)
	c = s.open(address + cancelled.ClaimCode)
	c.link(db.LinkPending, nil, now())
	s.Must(s.DB.CancelLink(t.Context(), cancelled.OrganizationID, cancelled.ID))
	c.link(db.LinkExpired, "LINK_CANCELLED", now())
	c.closed(websocket.StatusNormalClosure)

	// Time ends one that nobody works on at once, and another with its session.
	for _, claimed := range []bool{false, true} {
		late := s.newLink(time.Minute)
		if claimed {
			dbtest.Claim(t, s.DB, late, "boot_of_another")
		}
		c = s.open(address + late.ClaimCode)
		c.next("link.status")
		s.Clock.Advance(time.Minute)
		s.DB.Notify(late.ID)
		told := c.closed(websocket.StatusNormalClosure)
		last := told[len(told)-1]
		if failed := last["error"] != nil; last["status"] != "expired" || last["timestamp"] != float64(late.ExpiresAt) || failed != claimed {
			t.Errorf("in the end, %v", told)
		}
	}
}

func (s *testServer) newLink(lifetime time.Duration) db.Link {
	s.Helper()
	created := dbtest.NewLink(dbtest.Organization(s, s.DB, "acme").ID)
	created.IntegrationID, created.Lifetime, created.ReturnURL = "shop", lifetime, "https://merchant.example/done"
	return dbtest.Link(s, s.DB, created)
}

func TestSockets_RefuseBeforeTheUpgrade(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	address := s.serve()
	link := s.newLink(time.Hour)
	session, token := s.claimByAPI(link)
	for path, want := range map[string]struct {
		status int
		code   string
	}{
		"/link/ws":               {http.StatusBadRequest, "validation_failed"},
		"/link/ws?code=clm_nope": {http.StatusNotFound, "not_found"},
		"/sessions/" + session + "/ws?role=client&token=ct_nope":    {http.StatusNotFound, "not_found"},
		"/sessions/sess_nope/ws?role=client&token=" + token:         {http.StatusNotFound, "not_found"},
		"/sessions/" + session + "/ws?role=operator&token=" + token: {http.StatusBadRequest, "validation_failed"},
		"/sessions/" + session: {http.StatusNotFound, "not_found"},
	} {
		_, reply := s.dial(address + path)
		if reply == nil {
			t.Errorf("%s opens", path)
			continue
		}
		var fault struct{ Error, Code string }
		s.Must(json.NewDecoder(reply.Body).Decode(&fault))
		if reply.StatusCode != want.status || fault.Code != want.code || fault.Error == "" ||
			reply.Header.Get("Access-Control-Allow-Origin") != "*" || reply.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: %d %+v %v", path, reply.StatusCode, fault, reply.Header)
		}
	}
	for _, path := range []string{"/link/ws?code=" + link.ClaimCode, "/sessions/" + session + "/ws?token=" + token} {
		half := s.Request(s.Public, "GET", path, "", "Accept", "", "Sec-WebSocket-Key", "x", "Sec-WebSocket-Version", "13")
		if half.Code != http.StatusUpgradeRequired || !strings.Contains(half.Body.String(), `"code":"upgrade_required"`) {
			t.Errorf("half a handshake: %d %s", half.Code, half.Body)
		}
		plain := s.Request(s.Public, "GET", path, "", "Accept", "")
		if plain.Code != http.StatusUpgradeRequired || !strings.Contains(plain.Body.String(), `"code":"upgrade_required"`) || plain.Header().Get("Upgrade") != "websocket" {
			t.Errorf("a plain request: %d %s", plain.Code, plain.Body)
		}
		if preflight := s.Request(s.Public, "OPTIONS", path, "", "Origin", "https://merchant.example"); preflight.Code != http.StatusNoContent {
			t.Errorf("a preflight: %d", preflight.Code)
		}
	}
	// A link has so many followers, and not one more.
	for range 20 {
		s.open(address + "/link/ws?code=" + link.ClaimCode).next("link.status")
	}
	_, full := s.dial(address + "/link/ws?code=" + link.ClaimCode)
	if full == nil || full.StatusCode != http.StatusTooManyRequests || full.Header.Get("Retry-After") == "" {
		t.Errorf("the 21st follower: %v", full)
	}
	s.open(address + "/link/ws?code=" + s.newLink(time.Hour).ClaimCode).next("link.status")
}

// claimByAPI claims a link as a merchant's page does.
func (s *testServer) claimByAPI(link db.Link) (session, token string) {
	s.Helper()
	reply := s.Request(s.Public, "POST", "/link/claim", fmt.Sprintf(`{"code":%q}`, link.ClaimCode), "Content-Type", "application/json")
	var claimed struct{ SessionID, ClientToken, WebsocketURL string }
	s.Must(json.Unmarshal(reply.Body.Bytes(), &claimed))
	if want := "ws://passage.example/sessions/" + claimed.SessionID + "/ws?role=client&token=" + claimed.ClientToken; claimed.WebsocketURL != want {
		s.Errorf("websocketUrl %s, want %s", claimed.WebsocketURL, want)
	}
	return claimed.SessionID, claimed.ClientToken
}

func TestSessionSocket_DrivesASessionAndResumes(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	session, token := s.claimByAPI(s.newLink(time.Hour))
	address := s.serve() + "/sessions/" + session + "/ws?role=client"
	c := s.open(address + "&token=" + token)
	for text, code := range map[string]string{
		`{"type":"client.cancel"}`: "hello_expected", `{"type":"client.shout"}`: "unknown_message", `{`: "invalid_json",
		`{"type":"client.hello","tokn":"x"}`: "validation_failed", `{"type":"client.answer"}`: "validation_failed", `{}`: "validation_failed",
	} {
		c.say(text)
		c.refused(code)
	}
	c.say(`{"type":"client.hello"}`)
	hello := c.next("server.hello")
	prompt, _ := hello.at("prompt", "promptId").(string)
	if hello.at("session", "id") != session || hello.at("session", "status") != "created" || hello.at("session", "seq") != 1.0 ||
		hello["language"] != "es" || len(hello["operations"].([]any)) != 2 || prompt == "" || hello.at("prompt", "deadline").(float64) <= 0 {
		t.Errorf("hello %s", hello)
	}
	fields := write(hello.at("prompt", "fields"))
	if want := `[{"label":"Teléfono o correo electrónico","name":"username","secret":false},{"label":"Contraseña","name":"password","secret":true}]`; fields != want {
		t.Errorf("fields %s", fields)
	}
	for text, want := range map[string]string{
		`{"promptId":"` + prompt + `","values":{"username":"ada"}}`:                        "values.password Rellene este campo.\n",
		`{"promptId":"` + prompt + `","values":{"username":"ada","password":7}}`:           "values must be an object of strings\n",
		`{"promptId":"` + prompt + `"}`:                                                    "values is required\n",
		`{"promptId":"` + prompt + `","values":{"username":"a","password":"b"},"extra":1}`: "extra is not a known field\n",
	} {
		c.say(`{"type":"client.answer",` + text[1:])
		if got := c.refused("validation_failed"); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	c.say(`{"type":"client.answer","promptId":"prm_of_another","values":{"username":"ada","password":"hunter2"}}`)
	c.refused("prompt_closed")
	c.say(`{"type":"client.hello"}`)
	c.refused("hello_said")

	// Another device of the same client; the first goes on.
	second := s.open(address)
	second.say(`{"type":"client.hello","token":"` + token + `","after":0}`)
	if again := second.next("server.hello"); again.at("prompt", "promptId") != prompt {
		t.Errorf("hello again %s", again)
	}
	if entry := second.next("server.event"); entry["event"] != "claimed" || entry["seq"] != 1.0 {
		t.Errorf("the event after 0 is %s", entry)
	}
	second.say(`{"type":"client.cancel"}`)
	for _, each := range []*client{c, second} {
		if entry := each.next("server.event"); entry["event"] != "failed" || entry["seq"] != 2.0 {
			t.Errorf("the last event is %s", entry)
		}
		each.ended()
	}
	after := s.open(address + "&token=" + token)
	after.say(`{"type":"client.hello","after":2}`)
	if hello := after.next("server.hello"); hello.at("session", "error", "code") != "USER_CANCELLED" || hello["prompt"] != nil {
		t.Errorf("hello after the end %s", hello)
	}
	after.ended()
	for _, secret := range []string{token, "hunter2", "clm_"} {
		if strings.Contains(s.Logs.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func (c *client) ended() {
	c.Helper()
	end := c.next("server.session_end")
	if back, _ := end["returnUrl"].(string); end["status"] != "failed" || end.at("error", "code") != "USER_CANCELLED" ||
		!strings.HasPrefix(back, "https://merchant.example/done?linkId=link_") || len(end) != 4 {
		c.Errorf("the end is %s", end)
	}
	c.closed(websocket.StatusNormalClosure)
}

func TestSockets_CloseOnAnUnknownToken(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	link := s.newLink(time.Hour)
	session, token := s.claimByAPI(link)
	address := s.serve() + "/sessions/" + session + "/ws"
	wrong := s.open(address)
	wrong.say(`{"type":"client.hello","token":"ct_nope"}`)
	wrong.refused("not_found")
	wrong.closed(websocket.StatusPolicyViolation)

	c := s.open(address + "?token=" + token)
	c.say(`{"type":"client.hello"}`)
	c.next("server.hello")
	_, form, _ := strings.Cut(s.Request(s.Public, "GET", "/c/"+link.ClaimCode, "").Body.String(), `action="/s/`)
	code, _, _ := strings.Cut(form, "/take-over")
	if taken := s.Request(s.Public, "POST", "/s/"+code+"/take-over", ""); taken.Code != http.StatusSeeOther {
		t.Fatalf("take over: %d", taken.Code)
	}
	c.refused("taken_over")
	c.closed(websocket.StatusPolicyViolation)
	if _, refused := s.dial(address + "?token=" + token); refused == nil || refused.StatusCode != http.StatusNotFound {
		t.Errorf("the old token: %v", refused)
	}
}

func TestSockets_CloseOnTooManyMessages(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	address := s.serve() + "/link/ws?code=" + s.newLink(time.Hour).ClaimCode
	c := s.open(address)
	more := make(chan struct{})
	go func() {
		defer close(more)
		for c.conn.Write(t.Context(), websocket.MessageText, []byte("more")) == nil { // however slow this machine is
		}
	}()
	if before := c.closed(websocket.StatusPolicyViolation); len(before) != 1 {
		t.Errorf("before the end of a flood came %v", before)
	}
	<-more
	large := s.open(address)
	_ = large.conn.Write(t.Context(), websocket.MessageText, make([]byte, 64<<10+1))
	large.closed(websocket.StatusMessageTooBig)
}

// A stop is told to who follows, after what it brings about.
func TestSockets_AnnounceTheServersStop(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	link := s.newLink(time.Hour)
	address := s.serve() + "/link/ws?code="
	c := s.open(address + link.ClaimCode)
	c.next("link.status")
	dbtest.Claim(t, s.DB, link, "boot_of_another")
	s.hangUpMeanwhile()
	last := c.closed(websocket.StatusGoingAway)
	if len(last) != 1 || last[0]["status"] != "active" {
		t.Errorf("before the end came %v", last)
	}
	if _, refused := s.dial(address + link.ClaimCode); refused == nil || refused.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a stopping server: %v", refused)
	}
}

// hangUpMeanwhile begins to end the followers, who say farewell to each other.
func (s *testServer) hangUpMeanwhile() {
	done := make(chan struct{})
	go func() { defer close(done); s.CloseFollowers() }()
	s.Cleanup(func() { <-done })
}

// narrow makes the kernel hold little of what nobody reads.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return conn, err
}

func TestSockets_NeitherWaitForASlowReaderNorSkipEvents(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	server := httptest.NewUnstartedServer(s.Public)
	server.Listener = narrow{server.Listener}
	server.Start()
	defer server.Close()
	defer s.CloseFollowers()
	session, token := s.claimByAPI(s.newLink(time.Hour))
	address := server.URL + "/sessions/" + session + "/ws?token=" + token
	slow := &client{testServer: s}
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	s.Must(err)
	s.Must(conn.(*net.TCPConn).SetReadBuffer(4 << 10))
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return conn, nil }}
	slow.conn, _, err = websocket.Dial(t.Context(), address, &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
	s.Must(err)
	defer func() { _ = slow.conn.CloseNow() }()
	slow.say(`{"type":"client.hello"}`)
	slow.next("server.hello")
	other := s.open(address)
	other.say(`{"type":"client.hello"}`)
	other.next("server.hello")

	// Far more than both buffers hold.
	stored, _, err := s.DB.Session(t.Context(), session)
	s.Must(err)
	const many = 1000
	events := slices.Repeat([]db.NewEvent{{Kind: event.Started, At: 1}}, many)
	_, err = s.DB.AppendEvents(t.Context(), stored.Lease(), events)
	s.Must(err)
	other.say(`{"type":"client.cancel"}`)
	for _, each := range []*client{other, slow} { // the other one first, to its end
		if each == slow {
			s.Must(conn.(*net.TCPConn).SetReadBuffer(1 << 20))
		}
		for n := range many {
			if entry := each.next("server.event"); entry["seq"] != float64(n+2) {
				t.Fatalf("event %d is %s", n, entry)
			}
		}
		each.next("server.event")
		each.ended()
	}
}
