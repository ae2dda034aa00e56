package engine

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
)

// maxStatements bounds how many statements are kept compiled. The project has a
// few hundred.
const maxStatements = 1000

// pool is a set of connections that compiles each statement once. SQLite takes
// about as long to compile one of the project's statements as to run it.
type pool struct {
	*sql.DB
	failed   func(error) // is told how a read failed; nil: nobody wants to know
	mu       sync.Mutex
	compiled map[string]*sql.Stmt
	wanted   []string // statements that a transaction ran uncompiled
}

func newPool(opened *sql.DB, connections int) *pool {
	opened.SetMaxOpenConns(connections)
	return &pool{DB: opened, compiled: map[string]*sql.Stmt{}}
}

// QueryContext is sql.DB's.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := p.query(ctx, query, args)
	p.report(err)
	return rows, err
}

func (p *pool) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	if s := p.compile(ctx, query); s != nil { //nolint:sqlclosecheck // closes with the pool
		return s.QueryContext(ctx, args...)
	}
	return p.DB.QueryContext(ctx, query, args...)
}

// QueryRowContext is sql.DB's.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	row := p.queryRow(ctx, query, args)
	p.report(row.Err())
	return row
}

func (p *pool) queryRow(ctx context.Context, query string, args []any) *sql.Row {
	if s := p.compile(ctx, query); s != nil { //nolint:sqlclosecheck // closes with the pool
		return s.QueryRowContext(ctx, args...)
	}
	return p.DB.QueryRowContext(ctx, query, args...)
}

func (p *pool) report(err error) {
	if err != nil && p.failed != nil {
		p.failed(err)
	}
}

// compile returns the compiled statement, or nil where it cannot be compiled;
// running it uncompiled then gives the error.
func (p *pool) compile(ctx context.Context, query string) *sql.Stmt {
	p.mu.Lock()
	s, full := p.compiled[query], len(p.compiled) >= maxStatements
	p.mu.Unlock()
	if s != nil || full {
		return s
	}
	s, err := p.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if earlier := p.compiled[query]; earlier != nil { // another goroutine was faster
		_ = s.Close() //nolint:sqlclosecheck // the other is kept
		return earlier
	}
	p.compiled[query] = s
	return s
}

// begin begins a transaction. While the transaction holds the one connection,
// nothing can be compiled, so the statements that it misses are compiled before
// the next one.
func (p *pool) begin(ctx context.Context) (transaction, error) {
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = nil
	p.mu.Unlock()
	for _, query := range wanted {
		p.compile(ctx, query)
	}
	begun, err := p.BeginTx(ctx, nil)
	if err != nil {
		return transaction{}, fmt.Errorf("begin: %w", err)
	}
	return transaction{begun, p}, nil
}

// transaction runs statements compiled, where the pool has them.
type transaction struct {
	*sql.Tx
	pool *pool
}

func (t transaction) compiled(ctx context.Context, query string) *sql.Stmt {
	t.pool.mu.Lock()
	s := t.pool.compiled[query]
	if s == nil && !slices.Contains(t.pool.wanted, query) {
		t.pool.wanted = append(t.pool.wanted, query)
	}
	t.pool.mu.Unlock()
	if s == nil {
		return nil
	}
	return t.StmtContext(ctx, s)
}

// ExecContext is sql.Tx's.
func (t transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if s := t.compiled(ctx, query); s != nil { //nolint:sqlclosecheck // closes with the transaction
		return s.ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, query, args...)
}

// QueryContext is sql.Tx's.
func (t transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := t.compiled(ctx, query); s != nil { //nolint:sqlclosecheck // closes with the transaction
		return s.QueryContext(ctx, args...)
	}
	return t.Tx.QueryContext(ctx, query, args...)
}

// QueryRowContext is sql.Tx's.
func (t transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s := t.compiled(ctx, query); s != nil { //nolint:sqlclosecheck // closes with the transaction
		return s.QueryRowContext(ctx, args...)
	}
	return t.Tx.QueryRowContext(ctx, query, args...)
}
