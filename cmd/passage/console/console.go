// Package console is what a command reads from and writes to: the standard
// streams, the log, and questions at a terminal. It also has the error that means
// wrong usage. It knows no command. Its invariant: results go to standard output;
// questions, warnings and logs go to standard error.
package console

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"golang.org/x/term"
)

// Console is what a command reads from and writes to. Results go to stdout, logs and
// warnings to stderr.
type Console struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Logger         *slog.Logger
}

// Printf writes a result to standard output.
func (c *Console) Printf(format string, args ...any) error {
	_, err := fmt.Fprintf(c.Stdout, format, args...)
	return err
}

// UsageError is an error in the command line that only its command could find.
type UsageError struct{ errs error }

func (e *UsageError) Error() string { return e.errs.Error() }

// Usage marks an error as one of the command line. It returns nil for nil.
func Usage(err error) error {
	if err == nil {
		return nil
	}
	return &UsageError{err}
}

// ReadSecret reads a line of standard input, without showing it at a terminal.
func (c *Console) ReadSecret() (string, error) {
	if file, ok := c.Stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		secret, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(c.Stderr)
		return string(secret), err
	}
	if c.Stdin == nil {
		return "", errors.New("there is no standard input to read it from")
	}
	line, err := bufio.NewReader(c.Stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
