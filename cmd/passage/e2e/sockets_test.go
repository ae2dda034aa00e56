package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// told is a message of a socket.
type told struct {
	Type, LinkID, Status, Event, Code, Message, ReturnURL string
	Seq, Timestamp                                        int64
	Session                                               struct{ ID, Status string }
	Operations                                            []operationNow
	Prompt                                                *promptNow
	Error                                                 *failureNow
}

type promptNow struct {
	PromptID, Kind, Title, Reason, Message, SentTo string
	AttemptsLeft                                   int
	Deadline                                       int64
	Fields                                         []struct {
		Name, Label, Autocomplete, Value string
		Secret                           bool
		Digits                           int
	}
}

// socket is a WebSocket of ours, with all that it was told.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
	all  string
}

func openSocket(t *testing.T, address string) *socket {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &socket{t: t, conn: conn}
}

func (s *socket) say(message map[string]any) {
	s.t.Helper()
	text, err := json.Marshal(message)
	if err == nil {
		err = s.conn.Write(s.t.Context(), websocket.MessageText, text)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// next is the next message; ok is false once the socket was closed as it should.
func (s *socket) next() (m told, ok bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	_, text, err := s.conn.Read(ctx)
	if websocket.CloseStatus(err) == websocket.StatusNormalClosure {
		return m, false
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	leaksNothing(s.t, "a socket", string(text))
	s.all += string(text) + "\n"
	return m, true
}

// until is the next message of a type.
func (s *socket) until(kind string) told {
	s.t.Helper()
	for {
		m, ok := s.next()
		if !ok {
			s.t.Fatalf("no %s came: %s", kind, s.all)
		}
		if m.Type == kind {
			return m
		}
	}
}

// A client that shows pages of its own takes its person through a whole session:
// a wrong code, a lost connection, and the right one.
func TestSockets_ConductAWholeSession(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "clumsy")
	person, link := user.Person(), s.newLink(t, ask(readBills()))
	follower := openSocket(t, strings.Replace(s.base, "http", "ws", 1)+"/link/ws?code="+link.ClaimCode)
	expect(t, "the link at first", follower.until("link.status").Status, "pending")
	var claimed struct{ SessionID, ClientToken, WebsocketURL string }
	s.call(t, http.MethodPost, "/link/claim", map[string]string{"code": link.ClaimCode}).want(t, http.StatusOK, &claimed)
	expect(t, "the link once it is claimed", follower.until("link.status").Status, "active")

	c := openSocket(t, claimed.WebsocketURL)
	c.say(map[string]any{"type": "client.hello"})
	asked := c.until("server.hello").Prompt
	expect(t, "asked at first", asked.Kind, "credentials")
	c.answer(asked, person.Answer("credentials"))
	asked = c.until("server.prompt").Prompt
	code := asked.Fields[0]
	if asked.Kind != "one_time_code" || asked.SentTo != "(•••) •••-4410" || code.Name != "code" || code.Digits != 6 || code.Autocomplete != "one-time-code" ||
		code.Label != "6-digit code" || time.Until(time.UnixMilli(asked.Deadline)) <= 0 || !strings.Contains(asked.Title, asked.SentTo) {
		t.Errorf("asked for a code: %+v", asked)
	}

	// The connection is lost in the middle of the question.
	_ = c.conn.CloseNow()
	first := c.all
	c = openSocket(t, claimed.WebsocketURL)
	c.say(map[string]any{"type": "client.hello", "after": 1})
	again := c.until("server.hello")
	expect(t, "the question after the connection was lost", again.Prompt.PromptID, asked.PromptID)
	expect(t, "the session", again.Session.Status, "waiting")
	c.answer(asked, map[string]string{"code": "12"})
	if refused := c.until("server.error"); refused.Code != "validation_failed" {
		t.Errorf("a code too short: %+v", refused)
	}
	c.answer(asked, person.Answer("one_time_code"))
	wrong := c.until("server.prompt").Prompt
	if wrong.Reason != "wrong_code" || wrong.AttemptsLeft != 2 || wrong.Message != "That was not the right code." || wrong.PromptID == asked.PromptID {
		t.Errorf("after a wrong code: %+v", wrong)
	}
	c.answer(asked, map[string]string{"code": "123456"})
	if late := c.until("server.error"); late.Code != "prompt_closed" {
		t.Errorf("a second answer: %+v", late)
	}
	c.answer(wrong, person.Answer("one_time_code"))
	end := c.until("server.session_end")
	expect(t, "the end", end.Status, "complete")
	expect(t, "the way back", end.ReturnURL, link.ReturnURL)
	if more, open := c.next(); open {
		t.Errorf("after the end came %+v", more)
	}
	expect(t, "the link in the end", follower.until("link.status").Status, "complete")
	if _, open := follower.next(); open {
		t.Error("a link that is complete is followed on")
	}
	c.inOrder()
	for _, secret := range []string{person.Answer("credentials")["password"], claimed.ClientToken, link.ClaimCode, "000000"} {
		if strings.Contains(first+c.all+follower.all, secret) {
			t.Errorf("a socket says %q", secret)
		}
	}
}

func (s *socket) answer(asked *promptNow, values map[string]string) {
	s.t.Helper()
	s.say(map[string]any{"type": "client.answer", "promptId": asked.PromptID, "values": values})
}

// inOrder makes sure that every event came once, in order.
func (s *socket) inOrder() {
	s.t.Helper()
	var seq int64
	for line := range strings.Lines(s.all) {
		var m told
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			s.t.Fatal(err)
		}
		if m.Type == "server.event" && m.Event != "place" {
			if m.Seq <= seq {
				s.t.Errorf("event %d came after %d", m.Seq, seq)
			}
			seq = m.Seq
		}
	}
}

func TestLinkSocket_TellsTheExpiryToTheMillisecond(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	request := ask(readBills())
	request["expiresIn"] = 2 // time enough to begin to follow it
	var link struct {
		LinkID, ClaimCode string
		ExpiresAt         int64
	}
	s.call(t, http.MethodPost, "/v1/links", request).want(t, http.StatusCreated, &link)
	follower := openSocket(t, fmt.Sprintf("ws%s/link/ws?code=%s", strings.TrimPrefix(s.base, "http"), link.ClaimCode))
	for last := ""; last != "expired"; {
		told := follower.until("link.status")
		if last = told.Status; last == "expired" && told.Timestamp != link.ExpiresAt {
			t.Errorf("it expires at %d, not at %d", told.Timestamp, link.ExpiresAt)
		}
	}
	if now := time.Now().UnixMilli(); now < link.ExpiresAt {
		t.Errorf("it expires %d ms too early", link.ExpiresAt-now)
	}
	if _, open := follower.next(); open {
		t.Error("an expired link is followed on")
	}
}
