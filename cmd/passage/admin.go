package main

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"unicode/utf8"

	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/db"
)

// adminCommand manages who may use the dashboard.
type adminCommand struct {
	Create adminCreate `cmd:"" help:"Add an operator. The password is prompted for, or read from standard input."`
	Passwd adminPasswd `cmd:"" help:"Change an operator's password and end all their sessions."`
	Logout adminLogout `cmd:"" help:"End all sessions of an operator. The password stays."`
}

type adminCreate struct {
	config.DataFlag
	Email string `help:"The operator's email address." required:""`
}

type adminPasswd struct {
	config.DataFlag
	Email string `help:"The operator's email address." required:""`
}

type adminLogout struct {
	config.DataFlag
	Email string `help:"The operator's email address." required:""`
}

// Run adds an operator.
func (c *adminCreate) Run(ctx context.Context, out *console.Console) error {
	if _, err := mail.ParseAddress(c.Email); err != nil {
		return console.Usage(fmt.Errorf("--email: %q is not an email address", c.Email))
	}
	password, err := askPassword(out)
	if err != nil {
		return err
	}
	return withDB(ctx, c.Data, func(database *db.DB) error {
		err := database.CreateOperator(ctx, c.Email, password)
		if errors.Is(err, db.ErrExists) {
			return fmt.Errorf("%s is already an operator; \"passage admin passwd\" changes the password", c.Email)
		}
		if err != nil {
			return err
		}
		return out.Printf("%s may use the dashboard.\n", c.Email)
	})
}

// Run changes a password.
func (c *adminPasswd) Run(ctx context.Context, out *console.Console) error {
	password, err := askPassword(out)
	if err != nil {
		return err
	}
	return withExistingDB(ctx, c.Data, func(database *db.DB) error {
		err := database.SetPassword(ctx, c.Email, password)
		if errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("there is no operator %s; \"passage admin create\" adds one", c.Email)
		}
		if err != nil {
			return err
		}
		return out.Printf("The password of %s has been changed.\n", c.Email)
	})
}

// Run ends sessions.
func (c *adminLogout) Run(ctx context.Context, out *console.Console) error {
	return withExistingDB(ctx, c.Data, func(database *db.DB) error {
		ended, err := database.LogOutOperator(ctx, c.Email)
		if errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("there is no operator %s", c.Email)
		}
		if err != nil {
			return err
		}
		return out.Printf("%s has been logged out (sessions: %d).\n", c.Email, ended)
	})
}

// askPassword prompts for a password at a terminal, without showing it, or reads
// a line of standard input.
func askPassword(out *console.Console) (string, error) {
	fmt.Fprintf(out.Stderr, "Password (at least %d characters): ", db.MinPasswordLength)
	password, err := out.ReadSecret()
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if utf8.RuneCountInString(password) < db.MinPasswordLength {
		return "", fmt.Errorf("the password needs at least %d characters", db.MinPasswordLength)
	}
	return password, nil
}
