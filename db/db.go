package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"passage/db/engine"
	"passage/db/notify"
	"passage/db/seal"
)

// The errors that callers tell apart. Every other error means that the
// database itself failed.
var (
	ErrNotFound          = errors.New("not found")
	ErrStale             = errors.New("the state has changed") // a transition found another state, or a lost lease
	ErrExpired           = errors.New("the link has expired")
	ErrComplete          = errors.New("the link is complete")
	ErrActive            = errors.New("the link is being worked on")
	ErrAttemptsExhausted = errors.New("the link was tried as often as it may be")
	ErrDestroyed         = errors.New("the data was destroyed")
	ErrExists            = errors.New("exists already")
)

// IsUnavailable reports whether an error comes from the storage of the database: it is
// full, locked, read-only or damaged. The same call may succeed later.
func IsUnavailable(err error) bool { return engine.Unavailable(err) != "" }

// The files in a data folder.
const (
	FileName   = "passage.db"
	KeysetName = "keyset.json"
)

// Options say where the data is. Only tests set anything but the folder and the logger.
type Options struct {
	Folder  string           // holds passage.db and keyset.json; made if it is not there
	Now     func() time.Time // nil: time.Now
	Random  io.Reader        // nil: crypto/rand
	Logger  *slog.Logger     // for damaged rows; nil: slog.Default()
	KeepLog bool             // leaves what was destroyed in the write-ahead log; see engine.Options
}

// DB is the one handle on the data; it is safe for concurrent use.
type DB struct {
	engine   *engine.Engine
	read     engine.Querier
	keyset   *seal.Key
	now      func() time.Time
	random   io.Reader
	notifier notify.Notifier
	leftOut  leftOut
	hashing  chan struct{} // see whenHashing
}

//go:embed migrations/*.sql
var migrations embed.FS

// Open opens the data folder, creating what is missing, and brings the tables
// up to date.
func Open(ctx context.Context, options Options) (*DB, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Random == nil {
		options.Random = rand.Reader
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	if err := os.MkdirAll(options.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	path := filepath.Join(options.Folder, FileName)
	keyset, err := prepareFolder(ctx, options.Folder, path)
	if err != nil {
		return nil, err
	}
	opened, err := engine.Open(ctx, engine.Options{Path: path, Now: options.Now, KeepLog: options.KeepLog})
	if err != nil {
		return nil, err
	}
	return &DB{engine: opened, read: opened.Reader(), keyset: keyset, now: options.Now, random: options.Random, hashing: make(chan struct{}, maxHashing),
		leftOut: leftOut{logger: options.Logger}}, nil
}

// prepareFolder makes the keyset and the tables where they are missing. Several
// subcommands may start on a new folder at once, so it holds a lock.
func prepareFolder(ctx context.Context, folder, path string) (keyset *seal.Key, err error) {
	lock, err := lockFile(filepath.Join(folder, "open.lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if keyset, err = seal.OpenKeyset(filepath.Join(folder, KeysetName), path); err != nil {
		return nil, err
	}
	scripts, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return keyset, engine.Migrate(ctx, path, scripts)
}

// Close closes the connections. Nothing may use the DB afterwards.
func (db *DB) Close() error { return db.engine.Close() }

// Ping reports whether the database can be read.
func (db *DB) Ping(ctx context.Context) error { return db.engine.Ping(ctx) }

// Health is engine.Health: what is known of the storage, without asking it.
type Health = engine.Health

// Health returns what is known of the storage.
func (db *DB) Health() Health { return db.engine.Health() }

// Check finds out whether the database takes writes, and returns its Health's Err.
func (db *DB) Check(ctx context.Context) error { return db.engine.Check(ctx) }

// Watch checks the database every few seconds until the context ends, and logs changes.
func (db *DB) Watch(ctx context.Context, logger *slog.Logger) error {
	return db.engine.Watch(ctx, logger)
}

// Now is the database's clock, in Unix milliseconds.
func (db *DB) Now() int64 { return db.now().UnixMilli() }

// reader is where to read, and the time as of which to read: within a
// transaction it is the transaction's, however long that takes.
type reader struct {
	engine.Querier
	now int64
}

func (db *DB) reader() reader { return reader{db.read, db.Now()} }

// orNotFound turns the driver's “no rows” into ErrNotFound.
func orNotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
