package automation

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"passage/automation/outcome"
	"passage/db"
)

// cancelledAtOnce is how many links of a user are cancelled at the same time.
const cancelledAtOnce = 50

// DeleteUser ends every link of a merchant's user and deletes what is kept of
// them, in small transactions. Sessions are stopped at their next safe point,
// and DeleteUser waits for that. The receipt is complete once no link is left.
// Where it is interrupted, calling it again goes on with the same receipt.
func (r *Runner) DeleteUser(ctx context.Context, user db.User) (db.UserDeletion, error) {
	deletion, err := r.db.BeginUserDeletion(ctx, user)
	if err != nil {
		return db.UserDeletion{}, err
	}
	for {
		more, err := r.deleteSome(ctx, user, deletion)
		if err != nil {
			return db.UserDeletion{}, err
		}
		if more {
			continue
		}
		complete, err := r.db.CompleteUserDeletion(ctx, user, deletion.ID)
		if !errors.Is(err, db.ErrStale) { // else links were made or claimed meanwhile
			return complete, err
		}
	}
}

func (r *Runner) deleteSome(ctx context.Context, user db.User, deletion db.UserDeletion) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("delete a user: %w", err)
	}
	active, err := r.db.ActiveLinksOf(ctx, user, cancelledAtOnce)
	if err != nil {
		return false, err
	}
	if err := r.stopAll(ctx, active); err != nil {
		return false, err
	}
	return r.db.DestroyLinksOf(ctx, user, deletion)
}

// stopAll ends links that may be worked on, and waits until nobody does.
func (r *Runner) stopAll(ctx context.Context, links []db.Link) error {
	errs := make([]error, len(links))
	var waiting sync.WaitGroup
	for n := range links {
		waiting.Go(func() { errs[n] = r.stopLink(ctx, &links[n]) })
	}
	waiting.Wait()
	return errors.Join(errs...)
}

// stopLink is CancelLink also for a link whose time has passed while its session
// goes on.
func (r *Runner) stopLink(ctx context.Context, link *db.Link) error {
	if s, err := r.find(link.CurrentSessionID); err == nil {
		s.stop(outcome.New(outcome.LinkCancelled, "the merchant deleted the user"))
		select {
		case <-s.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	err := r.db.CancelLink(ctx, link.OrganizationID, link.ID)
	if errors.Is(err, db.ErrExpired) || errors.Is(err, db.ErrComplete) {
		return nil
	}
	return err
}
