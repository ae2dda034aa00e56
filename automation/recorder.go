package automation

import (
	"context"
	"sync"
	"time"

	"passage/automation/event"
	"passage/automation/script"
	"passage/db"
)

// How many steps of a script are written together, and how often: a durable write
// for every click would cost more than the click.
const (
	flushSteps = 32
	flushEvery = time.Second
)

// recorder writes a session's timeline. The session's goroutine calls it.
type recorder struct {
	session *session
	reads   reads

	mu      sync.Mutex
	steps   []db.NewEvent
	flushed time.Time
	note    *db.Note
}

// Step records a call of the script.
func (r *recorder) Step(step script.Step) {
	r.reads.add(step)
	var failed []event.Response
	for _, response := range step.Traffic.Failed {
		failed = append(failed, event.Response(response))
	}
	r.mu.Lock()
	r.steps = append(r.steps, db.NewEvent{Kind: event.StepTaken, At: step.Started.UnixMilli(), Data: event.Step{
		Word: step.Word, Selector: step.Selector, Matches: step.Matches, Line: step.Line, Operation: step.Operation,
		Took: step.Took.Milliseconds(), Outcome: step.Outcome, URL: step.URL,
		Status: step.Traffic.Status, Failed: failed, Others: step.Traffic.Others,
	}})
	due := len(r.steps) >= flushSteps || time.Since(r.flushed) >= flushEvery
	r.mu.Unlock()
	if due {
		r.flush()
	}
}

// flush writes the gathered steps. It ignores a lost lease: the session's next
// transition reports that.
func (r *recorder) flush() {
	r.mu.Lock()
	steps := r.steps
	r.steps, r.flushed = nil, time.Now()
	r.mu.Unlock()
	if len(steps) == 0 {
		return
	}
	s := r.session
	if _, err := s.runner.db.AppendEvents(context.WithoutCancel(s.ctx), s.lease, steps); err != nil {
		s.logger.Warn("steps could not be recorded", "error", err)
	}
}

// Progress shows the user what is being done.
func (r *recorder) Progress(key string, count int) {
	r.flush()
	note := db.Note{Key: key, Count: count}
	r.mu.Lock()
	r.note = &note
	r.mu.Unlock()
	s := r.session
	if err := s.recordProgress(context.WithoutCancel(s.ctx), s.work.position(), note); err != nil {
		s.logger.Warn("progress could not be recorded", "error", err)
	}
}

// recordProgress stores a note beside the running operation. During the log-in
// there is none, so only the timeline has it.
func (s *session) recordProgress(ctx context.Context, position int, note db.Note) error {
	if position != noOperation {
		return s.runner.db.NoteOperation(ctx, s.lease, position, note)
	}
	_, err := s.runner.db.AppendEvents(ctx, s.lease, []db.NewEvent{
		{Kind: event.ProgressMade, Data: event.Progress(note), At: s.runner.db.Now()}})
	return err
}

// Submit writes down that a change is about to be submitted to the site.
func (r *recorder) Submit(ctx context.Context, _ string) error {
	r.flush()
	return r.session.submit(ctx)
}

// Account stores which account the session works in.
func (r *recorder) Account(ctx context.Context, id string) error {
	return r.session.runner.db.SetAccount(ctx, r.session.lease, id)
}

func (r *recorder) lastNote() *db.Note {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.note
}

func (r *recorder) forgetNote() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note = nil
}
