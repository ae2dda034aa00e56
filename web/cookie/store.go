// Package cookie keeps values in signed and encrypted cookies.
//
// It owns the keys, which the database holds, so that cookies survive a
// restart, and how a cookie is read and set. It does not own what a cookie says
// or how long it holds (connect). Its invariant: what Values returns was
// set by a server on the same database.
package cookie

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gorilla/sessions"

	"passage/db"
)

// The sizes of the keys in bytes, as securecookie wants them: HMAC-SHA256 and
// AES-256.
const (
	signingKeyBytes    = 64
	encryptionKeyBytes = 32
)

// Store reads and sets cookies.
type Store struct {
	sessions *sessions.CookieStore
	options  sessions.Options
}

// NewStore makes a store whose cookies have these options. Its keys are those
// that the database keeps under a name; they are created if there are none.
func NewStore(ctx context.Context, database *db.DB, keys string, options sessions.Options) (*Store, error) {
	signing, err := database.Secret(ctx, keys+"_signing_key", signingKeyBytes)
	if err != nil {
		return nil, err
	}
	encryption, err := database.Secret(ctx, keys+"_encryption_key", encryptionKeyBytes)
	if err != nil {
		return nil, err
	}
	store := sessions.NewCookieStore(signing, encryption)
	store.Options = &options
	store.MaxAge(options.MaxAge)
	return &Store{store, options}, nil
}

// Options returns the options of the store's cookies.
func (s *Store) Options() sessions.Options { return s.options }

// Values returns what a cookie holds. They are empty where the request has no
// such cookie, or one that was made with other keys.
func (s *Store) Values(r *http.Request, name string) map[any]any {
	session, err := s.sessions.Get(r, name)
	if err != nil {
		return nil
	}
	return session.Values
}

// Set sets a cookie. A negative MaxAge deletes it.
func (s *Store) Set(w http.ResponseWriter, r *http.Request, name string, values map[any]any, options sessions.Options) error {
	session := sessions.NewSession(s.sessions, name)
	session.Values, session.Options = values, &options
	if err := session.Save(r, w); err != nil {
		return fmt.Errorf("set cookie %s: %w", name, err)
	}
	return nil
}
