package wire

import (
	"encoding/json"
	"strings"

	"passage/db"
)

// Event is a webhook's payload without the result, which would make a page
// of events as large as all their results: GET /v1/links/{id} has it.
type Event struct {
	ID             string              `json:"id" doc:"The same at every try, and greater for a later event."`
	Event          string              `json:"event" enum:"link.complete,link.failed,link.expired"`
	LinkID         string              `json:"linkId"`
	Test           bool                `json:"test" doc:"Of a link made with a test key."`
	SessionID      *string             `json:"sessionId" doc:"The attempt that it is about; null where there was none."`
	ExternalUserID *string             `json:"externalUserId" doc:"As you gave it."`
	Metadata       map[string]string   `json:"metadata" doc:"As you gave it."`
	Status         string              `json:"status" enum:"complete,failed,expired" doc:"The state that the link came to."`
	Final          bool                `json:"final" doc:"Whether the link can no longer complete."`
	Operations     []db.EventOperation `json:"operations" doc:"As they stood then."`
	Error          *SessionError       `json:"error"`
	Timestamp      int64               `json:"timestamp"`
}

// EventList is the reply of GET /v1/events.
type EventList struct {
	Events     []Event `json:"events"`
	NextCursor *string `json:"nextCursor" doc:"The after of the next page; null at the end, where the last event's id is the after of whatever comes later."`
}

// NewEvent shows an event with the link that it is about.
func NewEvent(event *db.Event, link *db.Link) Event {
	return Event{
		ID: event.ID, Event: event.Name, LinkID: event.LinkID, Test: link.Test, SessionID: OrNull(event.SessionID),
		ExternalUserID: OrNull(link.ExternalUserID), Metadata: link.Metadata,
		Status: strings.TrimPrefix(event.Name, "link."), Final: event.Final, Operations: event.Operations,
		Error: NewSessionError(event.Error), Timestamp: event.CreatedAt,
	}
}

// WebhookPayload describes what web/webhook sends; a test holds the two
// together.
type WebhookPayload struct {
	Event
	Result json.RawMessage `json:"result" doc:"One operation's data, or {operations: [{resource, action, data}]}; null unless the event is link.complete, and once the data was deleted."`
}
