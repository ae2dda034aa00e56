package wire

import (
	"encoding/json"

	"passage/db"
)

// UserDeletion is the receipt for the deletion of a user. It does not name them.
type UserDeletion struct {
	ID          string    `json:"id"`
	Test        bool      `json:"test" doc:"Made with a test key: only links of test keys were deleted."`
	Links       int       `json:"links" doc:"How many links were blanked."`
	Cancelled   int       `json:"cancelled" doc:"How many of the links had not ended."`
	Sessions    int       `json:"sessions" doc:"How many sessions were blanked."`
	Destroyed   Destroyed `json:"destroyed"`
	CreatedAt   int64     `json:"createdAt"`
	CompletedAt *int64    `json:"completedAt" doc:"null where it was interrupted; the next DELETE goes on with it."`
}

// Destroyed is how much a deletion destroyed of what was still kept.
type Destroyed struct {
	Results    int `json:"results"`
	Arguments  int `json:"arguments" doc:"Links that still had any."`
	Recordings int `json:"recordings"`
	Replies    int `json:"replies" doc:"Kept for Idempotency-Key."`
}

// NewUserDeletion shows a receipt.
func NewUserDeletion(d *db.UserDeletion) UserDeletion {
	return UserDeletion{ID: d.ID, Test: d.TestOnly, Links: d.Links, Cancelled: d.Cancelled, Sessions: d.Sessions,
		Destroyed: Destroyed{Results: d.Results, Arguments: d.Arguments, Recordings: d.Recordings, Replies: d.Replies},
		CreatedAt: d.CreatedAt, CompletedAt: d.CompletedAt}
}

// UserExport is the reply of GET /v1/users/{externalUserId}.
type UserExport struct {
	Links      []ExportedLink `json:"links"`
	Deletions  []UserDeletion `json:"deletions" doc:"Receipts of earlier deletions of this user."`
	NextCursor *string        `json:"nextCursor" doc:"For the next page; null at the end."`
}

// ExportedLink is a link with all that is kept of its user.
type ExportedLink struct {
	LinkSummary
	UserLabel  *string             `json:"userLabel"`
	WebhookURL *string             `json:"webhookUrl"`
	Locale     *string             `json:"locale"`
	Summaries  []map[string]string `json:"summaries" doc:"What pages may show of each operation's arguments, such as the last four digits of a card."`
	Arguments  bool                `json:"arguments" doc:"Whether arguments are kept, encrypted. They are never shown."`
	Result     json.RawMessage     `json:"result" doc:"One operation's data, or {operations: [{resource, action, data}]}."`
	Sessions   []ExportedSession   `json:"sessions"`
	Events     []ExportedEvent     `json:"events"`
}

// ExportedSession is a session with all that is kept of its user.
type ExportedSession struct {
	SessionDetail
	Consent    Consent          `json:"consent"`
	Prompts    []ExportedPrompt `json:"prompts"`
	Recordings int              `json:"recordings" doc:"Masked screenshots that are kept, encrypted, for operators."`
}

// Consent is what the person agreed to, and where.
type Consent struct {
	Via         string  `json:"via" enum:"page,api"`
	TextVersion *string `json:"textVersion"`
	Language    *string `json:"language"`
	AgreedAt    int64   `json:"agreedAt"`
}

// ExportedPrompt is a question that was asked. Answers are never kept.
type ExportedPrompt struct {
	Kind      string          `json:"kind"`
	Question  map[string]any  `json:"question" doc:"As it was asked."`
	Status    db.PromptStatus `json:"status" enum:"open,answered,withdrawn"`
	CreatedAt int64           `json:"createdAt"`
	ClosedAt  *int64          `json:"closedAt"`
}

// ExportedEvent is an event with its deliveries.
type ExportedEvent struct {
	Event
	Deliveries []Delivery `json:"deliveries"`
}

// NewConsent shows a consent.
func NewConsent(c db.Consent) Consent {
	return Consent{Via: c.Via, TextVersion: OrNull(c.TextVersion), Language: OrNull(c.Language), AgreedAt: c.At}
}

// NewExportedPrompt shows a question.
func NewExportedPrompt(p *db.Prompt) (ExportedPrompt, error) {
	shown := ExportedPrompt{Kind: p.Kind, Status: p.Status, CreatedAt: p.CreatedAt, ClosedAt: p.ClosedAt}
	return shown, json.Unmarshal(p.Question, &shown.Question)
}
