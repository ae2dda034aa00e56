package sandbox

import (
	"container/list"
	"sync"
)

// Recent is a map that forgets the least recently used entry when it is full,
// so that a site left running for days stays small. It needs its owner's lock.
type Recent[V any] struct {
	limit   int
	order   *list.List // of entry[V], the latest in front
	entries map[string]*list.Element
}

type entry[V any] struct {
	key   string
	value V
}

// NewRecent makes a map of at most so many entries.
func NewRecent[V any](limit int) *Recent[V] {
	return &Recent[V]{limit: limit, order: list.New(), entries: map[string]*list.Element{}}
}

// Get finds an entry, which counts as used.
func (m *Recent[V]) Get(key string) (value V, ok bool) {
	element, ok := m.entries[key]
	if !ok {
		return value, false
	}
	m.order.MoveToFront(element)
	return element.Value.(entry[V]).value, true
}

// Put adds or replaces an entry.
func (m *Recent[V]) Put(key string, value V) {
	m.Drop(key)
	m.entries[key] = m.order.PushFront(entry[V]{key, value})
	if len(m.entries) > m.limit {
		m.Drop(m.order.Back().Value.(entry[V]).key)
	}
}

// Tell reads something of an entry under its owner's lock. Of one that is not
// there it tells nothing.
func Tell[V, T any](lock sync.Locker, m *Recent[V], key string, read func(V) T) (told T) {
	lock.Lock()
	defer lock.Unlock()
	if value, ok := m.Get(key); ok {
		told = read(value)
	}
	return told
}

// Drop forgets an entry, if there is one.
func (m *Recent[V]) Drop(key string) {
	if element, ok := m.entries[key]; ok {
		m.order.Remove(element)
		delete(m.entries, key)
	}
}
