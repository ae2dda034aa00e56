package api

import (
	"context"

	"passage/db"
	"passage/web/api/wire"
)

// userInput is the input of an operation on a merchant's user.
type userInput struct {
	ExternalUserID string `path:"externalUserId" maxLength:"255" doc:"Your own id of the person, percent-encoded."`
}

// user is the person that a path names, as far as the request's key reaches.
func user(ctx context.Context, externalUserID string) db.User {
	return db.User{OrganizationID: organization(ctx), ExternalUserID: externalUserID, TestOnly: keyOf(ctx).Test}
}

// deleteUser ends the links of a user and deletes what is kept of them.
func (a *API) deleteUser(ctx context.Context, input *userInput) (*reply[wire.UserDeletion], error) {
	deletion, err := a.Runner.DeleteUser(ctx, user(ctx, input.ExternalUserID))
	if err != nil {
		return nil, err
	}
	return &reply[wire.UserDeletion]{wire.NewUserDeletion(&deletion)}, nil
}
