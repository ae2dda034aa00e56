package db

import (
	"context"

	"github.com/alexedwards/argon2id"
)

// argonCost follows the second choice of RFC 9106 for memory-constrained
// environments: 64 MiB and three passes.
var argonCost = &argon2id.Params{Memory: 64 * 1024, Iterations: 3, Parallelism: 4, SaltLength: 16, KeyLength: 32}

// maxHashing is how many passwords are hashed at once. Each takes 64 MiB, and
// without a limit whoever reaches the log-in could fill the memory.
const maxHashing = 2

// hashPassword hashes a password for the database when it is its turn.
func (db *DB) hashPassword(ctx context.Context, password string) (hashed string, err error) {
	err = db.whenHashing(ctx, func() error {
		hashed, err = argon2id.CreateHash(password, argonCost)
		return err
	})
	return hashed, err
}

// matchesPassword reports whether a password is the one that was hashed, when it
// is its turn.
func (db *DB) matchesPassword(ctx context.Context, password, hashed string) (matches bool, err error) {
	err = db.whenHashing(ctx, func() error {
		matches, err = argon2id.ComparePasswordAndHash(password, hashed)
		return err
	})
	return matches, err
}

// whenHashing calls a function while at most maxHashing others run.
func (db *DB) whenHashing(ctx context.Context, do func() error) error {
	select {
	case db.hashing <- struct{}{}:
		defer func() { <-db.hashing }()
		return do()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
