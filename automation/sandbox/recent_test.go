package sandbox

import (
	"fmt"
	"testing"
)

func TestRecent_ForgetsTheLeastRecentlyUsed(t *testing.T) {
	t.Parallel()
	m := NewRecent[int](3)
	for i := range 5 {
		m.Put(fmt.Sprint(i), i)
		m.Get("0") // keeps it
	}
	for key, want := range map[string]bool{"0": true, "1": false, "2": false, "3": true, "4": true} {
		if value, ok := m.Get(key); ok != want || (ok && fmt.Sprint(value) != key) {
			t.Errorf("%s: %d, %t", key, value, ok)
		}
	}
	m.Put("4", 9)
	m.Drop("0")
	m.Drop("none")
	if value, _ := m.Get("4"); value != 9 || len(m.entries) != 2 || m.order.Len() != 2 {
		t.Errorf("%d, %d entries", value, len(m.entries))
	}
}
