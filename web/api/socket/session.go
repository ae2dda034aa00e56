package socket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"github.com/go-chi/chi/v5"

	"passage/automation"
	"passage/db"
	"passage/db/notify"
	"passage/web/api/wire"
	"passage/web/follow"
	"passage/web/problem"
)

// helloTimeout is how long a client may take for client.hello. It is enough for
// people who type it.
const helloTimeout = time.Minute

// driver is a client that drives a session over a connection.
type driver struct {
	*Server
	*conn
	id, token string
	counted   bool // under the session's id, as it gave a valid token in the URL
	texts

	seq    int    // of the last event that was sent
	prompt string // the id of the last prompt that was sent
	moves  int    // how often the position in the queue had changed when it was sent last
}

// sessionSubject is a session, by the id in the path. Its client does by messages
// what a person does on the hosted page.
func (s *Server) sessionSubject(r *http.Request) (subject, error) {
	query := r.URL.Query()
	if role := query.Get("role"); role != "" && role != "client" {
		return subject{}, problem.Invalid(problem.Issue{Path: "role", Message: "must be client"})
	}
	d := &driver{Server: s, id: chi.URLParam(r, "id"), token: query.Get("token"), texts: texts{languages: r.Header.Get("Accept-Language")}}
	if d.token == "" { // client.hello has it
		return subject{serve: d.serve}, nil
	}
	d.counted = true
	_, _, err := s.DB.SessionByToken(r.Context(), d.id, d.token)
	return subject{key: d.id, serve: d.serve}, err
}

func (d *driver) serve(ctx context.Context, c *conn) error {
	d.conn = c
	linkID, err := d.awaitHello(ctx)
	if err != nil {
		return err
	}
	return d.DB.Follow(d.listen(ctx, d.handle), linkID, follow.Isolate(d.poll))
}

// awaitHello waits for client.hello and replies with the state of the session.
func (d *driver) awaitHello(ctx context.Context) (linkID string, err error) {
	waiting, cancel := context.WithTimeoutCause(ctx, helloTimeout, &closeError{websocket.StatusPolicyViolation, "client.hello did not come"})
	defer cancel()
	stop := context.AfterFunc(waiting, func() { d.closeWith(ctx, context.Cause(waiting)) })
	defer stop()
	for {
		text, err := d.receive()
		if err != nil {
			return "", err
		}
		message, err := readMessage(text)
		if err == nil && message.Type != wire.ClientHello {
			err = problem.Conflict("hello_expected", "Say client.hello first.")
		}
		if err != nil {
			if err := d.reject(ctx, message, err); err != nil {
				return "", err
			}
			continue
		}
		_, err = follow.Isolate(func(ctx context.Context) (_ time.Duration, err error) {
			linkID, err = d.replyHello(ctx, message)
			return 0, err
		})(ctx)
		return linkID, err
	}
}

func (d *driver) replyHello(ctx context.Context, message clientMessage) (linkID string, err error) {
	if message.Token != "" {
		d.token = message.Token
	}
	session, link, err := d.DB.SessionByToken(ctx, d.id, d.token)
	if errors.Is(err, db.ErrNotFound) {
		err = errors.Join(d.reject(ctx, message, problem.WrongToken()), &closeError{websocket.StatusPolicyViolation, "not the session's token"})
	}
	if err == nil && !d.counted {
		if err = d.slot.Count(d.id); err != nil {
			err = errors.Join(d.reject(ctx, message, err), &closeError{websocket.StatusTryAgainLater, "too many sockets"})
		}
	}
	if err != nil {
		return "", err
	}
	if err := d.loadTexts(ctx, &link); err != nil {
		return "", err
	}
	live, _ := d.Runner.Status(d.id)
	hello := wire.Hello{Type: "server.hello", Session: wire.HelloSession{Session: wire.NewSession(&session), LinkID: link.ID, Seq: session.LastSeq, Place: live.Position}, Language: d.Lang}
	operations, err := d.DB.SessionOperations(ctx, d.id)
	if err != nil {
		return "", err
	}
	hello.Operations = wire.NewSessionOperations(operations)
	prompt, err := d.DB.CurrentPrompt(ctx, d.id)
	if err == nil && prompt != nil {
		d.prompt = prompt.ID
		hello.Prompt, err = d.question(prompt, live)
	}
	if err != nil {
		return "", err
	}
	d.seq, d.moves = session.LastSeq, live.PositionChanges
	if message.After != nil {
		d.seq = min(*message.After, session.LastSeq)
	}
	return link.ID, d.send(hello)
}

