package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"

	"passage/db/engine"
)

// Trace makes a database report each statement that it runs or compiles.
func Trace(db *DB, folder string, report func(statement string)) error {
	sqlite, err := sql.Open("sqlite", "")
	if err != nil {
		return err
	}
	if err := errors.Join(sqlite.Close(), db.engine.Close()); err != nil {
		return err
	}
	db.engine, err = engine.Open(context.Background(), engine.Options{Path: filepath.Join(folder, FileName), Now: db.now,
		Driver: tracer{sqlite.Driver(), report}})
	if err != nil {
		return err
	}
	db.read = db.engine.Reader()
	return nil
}

type tracer struct {
	driver.Driver
	report func(string)
}

func (t tracer) Open(dsn string) (driver.Conn, error) {
	conn, err := t.Driver.Open(dsn)
	if err != nil {
		return nil, err
	}
	return tracedConn{conn.(sqliteConn), t.report}, nil
}

// sqliteConn is what the driver's connections can do.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
}

type tracedConn struct {
	sqliteConn
	report func(string)
}

func (c tracedConn) Prepare(query string) (driver.Stmt, error) {
	c.report(query)
	return c.sqliteConn.Prepare(query)
}

func (c tracedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.report(query)
	return c.sqliteConn.ExecContext(ctx, query, args)
}

func (c tracedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.report(query)
	return c.sqliteConn.QueryContext(ctx, query, args)
}

// Hash takes the place of somebody whose password is hashed, until release.
func Hash(db *DB) (release func()) {
	db.hashing <- struct{}{}
	return func() { <-db.hashing }
}

// CheckPassword is the part of LogInOperator that finds the operator, without a
// limit of failures.
func (db *DB) CheckPassword(ctx context.Context, email, password string) (Operator, error) {
	return db.checkPassword(ctx, email, password)
}

// CreateOperatorSession is the part of LogInOperator that comes after the check.
func (db *DB) CreateOperatorSession(ctx context.Context, operator Operator, browser Browser) (token string, err error) {
	return db.createOperatorSession(ctx, operator, browser)
}
