// Package notify wakes followers after a writer changed what they follow. It
// owns subscriptions to topics, and the loop that polls after each
// notification.
//
// It does not carry content and stores nothing: a follower reads the database,
// which alone holds the truth. Its invariant: a notification that comes after
// Subscribe has returned is never lost, though several may be merged into one.
package notify

import "sync"

// Notifier passes notifications from writers to subscribers, by topic. The
// zero value is ready to use; it is safe for concurrent use.
type Notifier struct {
	mu          sync.Mutex
	subscribers map[string]map[chan struct{}]struct{} // by topic
}

// Subscribe returns a channel that receives after each notification of the
// topic, and a function that ends the subscription. Notifications that come
// while one is still unread are merged with it.
func (n *Notifier) Subscribe(topic string) (notifications <-chan struct{}, unsubscribe func()) {
	subscriber := make(chan struct{}, 1)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.subscribers == nil {
		n.subscribers = map[string]map[chan struct{}]struct{}{}
	}
	if n.subscribers[topic] == nil {
		n.subscribers[topic] = map[chan struct{}]struct{}{}
	}
	n.subscribers[topic][subscriber] = struct{}{}
	return subscriber, func() { n.remove(topic, subscriber) }
}

// Notify wakes the subscribers of a topic. It never blocks.
func (n *Notifier) Notify(topic string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for subscriber := range n.subscribers[topic] {
		select {
		case subscriber <- struct{}{}:
		default: // it has an unread notification already
		}
	}
}

func (n *Notifier) remove(topic string, subscriber chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.subscribers[topic], subscriber)
	if len(n.subscribers[topic]) == 0 {
		delete(n.subscribers, topic)
	}
}
