package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // registers the driver

	"passage/db/notify"
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

// readers is how many reads may run beside each other and beside the writer.
const readers = 4

// FileName is the database's file in its folder.
const FileName = "passage.db"

// Options say where the data is, and replace time and chance in tests.
type Options struct {
	Folder string           // holds passage.db and keyset.json; made if it is not there
	Now    func() time.Time // nil: time.Now
	Random io.Reader        // nil: crypto/rand
}

// DB is the one handle on the data; it is safe for concurrent use.
type DB struct {
	write    *pool         // one connection: SQLite has one writer
	writing  chan struct{} // holds one who writes
	waiting  turns
	read     *pool
	seal     *sealer
	now      func() time.Time
	random   io.Reader
	notifier notify.Notifier
}

// Open opens the data folder, creating what is missing, and brings the tables
// up to date.
func Open(ctx context.Context, options Options) (*DB, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Random == nil {
		options.Random = rand.Reader
	}
	if err := os.MkdirAll(options.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	path := filepath.Join(options.Folder, FileName)
	seal, err := prepareFolder(ctx, options.Folder, path)
	if err != nil {
		return nil, err
	}
	db := &DB{seal: seal, now: options.Now, random: options.Random, writing: make(chan struct{}, 1)}
	if err := db.connect(ctx, path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// prepareFolder makes the keyset and the tables where they are missing. Several
// subcommands may start on a new folder at once, so they take turns.
func prepareFolder(ctx context.Context, folder, path string) (seal *sealer, err error) {
	turn, err := lockFile(filepath.Join(folder, "open.lock"), syscall.LOCK_EX)
	if err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	defer func() { err = errors.Join(err, turn.Close()) }()
	if seal, err = openKeyset(folder, path); err != nil {
		return nil, err
	}
	return seal, migrate(ctx, path)
}

func (db *DB) connect(ctx context.Context, path string) (err error) {
	if db.write, err = openPool(dsn(path, "_txlock=immediate"), 1); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	// An immediate transaction on a reader would block the writer, so readers
	// have neither the lock mode nor the right to write.
	if db.read, err = openPool(dsn(path, "_pragma=query_only(1)"), readers); err != nil {
		return fmt.Errorf("open the database for reading: %w", err)
	}
	return errors.Join(assertPragmas(ctx, db.write.DB), assertPragmas(ctx, db.read.DB))
}

// Close closes the connections. Nothing may use the DB afterwards.
func (db *DB) Close() error {
	var errs []error
	for _, pool := range []*pool{db.read, db.write} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// Ping reports whether the database answers. It leaves the writer alone: who
// asks may be anybody.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	if err := db.read.QueryRowContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	return nil
}

// Now is the database's clock, in Unix milliseconds.
func (db *DB) Now() int64 { return db.now().UnixMilli() }

// dsn names the file with its pragmas, so that each connection of a pool has
// them, whenever it is made.
func dsn(path string, extra string) string {
	query := "_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&" +
		"_pragma=secure_delete(1)&" + extra // a destroyed key must not stay behind in a free page
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query}).String()
}

// assertPragmas makes sure that the driver took the pragmas: a misspelt one is
// ignored silently, and without them the promises of this package do not hold.
func assertPragmas(ctx context.Context, pool *sql.DB) error {
	for _, pragma := range []struct{ name, want string }{
		{"foreign_keys", "1"}, {"journal_mode", "wal"}, {"synchronous", "2"}, {"busy_timeout", "5000"},
		{"secure_delete", "1"},
	} {
		var got string
		if err := pool.QueryRowContext(ctx, "PRAGMA "+pragma.name).Scan(&got); err != nil {
			return fmt.Errorf("read the database: %w", err)
		}
		if got != pragma.want {
			return fmt.Errorf("the database runs with %s=%s instead of %s", pragma.name, got, pragma.want)
		}
	}
	return nil
}

// querier is what reads need: a pool of connections or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// moment is where to read a link, and the time as of which: inside a transaction
// it is the transaction's, however long that takes.
type moment struct {
	querier
	now int64
}

func (db *DB) present() moment { return moment{db.read, db.Now()} }

// collect reads every row of a query with scan.
func collect[T any](ctx context.Context, from querier, scan func(row) (T, error), query string, args ...any) (found []T, err error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, value)
	}
	return found, rows.Err()
}

// row is a *sql.Row or *sql.Rows.
type row interface{ Scan(dest ...any) error }

// orNotFound turns the driver's “no rows” into ours.
func orNotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// placeholders writes “$from, $from+1, …” for count values.
func placeholders(from, count int) string {
	text := ""
	for n := range count {
		if n > 0 {
			text += ", "
		}
		text += "$" + strconv.Itoa(from+n)
	}
	return text
}
