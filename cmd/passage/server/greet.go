package server

import (
	"context"
	"errors"

	"passage/automation/sandbox"
)

// Greet prints the addresses and, if the database is empty, the first steps.
func (s *Server) Greet(ctx context.Context, folder string) error {
	if err := s.console.Printf("Passage serves %s, and the dashboard at http://%s.\n", s.PublicURL, s.Admin.Addr()); err != nil {
		return err
	}
	if len(s.sites) > 0 {
		if err := s.greetSandbox(); err != nil {
			return err
		}
	}
	organizations, err := s.DB.Organizations(ctx)
	if err != nil || len(organizations) > 0 {
		return err
	}
	return s.console.Printf(`
There are no merchants yet. In another terminal, create an API key for a merchant and an operator for the dashboard:

    passage keys create --data %[1]s --org "Your company"
    passage admin create --data %[1]s --email you@example.com

`, folder)
}

// greetSandbox prints the users of the sandbox.
func (s *Server) greetSandbox() error {
	err := s.console.Printf(`
Sandbox: only test keys (passage keys create --test) reach the integration demo. These users of Demo Mobile have the
password %s and the one-time code %s; with +anything before the @ it is a separate account with the same behaviour:

`, sandbox.Password, sandbox.Code)
	return errors.Join(err, PrintScenarios(s.console.Stdout))
}
