package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
)

// mostStatements bounds those that are kept compiled; ours are a few hundred.
const mostStatements = 1000

// pool is connections that compile each statement once. SQLite takes as long to
// compile one of ours as to run it.
type pool struct {
	*sql.DB
	mu       sync.Mutex
	compiled map[string]*sql.Stmt
	wanted   []string // by transactions
}

func openPool(dsn string, connections int) (*pool, error) {
	opened, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	opened.SetMaxOpenConns(connections)
	return newPool(opened), nil
}

func newPool(opened *sql.DB) *pool { return &pool{DB: opened, compiled: map[string]*sql.Stmt{}} }

// QueryContext is sql.DB's.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := p.compile(ctx, query); s != nil { //nolint:sqlclosecheck // closes with the pool
		return s.QueryContext(ctx, args...)
	}
	return p.DB.QueryContext(ctx, query, args...)
}

// QueryRowContext is sql.DB's.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s := p.compile(ctx, query); s != nil { //nolint:sqlclosecheck // closes with the pool
		return s.QueryRowContext(ctx, args...)
	}
	return p.DB.QueryRowContext(ctx, query, args...)
}

// compile gives a statement compiled; nil where it cannot be, and running it as
// it is says why.
func (p *pool) compile(ctx context.Context, query string) *sql.Stmt {
	p.mu.Lock()
	s, full := p.compiled[query], len(p.compiled) >= mostStatements
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
	if earlier := p.compiled[query]; earlier != nil { // somebody was first
		_ = s.Close() //nolint:sqlclosecheck // the other is kept
		return earlier
	}
	p.compiled[query] = s
	return s
}

// begin begins a transaction. It holds the connection on which its statements
// would have to be compiled, so those that it misses are there for the next one.
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

// transaction is one that runs statements compiled, as far as they are.
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
