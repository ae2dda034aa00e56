package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// Terminal asks questions and prints to stderr; stdout is for results. If
// standard input is not a terminal, each answer is a line of it, so that a script
// can answer too.
type Terminal struct {
	in   *bufio.Reader
	file *os.File // standard input, if it is a terminal; else nil

	mu  sync.Mutex
	out io.Writer
}

// NewTerminal asks on the streams of a console.
func NewTerminal(c *Console) *Terminal {
	t := &Terminal{out: c.Stderr, in: bufio.NewReader(strings.NewReader(""))}
	if c.Stdin != nil {
		t.in = bufio.NewReader(c.Stdin)
	}
	if file, ok := c.Stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		t.file = file
	}
	return t
}

// Say prints to standard error.
func (t *Terminal) Say(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, format, args...)
}

// Line asks for a line. io.EOF says that there will be no more.
func (t *Terminal) Line(ctx context.Context, label string) (string, error) {
	t.Say("%s: ", label)
	text, err := t.read(ctx, t.nextLine)
	if t.file == nil {
		t.Say("\n") // no one has typed it
	}
	return text, err
}

// Secret asks for a line that is not shown while it is typed.
func (t *Terminal) Secret(ctx context.Context, label string) (string, error) {
	if t.file == nil {
		return t.Line(ctx, label)
	}
	t.Say("%s: ", label)
	// An interrupt must leave the terminal as it was: showing what is typed.
	shown, err := term.GetState(int(t.file.Fd()))
	if err != nil {
		return "", fmt.Errorf("read the state of the terminal: %w", err)
	}
	text, err := t.read(ctx, func() (string, error) {
		secret, err := term.ReadPassword(int(t.file.Fd()))
		return string(secret), err
	})
	t.Say("\n")
	if ctx.Err() != nil {
		err = errors.Join(err, term.Restore(int(t.file.Fd()), shown))
	}
	return text, err
}

func (t *Terminal) nextLine() (string, error) {
	text, err := t.in.ReadString('\n')
	if errors.Is(err, io.EOF) && text != "" {
		err = nil
	}
	return strings.TrimRight(text, "\r\n"), err
}

// read waits for an answer or for the end of the context. A pending read cannot
// be interrupted; it ends with the program, which is about to exit.
func (t *Terminal) read(ctx context.Context, next func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := next()
		got <- answer{text, err}
	}()
	select {
	case given := <-got:
		return given.text, given.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Agrees asks a question. Only “yes” and “y” agree.
func (t *Terminal) Agrees(ctx context.Context, label string) (bool, error) {
	given, err := t.Line(ctx, label+" [yes/no]")
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	given = strings.ToLower(strings.TrimSpace(given))
	return given == "yes" || given == "y", nil
}
