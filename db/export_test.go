package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
)

// Trace makes a handle tell each statement that it runs.
func Trace(db *DB, folder string, tell func(query string)) error {
	path := filepath.Join(folder, "passage.db")
	driver := db.write.Driver()
	if err := db.Close(); err != nil {
		return err
	}
	db.write = newPool(sql.OpenDB(tracer{driver, dsn(path, "_txlock=immediate"), tell}))
	db.write.SetMaxOpenConns(1)
	db.read = newPool(sql.OpenDB(tracer{driver, dsn(path, "_pragma=query_only(1)"), tell}))
	return nil
}

type tracer struct {
	driver driver.Driver
	dsn    string
	tell   func(string)
}

func (t tracer) Driver() driver.Driver { return t.driver }

func (t tracer) Connect(context.Context) (driver.Conn, error) {
	conn, err := t.driver.Open(t.dsn)
	if err != nil {
		return nil, err
	}
	return tracedConn{conn.(sqliteConn), t.tell}, nil
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
	tell func(string)
}

func (c tracedConn) Prepare(query string) (driver.Stmt, error) {
	c.tell(query)
	return c.sqliteConn.Prepare(query)
}

func (c tracedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.tell(query)
	return c.sqliteConn.ExecContext(ctx, query, args)
}

func (c tracedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.tell(query)
	return c.sqliteConn.QueryContext(ctx, query, args)
}
