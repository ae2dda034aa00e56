package webhook

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"passage/db"
)

// Test sends an event named link.test, which belongs to no link, to a URL. It is
// signed and sent as the organization's other events are, but the attempt is
// neither recorded nor repeated.
func (s *Sender) Test(ctx context.Context, organizationID, url string) (db.DeliveryAttempt, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return db.DeliveryAttempt{}, fmt.Errorf("make an event id: %w", err)
	}
	m := message{event: db.Event{ID: "evt_" + id.String(), OrganizationID: organizationID, LinkID: "link_test",
		Name: "link.test", Operations: []db.EventOperation{}, CreatedAt: s.db.Now()}}
	if m.body, err = Render(m.event, db.Link{Test: true}, nil); err != nil {
		return db.DeliveryAttempt{}, err
	}
	if m.keys, err = s.openKeys(ctx, organizationID); err != nil {
		return db.DeliveryAttempt{}, err
	}
	return s.send(ctx, url, m).DeliveryAttempt, nil
}
