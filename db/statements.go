package db

import (
	"context"
	"database/sql"
	"fmt"
)

// statements are those that every link of a merchant's takes. SQLite compiles
// them once for each connection; to compile one takes it as long as to run it.
type statements struct{ authenticate, insertLink, insertOperation *sql.Stmt }

func (db *DB) prepare(ctx context.Context) (err error) {
	for _, s := range []struct {
		statement **sql.Stmt
		on        *sql.DB
		query     string
	}{
		{&db.prepared.authenticate, db.read, authenticateQuery},
		{&db.prepared.insertLink, db.write, insertLinkQuery},
		{&db.prepared.insertOperation, db.write, insertOperationQuery},
	} {
		if *s.statement, err = s.on.PrepareContext(ctx, s.query); err != nil { //nolint:sqlclosecheck // closes with its pool
			return fmt.Errorf("prepare a statement: %w", err)
		}
	}
	return nil
}

// execPrepared is exec of one of db.prepared.
func (tx *tx) execPrepared(statement *sql.Stmt, args ...any) error {
	_, err := tx.sql.StmtContext(tx.ctx, statement).ExecContext(tx.ctx, args...) //nolint:sqlclosecheck // closes with the transaction
	return err
}
