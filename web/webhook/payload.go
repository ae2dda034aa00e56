package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"passage/db"
	"passage/web/api/wire"
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
	Error          *wire.SessionError  `json:"error"`
	Timestamp      int64               `json:"timestamp"`
}

// Render writes an event as a merchant receives it. All of it is as it was when
// the event happened, except the result, which is the link's; nil is null.
func Render(event db.Event, link db.Link, result json.RawMessage) ([]byte, error) {
	body := payload{
		ID: event.ID, Event: event.Name, LinkID: event.LinkID, Test: link.Test,
		SessionID: wire.OrNull(event.SessionID), ExternalUserID: wire.OrNull(link.ExternalUserID), Metadata: link.Metadata,
		Status: strings.TrimPrefix(event.Name, "link."), Final: event.Final, Operations: event.Operations,
		Result: result, Error: wire.NewSessionError(event.Error), Timestamp: event.CreatedAt,
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("render event: %w", err)
	}
	return text, nil
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
