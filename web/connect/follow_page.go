package connect

import (
	"time"

	"passage/db"
	view "passage/views/connect"
)

// The states of a page that follows a link. A change between them need not change
// the link.
const (
	followStarted = iota
	followCodeExpired
	followPhoneStarted
	followEnded
	followStates // how many there are
)

// followRevision is the revision of such a page.
func followRevision(link *db.Link, state int64) int64 { return link.UpdatedAt*followStates + state }

// finalScreen is the last screen of a page that follows a link. A link that can be
// claimed again ends only by a session that completed after since.
func (h *Handler) finalScreen(layout view.Layout, link *db.Link, since int64) (model view.Model, done bool) {
	switch {
	case link.Status == db.LinkExpired:
		return view.Expired{}, true
	case link.AttemptsExhausted():
		return view.UsedUp{}, true
	case link.AwaitsReturn(): // the results are not for everyone who has the link
		return view.Done{Already: true}, true
	case link.Status == db.LinkComplete && (!link.Claimable() || *link.CompletedAt >= since):
		at := time.UnixMilli(*link.CompletedAt)
		return view.Done{Operations: layout.Data.Operations, AutoReturn: h.elapsedSince(at) < autoReturn}, true
	default:
		return nil, false
	}
}
