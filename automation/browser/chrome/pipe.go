package chrome

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

const (
	// maxMessage limits one message of the browser, the largest being a picture.
	maxMessage = 64 << 20
	// sendWithin limits one write to a browser that has stopped reading.
	sendWithin = 5 * time.Second
)

// errPipe is the error of the pipe itself; it means that the browser is lost.
var errPipe = errors.New("the pipe to the browser broke")

// pipe carries the DevTools protocol over two pipes, with a zero byte after each
// message (--remote-debugging-pipe). It is a WebSocketable of rod's. Another
// program has no port to connect to, and the browser ends when the pipes close.
type pipe struct {
	mu     sync.Mutex // one Send at a time
	in     *os.File   // the browser reads from it
	out    *os.File   // the browser writes to it
	reader *bufio.Reader
}

func newPipe(in, out *os.File) *pipe {
	return &pipe{in: in, out: out, reader: bufio.NewReaderSize(out, 32<<10)}
}

// Send writes one message.
func (p *pipe) Send(message []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.in.SetWriteDeadline(time.Now().Add(sendWithin)); err != nil {
		return fmt.Errorf("%w: write: %w", errPipe, err)
	}
	if _, err := p.in.Write(append(message, 0)); err != nil {
		return fmt.Errorf("%w: write: %w", errPipe, err)
	}
	return nil
}

// Read returns the next whole message. A message that a browser left half
// written when it ended is an error.
func (p *pipe) Read() ([]byte, error) {
	var message []byte
	for {
		part, err := p.reader.ReadSlice(0)
		message = append(message, part...)
		switch {
		case err == nil:
			return bytes.TrimSuffix(message, []byte{0}), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("%w: read: %w", errPipe, err)
		case len(message) > maxMessage:
			return nil, fmt.Errorf("%w: a message is too large", errPipe)
		}
	}
}

// filteredPipe is a pipe without the messages that a function takes.
type filteredPipe struct {
	*pipe
	take func(message []byte) bool
}

// Read returns the next message that nobody takes.
func (p filteredPipe) Read() ([]byte, error) {
	for {
		message, err := p.pipe.Read()
		if err != nil || !p.take(message) {
			return message, err
		}
	}
}

// Close closes both pipes, which ends the browser.
func (p *pipe) Close() {
	_ = p.in.Close()
	_ = p.out.Close()
}
