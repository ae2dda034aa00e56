package wire

import (
	"encoding/json"

	"passage/automation/outcome"
	"passage/db"
)

// CreatedLink is the reply to POST /v1/links.
type CreatedLink struct {
	LinkID        string            `json:"linkId"`
	ClaimCode     string            `json:"claimCode"`
	IntegrationID string            `json:"integrationId"`
	Operations    []OperationName   `json:"operations"`
	Resource      string            `json:"resource" doc:"The first operation's."`
	Action        string            `json:"action" doc:"The first operation's."`
	Status        db.LinkStatus     `json:"status" enum:"pending,active,complete,failed,expired"`
	ClaimURL      string            `json:"claimUrl" doc:"The page to send the person to."`
	AppClipURL    string            `json:"appClipUrl" doc:"The same as claimUrl."`
	ReturnURL     string            `json:"returnUrl,omitempty" doc:"With linkId appended."`
	ExternalID    string            `json:"externalUserId,omitempty"`
	Metadata      map[string]string `json:"metadata,omitzero"`
	ExpiresAt     int64             `json:"expiresAt"`
	CreatedAt     int64             `json:"createdAt"`
}

// OperationName is a resource and an action.
type OperationName struct {
	Resource string `json:"resource"`
	Action   string `json:"action"`
}

// Operation is exported, like LinkFields and SessionView, because huma
// describes no embedded struct that is not.
type Operation struct {
	Resource string             `json:"resource"`
	Action   string             `json:"action"`
	Status   db.OperationStatus `json:"status" enum:"pending,running,complete,failed,unknown" doc:"unknown: a change was submitted and could not be confirmed."`
}

// SessionError is why a session ended without success.
type SessionError struct {
	Code      string `json:"code"`
	Message   string `json:"message" doc:"For developers."`
	Operation *int   `json:"operation,omitempty" doc:"The position of the operation that failed."`
}

// LinkSummary is what lists show of a link. What is not known yet is null.
type LinkSummary struct {
	ID               string            `json:"id"`
	IntegrationID    string            `json:"integrationId"`
	Operations       []Operation       `json:"operations"`
	Resource         string            `json:"resource" doc:"The first operation's."`
	Action           string            `json:"action" doc:"The first operation's."`
	ExternalUserID   *string           `json:"externalUserId"`
	Metadata         map[string]string `json:"metadata"`
	Status           db.LinkStatus     `json:"status" enum:"pending,active,complete,failed,expired"`
	CurrentSessionID *string           `json:"currentSessionId"`
	Error            *SessionError     `json:"error"`
	ReturnURL        *string           `json:"returnUrl" doc:"With linkId appended."`
	ClaimURL         *string           `json:"claimUrl" doc:"null for a key that may only read."`
	Test             bool              `json:"test" doc:"Made with a test key."`
	Debug            bool              `json:"debug"`
	Reusable         bool              `json:"reusable"`
	ReturnRequired   bool              `json:"returnRequired" doc:"All is done, and only POST /v1/links/{id}/redeem is missing."`
	ExpiresAt        int64             `json:"expiresAt"`
	CreatedAt        int64             `json:"createdAt"`
	UpdatedAt        int64             `json:"updatedAt"`
	CompletedAt      *int64            `json:"completedAt"`
	DataDeletedAt    *int64            `json:"dataDeletedAt" doc:"When you deleted its data: externalUserId, metadata and result are null since then, and returnUrl has no query of yours."`
}

// Link is a link as the API shows it by its id.
type Link struct {
	LinkSummary
	Result   json.RawMessage `json:"result" doc:"One operation's data, or {operations: [{resource, action, data}]}."`
	Sessions []Session       `json:"sessions"`
}

// LinkList is the reply of GET /v1/links.
type LinkList struct {
	Links      []LinkSummary `json:"links"`
	NextCursor *string       `json:"nextCursor" doc:"For the next page; null at the end."`
}

// NewSessionError gives the public side of a failure: the detail is the operator's.
func NewSessionError(failure *db.Failure) *SessionError {
	if failure == nil {
		return nil
	}
	known, _ := outcome.Lookup(outcome.Code(failure.Code))
	return &SessionError{Code: failure.Code, Message: known.Developer, Operation: failure.Operation}
}

// OrNull returns nil for an empty text: replies say null for what is not known.
func OrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// RedeemRequest describes the body of POST /v1/links/{id}/redeem.
type RedeemRequest struct {
	ReturnCode string `json:"returnCode" example:"rtn_…" doc:"As it came with the person to your returnUrl."`
}
