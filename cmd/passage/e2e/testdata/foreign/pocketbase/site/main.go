// Command site starts PocketBase, as its documentation has it started from Go:
// a backend with a dashboard, which nobody here wrote. It serves on a loopback
// port with its data in the folder named by --dir, until its standard input
// ends. It prints a line of JSON when it listens, and one for each mail instead
// of sending it. The operator's password comes from the environment.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"os"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
)

func main() {
	app := pocketbase.NewWithConfig(pocketbase.Config{HideStartBanner: true})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error { return listen(e) })
	app.OnMailerSend().BindFunc(func(e *core.MailerEvent) error {
		return tell(map[string]string{"mail": e.Message.HTML})
	})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}

func tell(line map[string]string) error { return json.NewEncoder(os.Stdout).Encode(line) }

// listen furnishes the backend, and says where it is.
func listen(e *core.ServeEvent) error {
	if err := errors.Join(makeOperator(e.App), makeCards(e.App)); err != nil {
		return err
	}
	var err error
	if e.Listener, err = net.Listen("tcp", e.Server.Addr); err != nil {
		return err
	}
	if err := e.Next(); err != nil {
		return err
	}
	return tell(map[string]string{"address": e.Listener.Addr().String()})
}

// makeOperator makes somebody whose log-in takes a password and a code by mail.
func makeOperator(app core.App) error {
	operators, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	operators.MFA.Enabled, operators.OTP.Enabled, operators.OTP.Length = true, true, 6
	if err := app.Save(operators); err != nil {
		return err
	}
	operator := core.NewRecord(operators)
	operator.SetEmail("ada@example.com")
	operator.SetPassword(os.Getenv("SITE_PASSWORD"))
	return app.Save(operator)
}

// makeCards makes a collection with two records.
func makeCards(app core.App) error {
	cards := core.NewBaseCollection("stored_cards")
	cards.Fields.Add(
		&core.TextField{Name: "number", Hidden: true},
		&core.TextField{Name: "last4", Required: true},
		&core.SelectField{Name: "kind", Values: []string{"credit_card", "debit_card", "bank_account", "other"}, Required: true},
		&core.TextField{Name: "brand"},
		&core.TextField{Name: "expires"},
		&core.TextField{Name: "holder"},
		&core.TextField{Name: "zip"},
		&core.BoolField{Name: "preferred"},
	)
	if err := app.Save(cards); err != nil {
		return err
	}
	for _, values := range []map[string]any{
		{"last4": "4242", "kind": "credit_card", "brand": "Visa", "expires": "08/28", "zip": "98101", "preferred": true},
		{"last4": "4444", "kind": "debit_card", "brand": "Mastercard", "expires": "11/29", "zip": "10115"},
	} {
		card := core.NewRecord(cards)
		card.Load(values)
		if err := app.Save(card); err != nil {
			return err
		}
	}
	return nil
}
