package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"passage/db"
)

// The disk is the noisiest part of a machine, so rounds are short and many.
const (
	linkTurn   = 100 * time.Millisecond
	linkSlices = 8   // of each way to create links, in each round
	few        = 4   // callers of POST /v1/links at once
	many       = 16  // likewise: as many as two cores serve
	linkTarget = 0.5 // of the bare inserts
)

// way is one way to create a link.
type way struct {
	name    string
	callers int
	loaded  bool // at its most: the target is for these
	create  func(context.Context) error
	created int           // in this round
	took    time.Duration // in this round
	rate    sample        // a second, by round
	each    sample        // milliseconds of each creation, of all rounds
}

// measureLinks compares the creation of links with inserts of the very same
// rows, one transaction each: same driver, pragmas and disk, same columns and
// values, but a primary key as the only index and no checks.
func (s *suite) measureLinks(ctx context.Context) (err error) {
	server, err := s.serve(ctx, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	folder, err := os.MkdirTemp(s.folder, "links-")
	if err != nil {
		return err
	}
	database, err := db.Open(ctx, db.Options{Folder: folder})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, database.Close()) }()
	link, err := newLink(ctx, database)
	if err != nil {
		return err
	}
	inserts, err := openInserts(ctx, database, link, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inserts.close()) }()

	create := func(ctx context.Context) error { _, _, err := database.CreateLink(ctx, link, nil); return err }
	post := func(ctx context.Context) error { _, _, err := server.createLink(ctx, demo); return err }
	ways := []*way{
		{name: "bare inserts", callers: 1, create: inserts.insert},
		{name: "db.CreateLink", callers: 1, loaded: true, create: create},
		{name: "POST /v1/links", callers: 1, create: post},
		{name: fmt.Sprintf("POST, %d callers", few), callers: few, create: post},
		{name: fmt.Sprintf("POST, %d callers", many), callers: many, loaded: true, create: post},
	}
	for range s.rounds {
		if err := linkRound(ctx, ways); err != nil {
			return err
		}
	}
	s.printLinks(ways, inserts)
	return nil
}

func linkRound(ctx context.Context, ways []*way) error {
	for range linkSlices {
		for _, w := range ways {
			if err := w.turn(ctx); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
		}
	}
	for _, w := range ways {
		w.rate = append(w.rate, float64(w.created)/w.took.Seconds())
		w.created, w.took = 0, 0
	}
	return nil
}

func (s *suite) printLinks(ways []*way, inserts *inserts) {
	s.say(`
3. Links with three operations a second, each one durable transaction of %d rows, %d bytes of values
   %d rounds of %d × %s in turns; the bare inserts write the same values, without seals, checks and further indexes;
   POST is the whole way of a merchant: HTTP, key, limits, validation, and an idempotency key with its kept reply
`, inserts.rows, inserts.bytes, s.rounds, linkSlices, linkTurn)
	for n, w := range ways {
		s.say("   %-16s %-24s p99 %5.1f ms ", w.name, w.rate.show("%.0f"), w.each.at(0.99))
		if n > 0 {
			ratio := w.rate.over(ways[0].rate)
			s.say(" %s of bare", ratio.show("%.2f"))
			if w.loaded {
				s.say("   target ≥ %.1f: %s", linkTarget, verdict(ratio.median() >= linkTarget))
			}
		}
		s.say("\n")
	}
}

// turn creates links for a while.
func (w *way) turn(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	times := make([]sample, w.callers)
	begin := time.Now()
	for caller := range times {
		group.Go(func() error {
			for last := begin; last.Sub(begin) < linkTurn; {
				if err := w.create(ctx); err != nil {
					return err
				}
				now := time.Now()
				times[caller] = append(times[caller], milliseconds(now.Sub(last)))
				last = now
			}
			return nil
		})
	}
	err := group.Wait()
	w.took += time.Since(begin)
	for _, each := range times {
		w.created += len(each)
		w.each = append(w.each, each...)
	}
	return err
}

