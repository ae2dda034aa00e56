package webhook

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"passage/db"
)

// Test sends an event that stands for no link to a URL, signed as the
// organization's are and by the same rules, and tells how it went. It is
// recorded nowhere and not tried again.
func (s *Sender) Test(ctx context.Context, organizationID, url string) (db.DeliveryAttempt, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return db.DeliveryAttempt{}, fmt.Errorf("draw an event id: %w", err)
	}
	m := message{event: db.Event{ID: "evt_" + id.String(), OrganizationID: organizationID, LinkID: "link_test",
		Name: "link.test", Operations: []db.EventOperation{}, CreatedAt: s.db.Now()}}
	if m.body, err = Render(m.event, db.Link{Test: true}, nil); err != nil {
		return db.DeliveryAttempt{}, err
	}
	if m.keys, err = s.openKeys(ctx, organizationID); err != nil {
		return db.DeliveryAttempt{}, err
	}
	return s.send(ctx, url, m), nil
}
