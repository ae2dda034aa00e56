package chrome

import (
	"bytes"
	"sync"
)

// tail keeps the end of what the browser writes to standard error, in memory
// only. It goes into the error of a browser that did not start.
type tail struct {
	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(b []byte) (int, error) {
	const keep = 2 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	if extra := len(t.last) - keep; extra > 0 {
		t.last = t.last[extra:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.last))
}
