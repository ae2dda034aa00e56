package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"passage/db"
)

// adminCommand manages who may use the dashboard.
type adminCommand struct {
	Create adminCreate `cmd:"" help:"Add an operator; the password is asked for, or read from standard input."`
	Passwd adminPasswd `cmd:"" help:"Change an operator's password, which ends their log-ins."`
}

type adminCreate struct {
	dataFlag
	Email string `help:"The operator's email address." required:""`
}

type adminPasswd struct {
	dataFlag
	Email string `help:"The operator's email address." required:""`
}

// Run adds an operator.
func (c *adminCreate) Run(ctx context.Context, out *console) error {
	if _, err := mail.ParseAddress(c.Email); err != nil {
		return asUsage(fmt.Errorf("--email: %q is not an email address", c.Email))
	}
	password, err := out.askPassword()
	if err != nil {
		return err
	}
	return withDB(ctx, c.Data, func(database *db.DB) error {
		err := database.CreateOperator(ctx, c.Email, password)
		if errors.Is(err, db.ErrExists) {
			return fmt.Errorf("%s is an operator already; \"passage admin passwd\" changes the password", c.Email)
		}
		if err != nil {
			return err
		}
		return out.printf("%s may use the dashboard.\n", c.Email)
	})
}

// Run changes a password.
func (c *adminPasswd) Run(ctx context.Context, out *console) error {
	password, err := out.askPassword()
	if err != nil {
		return err
	}
	return withExistingDB(ctx, c.Data, func(database *db.DB) error {
		err := database.SetPassword(ctx, c.Email, password)
		if errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("%s is no operator; \"passage admin create\" adds one", c.Email)
		}
		if err != nil {
			return err
		}
		return out.printf("The password of %s is changed.\n", c.Email)
	})
}

// askPassword asks at a terminal, without showing it, or reads a line of
// standard input.
func (c *console) askPassword() (string, error) {
	fmt.Fprintf(c.stderr, "Password (at least %d characters): ", db.MinPasswordLength)
	password, err := c.readSecret()
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if utf8.RuneCountInString(password) < db.MinPasswordLength {
		return "", fmt.Errorf("the password needs at least %d characters", db.MinPasswordLength)
	}
	return password, nil
}

func (c *console) readSecret() (string, error) {
	if file, ok := c.stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		secret, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(c.stderr)
		return string(secret), err
	}
	if c.stdin == nil {
		return "", errors.New("there is no input to read it from")
	}
	line, err := bufio.NewReader(c.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
