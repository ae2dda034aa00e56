package db

import "sync"

// Deliveries is the topic that rings when a webhook delivery was written.
const Deliveries = "deliveries"

// bell wakes whoever waits for a change of a link. It carries no content: a
// listener reads the database, which alone holds the truth, so a lost or a
// doubled ring harms nothing.
type bell struct {
	mu        sync.Mutex
	listeners map[string]map[chan struct{}]struct{}
}

// Watch returns a channel that receives after each change of the topic, which
// is a link's id or Deliveries, and a function that ends the watch. Rings that
// come while one is still unread are merged.
func (db *DB) Watch(topic string) (rings <-chan struct{}, stop func()) {
	ring := make(chan struct{}, 1)
	db.bell.mu.Lock()
	defer db.bell.mu.Unlock()
	if db.bell.listeners[topic] == nil {
		db.bell.listeners[topic] = map[chan struct{}]struct{}{}
	}
	db.bell.listeners[topic][ring] = struct{}{}
	return ring, func() { db.bell.remove(topic, ring) }
}

// Ring wakes the watchers of a topic for a change that no transaction made,
// such as a place in line, which only memory knows.
func (db *DB) Ring(topic string) { db.bell.ring(topic) }

func (b *bell) remove(topic string, ring chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.listeners[topic], ring)
	if len(b.listeners[topic]) == 0 {
		delete(b.listeners, topic)
	}
}

func (b *bell) ring(topic string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ring := range b.listeners[topic] {
		select {
		case ring <- struct{}{}:
		default:
		}
	}
}
