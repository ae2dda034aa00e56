package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite" // registers the driver
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	driverName   = "sqlite"
	gooseDialect = goose.DialectSQLite3
	busyTimeout  = "5000" // milliseconds that a connection waits for a lock
)

// pragmas are what every connection that serves needs. secure_delete keeps a
// destroyed key from staying behind in a free page.
var pragmas = []struct{ name, value, stored string }{
	{"busy_timeout", busyTimeout, busyTimeout},
	{"foreign_keys", "1", "1"},
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"secure_delete", "1", "1"},
}

// connect opens the pools: one connection that writes, and some that read.
func (e *Engine) connect(ctx context.Context, options Options) (err error) {
	if e.write, err = openPool(options, "_txlock=immediate", 1); err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	// An immediate transaction on a reader would block the writer, so readers
	// have neither the lock mode nor the right to write.
	if e.read, err = openPool(options, "_pragma=query_only(1)", readers); err != nil {
		return fmt.Errorf("open the database for reading: %w", err)
	}
	return errors.Join(assertPragmas(ctx, e.write.DB), assertPragmas(ctx, e.read.DB))
}

func openPool(options Options, query string, connections int) (*pool, error) {
	for _, pragma := range pragmas {
		query += "&_pragma=" + pragma.name + "(" + pragma.value + ")"
	}
	address := dsn(options.Path, query)
	if options.Driver != nil {
		return newPool(sql.OpenDB(connector{options.Driver, address}), connections), nil
	}
	opened, err := sql.Open(driverName, address)
	if err != nil {
		return nil, err
	}
	return newPool(opened, connections), nil
}

// dsn names the file with its pragmas, so that each connection of a pool has
// them, whenever it is opened.
func dsn(path, query string) string {
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query}).String()
}

// assertPragmas makes sure that the driver took the pragmas: it ignores a
// misspelt one silently, and without them the promises of this package do not
// hold.
func assertPragmas(ctx context.Context, opened *sql.DB) error {
	for _, pragma := range pragmas {
		var got string
		if err := opened.QueryRowContext(ctx, "PRAGMA "+pragma.name).Scan(&got); err != nil {
			return fmt.Errorf("read the database: %w", err)
		}
		if got != pragma.stored {
			return fmt.Errorf("the database runs with %s=%s instead of %s", pragma.name, got, pragma.stored)
		}
	}
	return nil
}

// openForMigration opens one connection without foreign keys. With them, the
// way in which SQLite rebuilds a parent table would empty its children.
func openForMigration(path string) (*sql.DB, error) {
	opened, err := sql.Open(driverName, dsn(path,
		"_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(0)&_txlock=immediate"))
	if err != nil {
		return nil, err
	}
	opened.SetMaxOpenConns(1)
	return opened, nil
}

// checkForeignKeys finds what a migration without foreign keys may have broken.
func checkForeignKeys(ctx context.Context, opened *sql.DB, path string) error {
	broken, err := Collect(ctx, opened, func(r Row) (string, error) {
		var table, parent string
		var id, key any
		err := r.Scan(&table, &id, &parent, &key)
		return fmt.Sprintf("%s → %s", table, parent), err
	}, `PRAGMA foreign_key_check`)
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%s holds rows that refer to nothing (%v): restore a backup", path, broken)
	}
	return nil
}

// connector opens connections with a given driver.
type connector struct {
	driver driver.Driver
	dsn    string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

func (c connector) Driver() driver.Driver { return c.driver }

// truncateLog moves the content of the write-ahead log to the database's file and empties
// it. It is busy if somebody still reads what is in the log.
func truncateLog(ctx context.Context, opened *sql.DB) (busy bool, err error) {
	conn, err := opened.Conn(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 50"); err != nil {
		return false, err
	}
	var logged, moved int
	err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &moved)
	_, reset := conn.ExecContext(ctx, "PRAGMA busy_timeout = "+busyTimeout)
	return busy, errors.Join(err, reset)
}

// unavailable says which of SQLite's errors are the storage's fault. The primary code
// of an error is in its lower eight bits.
var unavailable = map[int]Reason{
	sqlite3.SQLITE_FULL:     Full,
	sqlite3.SQLITE_BUSY:     Locked,
	sqlite3.SQLITE_READONLY: ReadOnly,
	sqlite3.SQLITE_IOERR:    IOError,
	sqlite3.SQLITE_CANTOPEN: IOError,
	sqlite3.SQLITE_CORRUPT:  Damaged,
	sqlite3.SQLITE_NOTADB:   Damaged,
}

// Unavailable returns why the storage failed, or "" if an error has another cause.
func Unavailable(err error) Reason {
	if _, ok := errors.AsType[*replacedError](err); ok {
		return Replaced
	}
	failed, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return ""
	}
	return unavailable[failed.Code()&0xff]
}

// heartbeat writes a page that nobody reads.
func heartbeat(tx *Tx) error {
	_, err := tx.Exec(`PRAGMA user_version = 1`)
	tx.wrote = true
	return err
}

// maxFaults bounds how many faults QuickCheck looks for.
const maxFaults = "5"

// QuickCheck reads the whole file of a database, which may be in use, and returns what
// is wrong with its structure. It takes some seconds for a gigabyte, and ends with its context.
func QuickCheck(ctx context.Context, path string) (faults []string, err error) {
	opened, err := sql.Open(driverName, dsn(path, "mode=rw&_pragma=busy_timeout("+busyTimeout+")&_pragma=query_only(1)"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	opened.SetMaxOpenConns(1)
	faults, err = Collect(ctx, opened, func(r Row) (fault string, err error) { return fault, r.Scan(&fault) },
		"PRAGMA quick_check("+maxFaults+")")
	if Unavailable(err) == Damaged {
		return append(faults, err.Error()), nil
	}
	if len(faults) == 1 && faults[0] == "ok" {
		faults = nil
	}
	return faults, err
}

// pingQuery reads the first page of the file.
const pingQuery = `PRAGMA schema_version`
