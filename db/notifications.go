package db

import (
	"context"

	"passage/db/notify"
)

// TopicDeliveries is the topic of which a notification says that a webhook
// delivery was written.
const TopicDeliveries = "deliveries"

// Subscribe returns a channel that receives after each change of the topic,
// which is a link's id or TopicDeliveries, and a function that ends the
// subscription. Notifications that come while one is still unread are merged.
func (db *DB) Subscribe(topic string) (notifications <-chan struct{}, unsubscribe func()) {
	return db.notifier.Subscribe(topic)
}

// Notify wakes the subscribers of a topic after a change that no transaction
// made, such as a new position in the queue, which is kept in memory only.
func (db *DB) Notify(topic string) { db.notifier.Notify(topic) }

// Follow calls poll at once, and then after each change of a link or its
// sessions, as notify.Notifier.Follow describes.
func (db *DB) Follow(ctx context.Context, linkID string, poll notify.Poll) error {
	return db.notifier.Follow(ctx, linkID, poll)
}
