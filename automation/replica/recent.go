package replica

import "container/list"

// recent is a map that forgets the least recently used entry when it is full,
// so that a site left running for days stays small. It needs its owner's lock.
type recent[V any] struct {
	limit   int
	order   *list.List // of entry[V], the latest in front
	entries map[string]*list.Element
}

type entry[V any] struct {
	key   string
	value V
}

func newRecent[V any](limit int) *recent[V] {
	return &recent[V]{limit: limit, order: list.New(), entries: map[string]*list.Element{}}
}

func (m *recent[V]) get(key string) (value V, ok bool) {
	element, ok := m.entries[key]
	if !ok {
		return value, false
	}
	m.order.MoveToFront(element)
	return element.Value.(entry[V]).value, true
}

func (m *recent[V]) put(key string, value V) {
	m.drop(key)
	m.entries[key] = m.order.PushFront(entry[V]{key, value})
	if len(m.entries) > m.limit {
		m.drop(m.order.Back().Value.(entry[V]).key)
	}
}

func (m *recent[V]) drop(key string) {
	if element, ok := m.entries[key]; ok {
		m.order.Remove(element)
		delete(m.entries, key)
	}
}
