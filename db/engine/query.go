package engine

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
)

// Querier is what reads need: a pool of connections or a transaction.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Row is a *sql.Row or *sql.Rows.
type Row interface{ Scan(dest ...any) error }

// Collect reads every row of a query with scan.
func Collect[T any](ctx context.Context, from Querier, scan func(Row) (T, error), query string, args ...any) (found []T, err error) {
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

// Placeholders returns “$first, $first+1, …” for count values.
func Placeholders(first, count int) string {
	text := ""
	for n := range count {
		if n > 0 {
			text += ", "
		}
		text += "$" + strconv.Itoa(first+n)
	}
	return text
}
