package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"passage/automation/outcome"
	"passage/db"
)

// payload is the body of a webhook, in the order of the contract.
type payload struct {
	ID             string              `json:"id"`
	Event          string              `json:"event"`
	LinkID         string              `json:"linkId"`
	Test           bool                `json:"test"`
	SessionID      *string             `json:"sessionId"`
	ExternalUserID *string             `json:"externalUserId"`
	Metadata       map[string]string   `json:"metadata"`
	Status         string              `json:"status"`
	Final          bool                `json:"final"`
	Operations     []db.EventOperation `json:"operations"`
	Result         json.RawMessage     `json:"result"`
	Error          *failure            `json:"error"`
	Timestamp      int64               `json:"timestamp"`
}

type failure struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	Operation *int   `json:"operation,omitempty"` // its position in operations
}

// Render writes an event as a merchant receives it. All of it is as it was when
// the event happened, except the result, which is the link's; nil is null.
func Render(event db.Event, link db.Link, result json.RawMessage) ([]byte, error) {
	body := payload{
		ID: event.ID, Event: event.Name, LinkID: event.LinkID, Test: link.Test,
		SessionID: orNull(event.SessionID), ExternalUserID: orNull(link.ExternalUserID), Metadata: link.Metadata,
		Status: strings.TrimPrefix(event.Name, "link."), Final: event.Final, Operations: event.Operations,
		Result: result, Timestamp: event.CreatedAt,
	}
	if event.Error != nil {
		known, _ := outcome.Lookup(outcome.Code(event.Error.Code))
		body.Error = &failure{Code: event.Error.Code, Message: known.Developer, Operation: event.Error.Operation}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("render event: %w", err)
	}
	return text, nil
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// message is an event ready to be sent.
type message struct {
	event  db.Event
	body   []byte
	result json.RawMessage // what of the body must not be recorded; nil where it holds none
	keys   keys
}

// compose renders an event from its link as it stands now.
func (s *Sender) compose(ctx context.Context, eventID string) (message, error) {
	event, link, err := s.db.Event(ctx, eventID)
	if err != nil {
		return message{}, err
	}
	m := message{event: event}
	// A reusable link may have been claimed again: its result is another session's then.
	if event.Name == "link.complete" && event.SessionID == link.CurrentSessionID {
		if m.result, err = s.db.Result(&link); err != nil {
			return message{}, fmt.Errorf("open result: %w", err)
		}
	}
	if m.body, err = Render(event, link, m.result); err != nil {
		return message{}, err
	}
	m.keys, err = s.openKeys(ctx, event.OrganizationID)
	return m, err
}
