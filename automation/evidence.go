package automation

import (
	"context"
	"errors"
	"net/http"
	"time"

	"passage/automation/browser"
	"passage/automation/event"
	"passage/automation/script"
	"passage/db"
)

// evidenceTimeout bounds what is done for operators besides the work.
const evidenceTimeout = 5 * time.Second

// evidence stores what an operator needs to see why a session failed: the line
// of the script, what it looked for, where, and a masked picture of the page.
// What cannot be obtained is left out: evidence never changes how a session ends.
func (r *recorder) evidence(page *browser.Page, err error) {
	s := r.session
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), evidenceTimeout)
	defer cancel()
	data := event.Evidence{URL: page.URL()}
	if failure, ok := errors.AsType[*script.Failure](err); ok {
		data.Line, data.Traceback = failure.Line, failure.Traceback
		data.Word, data.Selector, data.Selectors = failure.Word, failure.Selector, failure.Outcome.Selectors
	}
	r.flush()
	if _, err := s.runner.db.AppendEvents(ctx, s.lease, []db.NewEvent{
		{Kind: event.EvidenceKept, Data: data, At: s.runner.db.Now()},
	}); err != nil {
		s.logger.Warn("evidence could not be recorded", "error", err)
		return
	}
	r.picture(ctx, page)
}

// record stores a picture of a page if the link asks for a full recording. It
// flushes the steps first. A stop does not wait for it.
func (r *recorder) record(page *browser.Page) {
	if !r.session.link.Debug {
		return
	}
	ctx, cancel := context.WithTimeout(r.session.ctx, evidenceTimeout)
	defer cancel()
	r.flush()
	r.picture(ctx, page)
}

// picture stores a masked picture of a page.
func (r *recorder) picture(ctx context.Context, page *browser.Page) {
	s := r.session
	picture, err := page.Screenshot(ctx)
	if err != nil {
		s.logger.Info("no picture could be taken", "error", err)
		return
	}
	if err := s.runner.db.SaveScreenshot(ctx, s.lease, http.DetectContentType(picture), picture); err != nil {
		s.logger.Warn("a picture could not be kept", "error", err)
	}
}
