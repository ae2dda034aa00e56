package replica

import (
	"fmt"
	"testing"
)

func TestRecentForgetsTheLeastRecentlyUsed(t *testing.T) {
	t.Parallel()
	m := newRecent[int](3)
	for i := range 5 {
		m.put(fmt.Sprint(i), i)
		m.get("0") // keeps it
	}
	for key, want := range map[string]bool{"0": true, "1": false, "2": false, "3": true, "4": true} {
		if value, ok := m.get(key); ok != want || (ok && fmt.Sprint(value) != key) {
			t.Errorf("%s: %d, %t", key, value, ok)
		}
	}
	m.put("4", 9)
	m.drop("0")
	m.drop("none")
	if value, _ := m.get("4"); value != 9 || len(m.entries) != 2 || m.order.Len() != 2 {
		t.Errorf("%d, %d entries", value, len(m.entries))
	}
}