// newLink is what the API stores for the request of server.createLink.
func newLink(ctx context.Context, database *db.DB) (db.NewLink, error) {
	merchant, err := database.EnsureOrganization(ctx, "Bench")
	link := db.NewLink{OrganizationID: merchant.ID, IntegrationID: demo.id, Lifetime: 4 * time.Hour,
		ReturnURL: "https://shop.example/done", UserLabel: "ada@demo.example", Metadata: map[string]string{"cart": "1042"}}
	for _, o := range demo.operations(demo.limit) {
		var arguments json.RawMessage
		if o.Arguments != nil {
			text, marshalErr := json.Marshal(o.Arguments)
			arguments, err = text, errors.Join(err, marshalErr)
		}
		link.Operations = append(link.Operations, db.NewOperation{Resource: o.Resource, Action: o.Action, Arguments: arguments,
			Summary: map[string]string{"last4": "1111"}})
	}
	return link, err
}

// inserts writes a link's rows repeatedly, under new ids, into tables of another
// file.
type inserts struct {
	to          *sql.DB
	records     []record
	rows, bytes int
}

// record is one row: the values of its columns.
type record struct {
	insert string
	values []any
}

func openInserts(ctx context.Context, database *db.DB, isNew db.NewLink, folder string) (_ *inserts, err error) {
	link, _, err := database.CreateLink(ctx, isNew, nil)
	if err != nil {
		return nil, err
	}
	from, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "passage.db")+"?_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	// The pragmas and the lock mode are those of package db.
	to, err := sql.Open("sqlite", (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(folder, "bare.db"),
		RawQuery: "_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&" +
			"_pragma=secure_delete(1)&_txlock=immediate"}).String())
	if err != nil {
		return nil, err
	}
	to.SetMaxOpenConns(1)
	i := &inserts{to: to}
	for _, t := range []table{
		{"links", "id", "(%s, PRIMARY KEY (id))"},
		{"link_operations", "link_id", "(%s, PRIMARY KEY (link_id, position)) WITHOUT ROWID"},
	} {
		if err := i.copyTable(ctx, from, t, link.ID); err != nil {
			return nil, errors.Join(err, to.Close())
		}
	}
	return i, nil
}

// table is one of those with a link's rows.
type table struct {
	name string
	id   string // the column of the link's id; the first
	form string // as package db has it, without types and checks
}

func (i *inserts) close() error { return i.to.Close() }

// copyTable makes a table with the columns of another and takes over that one's
// rows of a link.
func (i *inserts) copyTable(ctx context.Context, from *sql.DB, t table, linkID string) (err error) {
	found, err := from.QueryContext(ctx, "SELECT * FROM "+t.name+" WHERE "+t.id+" = $1", linkID) //nolint:gosec // names of ours
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	columns, err := found.Columns()
	if err != nil {
		return err
	}
	if _, err := i.to.ExecContext(ctx, "CREATE TABLE "+t.name+" "+fmt.Sprintf(t.form, strings.Join(columns, ", "))); err != nil {
		return err
	}
	insert := "INSERT INTO " + t.name + " VALUES (" + strings.Repeat("?, ", len(columns)-1) + "?)"
	for found.Next() {
		values, positions := make([]any, len(columns)), make([]any, len(columns))
		for n := range values {
			positions[n] = &values[n]
		}
		if err := found.Scan(positions...); err != nil {
			return err
		}
		i.records = append(i.records, record{insert, values})
		i.count(values)
	}
	return found.Err()
}

func (i *inserts) count(values []any) {
	i.rows++
	for _, value := range values {
		switch value := value.(type) {
		case string:
			i.bytes += len(value)
		case []byte:
			i.bytes += len(value)
		case int64:
			i.bytes += 8
		}
	}
}

// insert writes the rows once, in one transaction. The id is the first column
// of both tables.
func (i *inserts) insert(ctx context.Context) error {
	tx, err := i.to.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	id := "link_" + rand.Text()[:22] // as long as those of package db
	for _, r := range i.records {
		r.values[0] = id
		if _, err := tx.ExecContext(ctx, r.insert, r.values...); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}