// poll sends what is new. When the session is taken over, it gets another token.
func (d *driver) poll(ctx context.Context) (again time.Duration, err error) {
	session, link, err := d.DB.SessionByToken(ctx, d.id, d.token)
	if errors.Is(err, db.ErrNotFound) {
		return 0, d.takenOver()
	}
	if err != nil {
		return 0, err
	}
	live, _ := d.Runner.Status(d.id)
	if err := errors.Join(d.sendEvents(ctx), d.sendPosition(live), d.sendPrompt(ctx, live)); err != nil {
		return 0, err
	}
	if session.Status.Ended() {
		return 0, d.sendEnd(ctx, &session, &link)
	}
	return d.heartbeat(ctx)
}

func (d *driver) sendEvents(ctx context.Context) error {
	events, err := d.DB.SessionEvents(ctx, d.id, d.seq, wire.TimelineEvents...)
	if err != nil {
		return err
	}
	for _, stored := range events {
		shown, err := wire.NewTimelineEvent(stored)
		if err == nil {
			err = d.send(wire.EventMessage{Type: "server.event", Seq: shown.Seq, Event: shown.Event, Timestamp: shown.Timestamp,
				Operation: shown.Operation, Kind: shown.Prompt})
		}
		if err != nil {
			return err
		}
		d.seq = stored.Seq
	}
	return nil
}

// sendPosition sends the position in the queue for a browser. It is not in the
// database.
func (d *driver) sendPosition(live automation.Status) error {
	if live.PositionChanges == d.moves {
		return nil
	}
	d.moves = live.PositionChanges
	return d.send(wire.EventMessage{Type: "server.event", Event: "place", Timestamp: d.DB.Now(), Place: &live.Position})
}

func (d *driver) sendPrompt(ctx context.Context, live automation.Status) error {
	prompt, err := d.DB.CurrentPrompt(ctx, d.id)
	if err != nil || prompt == nil || prompt.ID == d.prompt {
		return err
	}
	question, err := d.question(prompt, live)
	if err != nil {
		return err
	}
	d.prompt = prompt.ID
	return d.send(wire.PromptMessage{Type: "server.prompt", Prompt: question})
}

func (d *driver) sendEnd(ctx context.Context, session *db.Session, link *db.Link) error {
	back, err := d.DB.ReturnAddress(ctx, link, session)
	if err != nil {
		return err
	}
	if err := d.send(wire.EndMessage{Type: "server.session_end", Status: session.Status, Error: wire.NewSessionError(session.Error), ReturnURL: wire.OrNull(back)}); err != nil {
		return err
	}
	return notify.ErrDone
}

func (d *driver) takenOver() error {
	return errors.Join(d.reject(context.Background(), clientMessage{}, problem.TakenOver()),
		&closeError{websocket.StatusPolicyViolation, "the session was taken over"})
}

// handle executes a message. It replies with an error where it cannot.
func (d *driver) handle(ctx context.Context, text []byte) error {
	message, err := readMessage(text)
	if err == nil {
		err = d.execute(ctx, message)
	}
	return d.reject(ctx, message, err)
}

func (d *driver) execute(ctx context.Context, message clientMessage) error {
	if _, _, err := d.DB.SessionByToken(ctx, d.id, d.token); errors.Is(err, db.ErrNotFound) {
		return d.takenOver()
	} else if err != nil {
		return err
	}
	switch message.Type {
	case wire.ClientAnswer:
		return d.Runner.Answer(ctx, d.id, message.PromptID, message.Values)
	case wire.ClientCancel:
		return d.Runner.Cancel(ctx, d.id)
	default:
		return problem.Conflict("hello_said", "client.hello was said already.")
	}
}

// reject sends the client an error of its message. It returns a closeError
// instead of sending it.
func (d *driver) reject(ctx context.Context, message clientMessage, err error) error {
	if err == nil {
		return nil
	}
	if _, closes := errors.AsType[*closeError](err); closes {
		return err
	}
	shown := problem.Report(ctx, err)
	rejection := wire.ErrorMessage{Type: "server.error", Code: shown.Code, Message: shown.Message, PromptID: message.PromptID,
		Issues: d.issues(err, shown.Issues), RetryAfter: int(shown.RetryAfter.Round(time.Second).Seconds())}
	if err := d.send(rejection); err != nil {
		return fmt.Errorf("send error: %w", err)
	}
	return nil
}
