package automation

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"passage/automation/browser/pool"
	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/automation/secret"
	"passage/db"
)

// question is an open prompt and the channel for its answer.
type question struct {
	id       string
	prompt   prompt.Prompt
	deadline time.Time
	idle     *time.Timer        // fires at the deadline
	answer   chan prompt.Answer // buffered: holds the one answer
}

func newQuestion(id string, asked prompt.Prompt, idle time.Duration) *question {
	return &question{id: id, prompt: asked, deadline: time.Now().Add(idle), idle: time.NewTimer(idle), answer: make(chan prompt.Answer, 1)}
}

// wait returns the answer, or the reason why there will be none.
func (q *question) wait(ctx context.Context) (prompt.Answer, error) {
	defer q.idle.Stop()
	select {
	case answer := <-q.answer:
		return answer, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-q.idle.C:
		return nil, outcome.New(outcome.ClientTimeout, "no answer came in time")
	}
}

// encodePrompt is how db keeps a prompt.
func encodePrompt(p prompt.Prompt) (db.NewPrompt, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return db.NewPrompt{}, fmt.Errorf("encode the prompt: %w", err)
	}
	return db.NewPrompt{Kind: string(p.Kind), Question: text}, nil
}

// conversation is what a session asks its user and what the user has typed. The
// session's goroutine asks; the goroutines of requests answer.
type conversation struct {
	first *question // asks for credentials, from the claim on; never changes

	mu          sync.Mutex
	open        *question         // what the user is asked now; nil for nothing
	ticket      *pool.Ticket      // in the queue for a browser, once credentials were given
	given       prompt.Answer     // the first credentials, until the script's log-in takes them
	taken       bool              // the log-in has taken them
	credentials prompt.Answer     // the latest ones, to compare with
	fields      map[string]string // the latest credentials that are not secret, to show again
}

// begin opens the first question.
func (c *conversation) begin(first *question) { c.first, c.open = first, first }

// waitForCredentials returns the session's ticket in the queue for a browser,
// once the first question is answered.
func (c *conversation) waitForCredentials(ctx context.Context) (*pool.Ticket, error) {
	given, err := c.first.wait(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.given = given
	return c.ticket, nil
}

// takeCredentials returns the first credentials to the script's log-in, once.
func (c *conversation) takeCredentials() prompt.Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	given := c.given
	c.given, c.taken = nil, true
	return given
}

// credentialsTaken reports whether the log-in has got any credentials.
func (c *conversation) credentialsTaken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken
}

// waiting reports whether a question is open.
func (c *conversation) waiting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open != nil
}

// forget withdraws the open question.
func (c *conversation) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = nil
}

// close ends the conversation: no answer is accepted from here on, and a ticket
// that was not used leaves the queue.
func (c *conversation) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = nil
	if c.ticket != nil {
		c.ticket.Cancel()
	}
}

// extend gives the user the whole idle time again for the open question. It
// reports whether there was one.
func (c *conversation) extend(idle time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil || !c.open.idle.Reset(idle) {
		return false
	}
	c.open.deadline = time.Now().Add(idle)
	return true
}

// shorten leaves the user at most a time for a question. It reports whether that
// changes anything.
func (c *conversation) shorten(asked *question, left time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open != asked || time.Until(asked.deadline) <= left || !asked.idle.Reset(left) {
		return false
	}
	asked.deadline = time.Now().Add(left)
	return true
}

// remember turns what was typed into secrets. It keeps credentials for as long as
// the session lives. It needs mu.
func (c *conversation) remember(asked prompt.Prompt, values map[string]string) prompt.Answer {
	answer := prompt.Answer{}
	if asked.Kind != prompt.Credentials {
		for name, value := range values {
			answer[name] = secret.New(value)
		}
		return answer
	}
	c.credentials, c.fields = answer, publicFields(asked.Fields, values)
	for _, field := range asked.Fields { // values may hold more
		answer[field.Name] = secret.New(values[field.Name])
	}
	return answer
}

// publicFields returns the values of fields that are not secret.
func publicFields(fields []prompt.Field, values map[string]string) map[string]string {
	public := map[string]string{}
	for _, field := range fields {
		if !field.Secret {
			public[field.Name] = values[field.Name]
		}
	}
	return public
}
