package server

import (
	"context"
	"errors"

	"passage/automation/sandbox"
)

// Greet says where everything is and, on an empty database, what to do first.
func (s *Server) Greet(ctx context.Context, folder string) error {
	if err := s.console.Printf("Passage serves %s, and the dashboard at http://%s.\n", s.PublicURL, s.Admin.Addr()); err != nil {
		return err
	}
	if len(s.beside) > 0 {
		if err := s.greetSandbox(); err != nil {
			return err
		}
	}
	organizations, err := s.DB.Organizations(ctx)
	if err != nil || len(organizations) > 0 {
		return err
	}
	return s.console.Printf(`
Nothing is here yet. In another terminal, make a merchant's API key and an operator for the dashboard:

    passage keys create --data %[1]s --org "Your company"
    passage admin create --data %[1]s --email you@example.com

`, folder)
}

// greetSandbox says whom a merchant's test links can be tried as.
func (s *Server) greetSandbox() error {
	err := s.console.Printf(`
Sandbox: test keys (passage keys create --test) reach the integration demo, and no other key does. People at demo.Demo Mobile,
all with password %s and one-time code %s; with +anything before the @, somebody alike with an account apart:

`, sandbox.Password, sandbox.Code)
	return errors.Join(err, PrintScenarios(s.console.Stdout))
}
