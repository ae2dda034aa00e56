package webhook

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

func TestSender_LogsNoURLResultOrReply(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	clock := dbtest.NewClock()
	sender := New(Options{DB: dbtest.Open(t, clock.Now), Allow: loopback(t), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "canary-reply")
	})
	wanted := dbtest.NewLink(dbtest.Organization(t, sender.db, "acme").ID)
	wanted.WebhookURL = receiver.URL + "/canary-path?token=canary-query"
	claimed := completed(t, sender.db, wanted, `{"value":"canary-result"}`)
	drive(t, sender)
	delivery := deliveries(t, sender.db, claimed.Link)[0]
	if text := log.String(); strings.Contains(text, "canary") || !strings.Contains(text, delivery.ID) {
		t.Errorf("log is %s", text)
	}
	if made := tries(t, sender.db, delivery); len(made) != 1 || made[0].Reply != "canary-reply" {
		t.Errorf("tries are %+v", made)
	}
}

func TestSender_RetriesUnreadableEvents(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	sender := New(Options{DB: dbtest.OpenFolder(t, folder, dbtest.NewClock().Now), Allow: loopback(t), Logger: quiet()})
	receiver := newReceiver(t, status(http.StatusOK))
	link, _ := expired(t, sender.db, "acme", receiver.URL)
	raw, err := sql.Open("sqlite", filepath.Join(folder, "passage.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.ExecContext(t.Context(), `UPDATE links SET claim_code = x'00'`); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	drive(t, sender)
	delivery := deliveries(t, sender.db, link)[0]
	made := tries(t, sender.db, delivery)
	if delivery.Status != db.DeliveryPending || len(made) != 1 || made[0].Error != couldNotPrepare || len(receiver.got) != 0 {
		t.Errorf("delivery is %+v, tries are %+v", delivery, made)
	}
}

// signals is a log that tells of each line.
type signals chan string

func (s signals) Write(line []byte) (int, error) {
	s <- string(line)
	return len(line), nil
}

func TestSender_ContinuesAfterDatabaseError(t *testing.T) {
	t.Parallel()
	lines := make(signals, 100)
	database := dbtest.Open(t, time.Now)
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}
	sender := New(Options{DB: database, Logger: slog.New(slog.NewTextHandler(lines, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- sender.Run(ctx) }()
	if line := <-lines; !strings.Contains(line, "cannot read webhooks") {
		t.Errorf("log is %s", line)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(lines) != 0 {
		t.Errorf("%d more lines were logged", len(lines))
	}
}
