package api

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
	"passage/views"
	"passage/web/api/wire"
	"passage/web/follow"
	"passage/web/problem"
)

// helloTime is how long a client may take for client.hello. Whoever types it by
// hand needs some.
const helloTime = time.Minute

// driver is a client that drives a session by a socket.
type driver struct {
	*API
	*socket
	id, token string
	seated    bool
	words     // in the language of its person

	seq    int    // of the last event that was told
	prompt string // the last question that was told
	moves  int    // of the place in line, likewise
}

// driveSession lets a client do by messages what a person does on our page.
func (a *API) driveSession(r *http.Request) (purpose, error) {
	query := r.URL.Query()
	if role := query.Get("role"); role != "" && role != "client" {
		return purpose{}, problem.Invalid(problem.Issue{Path: "role", Message: "must be client"})
	}
	d := &driver{API: a, id: chi.URLParam(r, "id"), token: query.Get("token"), words: words{speaks: r.Header.Get("Accept-Language")}}
	if d.token == "" { // it comes with client.hello
		return purpose{serve: d.serve}, nil
	}
	d.seated = true
	_, _, err := a.DB.SessionByToken(r.Context(), d.id, d.token)
	return purpose{about: d.id, serve: d.serve}, err
}

func (d *driver) serve(ctx context.Context, s *socket) error {
	d.socket = s
	linkID, err := d.greet(ctx)
	if err != nil {
		return err
	}
	return d.DB.Follow(s.listen(ctx, d.take), linkID, follow.Apart(d.look))
}

// greet waits for client.hello and says how everything stands.
func (d *driver) greet(ctx context.Context) (linkID string, err error) {
	patient, done := context.WithTimeoutCause(ctx, helloTime, &farewell{websocket.StatusPolicyViolation, "client.hello did not come"})
	defer done()
	stop := context.AfterFunc(patient, func() { d.part(ctx, context.Cause(patient)) })
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
			if err := d.refuse(ctx, message, err); err != nil {
				return "", err
			}
			continue
		}
		_, err = follow.Apart(func(ctx context.Context) (_ time.Duration, err error) {
			linkID, err = d.hello(ctx, message)
			return 0, err
		})(ctx)
		return linkID, err
	}
}

func (d *driver) hello(ctx context.Context, message clientMessage) (linkID string, err error) {
	if message.Token != "" {
		d.token = message.Token
	}
	session, link, err := d.DB.SessionByToken(ctx, d.id, d.token)
	if isNotFound(err) {
		err = errors.Join(d.refuse(ctx, message, problem.WrongToken()), &farewell{websocket.StatusPolicyViolation, "not the session's token"})
	}
	if err == nil && !d.seated {
		if err = d.place.Name(d.id); err != nil {
			err = errors.Join(d.refuse(ctx, message, err), &farewell{websocket.StatusTryAgainLater, "too many sockets"})
		}
	}
	if err != nil {
		return "", err
	}
	if err := d.about(ctx, d.API, &link); err != nil {
		return "", err
	}
	live, _ := d.Runner.Live(d.id)
	hello := wire.Hello{Type: "server.hello", Session: wire.HelloSession{Session: wire.NewSession(&session), LinkID: link.ID, Seq: session.LastSeq, Place: live.Place}, Language: d.Lang}
	if hello.Operations, err = d.operationsOf(ctx, d.id); err != nil {
		return "", err
	}
	prompt, err := d.DB.CurrentPrompt(ctx, d.id)
	if err == nil && prompt != nil {
		d.prompt = prompt.ID
		hello.Prompt, err = d.question(prompt, live)
	}
	if err != nil {
		return "", err
	}
	d.seq, d.moves = session.LastSeq, live.Moves
	if message.After != nil {
		d.seq = min(*message.After, session.LastSeq)
	}
	return link.ID, d.send(hello)
}

// look tells what is new. Whoever took the session over has its only token.
func (d *driver) look(ctx context.Context) (again time.Duration, err error) {
	session, link, err := d.DB.SessionByToken(ctx, d.id, d.token)
	if isNotFound(err) {
		return 0, d.takenOver()
	}
	if err != nil {
		return 0, err
	}
	live, _ := d.Runner.Live(d.id)
	if err := errors.Join(d.tellEvents(ctx), d.tellPlace(live), d.tellPrompt(ctx, live)); err != nil {
		return 0, err
	}
	if session.Status.Ended() {
		return 0, d.tellEnd(ctx, &session, &link)
	}
	return d.beat(ctx)
}

func (d *driver) tellEvents(ctx context.Context) error {
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

// tellPlace tells the place in line for a browser, which only memory knows.
func (d *driver) tellPlace(live automation.Live) error {
	if live.Moves == d.moves {
		return nil
	}
	d.moves = live.Moves
	return d.send(wire.EventMessage{Type: "server.event", Event: "place", Timestamp: d.DB.Now(), Place: &live.Place})
}

func (d *driver) tellPrompt(ctx context.Context, live automation.Live) error {
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

func (d *driver) tellEnd(ctx context.Context, session *db.Session, link *db.Link) error {
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
	return errors.Join(d.refuse(context.Background(), clientMessage{}, problem.TakenOver()),
		&farewell{websocket.StatusPolicyViolation, "the session was taken over"})
}

// take does what a message says, and answers one that it cannot.
func (d *driver) take(ctx context.Context, text []byte) error {
	message, err := readMessage(text)
	if err == nil {
		err = d.do(ctx, message)
	}
	return d.refuse(ctx, message, err)
}

func (d *driver) do(ctx context.Context, message clientMessage) error {
	if _, _, err := d.DB.SessionByToken(ctx, d.id, d.token); isNotFound(err) {
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

// refuse says why a message could not be taken. What ends the socket is passed
// on.
func (d *driver) refuse(ctx context.Context, message clientMessage, err error) error {
	if err == nil {
		return nil
	}
	if _, ends := errors.AsType[*farewell](err); ends {
		return err
	}
	shown := problem.Report(ctx, err)
	refusal := wire.ErrorMessage{Type: "server.error", Code: shown.Code, Message: shown.Message, PromptID: message.PromptID,
		Issues: d.issues(err, shown.Issues), RetryAfter: int(shown.RetryAfter.Round(time.Second).Seconds())}
	if err := d.send(refusal); err != nil {
		return fmt.Errorf("refuse: %w", err)
	}
	return nil
}

// words are what people read, about one link.
type words struct {
	*views.Text
	speaks            string // what the person's browser asks for
	merchant, service string
}

func (t *words) about(ctx context.Context, a *API, link *db.Link) error {
	organization, err := a.DB.Organization(ctx, link.OrganizationID)
	if err != nil {
		return err
	}
	t.Text, t.merchant, t.service = views.Match(link.Locale, t.speaks), organization.DisplayName, link.IntegrationID
	if integration, ok := a.Catalog.Get(link.IntegrationID); ok {
		t.service = integration.Name
	}
	return nil
}

func (t *words) say(sentence string, pairs ...string) string {
	return views.Fill(sentence, append([]string{"merchant", t.merchant, "service", t.service}, pairs...)...)
}
