package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"passage/db"
	"passage/web/problem"
)

type keyContext struct{}

// authenticate refuses a request without a key whose scope covers the needed one.
func (a *API) authenticate(needed db.Scope) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		key, err := a.readKey(ctx)
		r, w := humachi.Unwrap(ctx)
		if err == nil {
			err = a.countRequest(w, r, key)
		}
		if err == nil && !key.Scope.Covers(needed) {
			err = problem.InsufficientScope(key.Scope)
		}
		if err != nil {
			problem.WriteJSON(w, r, err)
			return
		}
		next(huma.WithValue(ctx, keyContext{}, key))
	}
}

func (a *API) readKey(ctx huma.Context) (db.Key, error) {
	scheme, secret, _ := strings.Cut(ctx.Header("Authorization"), " ")
	secret = strings.TrimSpace(secret)
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return db.Key{}, problem.Unauthorized()
	}
	key, err := a.DB.Authenticate(ctx.Context(), secret)
	if errors.Is(err, db.ErrNotFound) {
		return db.Key{}, problem.Unauthorized()
	}
	return key, err
}

// keyOf returns the request's API key. In operations that are registered with
// public it is the zero key, which belongs to no organization and has no scope.
func keyOf(ctx context.Context) db.Key {
	key, _ := ctx.Value(keyContext{}).(db.Key)
	return key
}

func organization(ctx context.Context) string { return keyOf(ctx).OrganizationID }

// reaches reports whether the request's key may see a link: one of its own
// organization, and for a test key only one that was made with a test key.
func reaches(ctx context.Context, link *db.Link) bool {
	key := keyOf(ctx)
	return link.OrganizationID == key.OrganizationID && (link.Test || !key.Test)
}

// link finds a link that the request's key may see. Others are not found.
func (a *API) link(ctx context.Context, id string) (db.Link, error) {
	link, err := a.DB.Link(ctx, organization(ctx), id)
	if err == nil && !reaches(ctx, &link) {
		err = fmt.Errorf("find link: %w", db.ErrNotFound)
	}
	return link, err
}

// mayChange returns ErrNotFound for a test key and a link that it may not see. The
// database checks the organization with every change.
func (a *API) mayChange(ctx context.Context, id string) error {
	if !keyOf(ctx).Test {
		return nil
	}
	_, err := a.link(ctx, id)
	return err
}
