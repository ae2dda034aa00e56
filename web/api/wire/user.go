package wire

import "passage/db"

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
