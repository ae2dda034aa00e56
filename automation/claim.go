package automation

import (
	"context"

	"passage/automation/catalog"
	"passage/automation/prompt"
	"passage/automation/script"
	"passage/db"
)

// Claim is a user's decision to let a link be worked on.
type Claim struct {
	Code    string
	Visitor string // the id of the user's browser; empty for a claim through the API
	Consent db.Consent
}

// Claim claims the link and starts its session, which begins by waiting for
// credentials. Of any number of concurrent claims exactly one succeeds. The
// errors are those of db.ClaimLink, catalog.ErrUnknown and ErrStopping.
func (r *Runner) Claim(ctx context.Context, claim Claim) (db.Claimed, error) {
	link, err := r.db.LinkByCode(ctx, claim.Code)
	if err != nil {
		return db.Claimed{}, err
	}
	integration, ok := r.catalog.Get(link.IntegrationID)
	if !ok {
		return db.Claimed{}, catalog.ErrUnknown
	}
	credentials := prompt.Prompt{Kind: prompt.Credentials, Fields: integration.Credentials}
	stored, err := encodePrompt(credentials)
	if err != nil {
		return db.Claimed{}, err
	}
	if err := r.enter(); err != nil {
		return db.Claimed{}, err
	}
	claimed, err := r.db.ClaimLink(ctx, db.Claim{Code: claim.Code, Node: r.node, Visitor: claim.Visitor,
		Consent: claim.Consent, Prompt: stored,
		Script: db.Script{Hash: integration.Hash, IntegrationID: integration.ID, Source: string(integration.Source)}})
	if err != nil {
		r.running.Done()
		return db.Claimed{}, err
	}
	r.start(claimed, integration, credentials)
	return claimed, nil
}

// enter counts a session that is about to start, unless the server is stopping.
func (r *Runner) enter() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping {
		return ErrStopping
	}
	r.running.Add(1)
	return nil
}

// start runs a session in a goroutine of its own; enter has counted it.
func (r *Runner) start(claimed db.Claimed, integration *script.Integration, credentials prompt.Prompt) {
	s := newSession(r, claimed, integration, credentials)
	r.mu.Lock()
	r.sessions[s.lease.SessionID] = s
	stopping := r.stopping
	r.mu.Unlock()
	if stopping { // drain has run since enter and has not seen this session
		s.stopAtSafePoint(errStopped())
	}
	go func() {
		defer r.running.Done()
		s.run()
		r.mu.Lock()
		delete(r.sessions, s.lease.SessionID)
		r.mu.Unlock()
		close(s.done)
	}()
}
