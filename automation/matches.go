package automation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"passage/automation/browser"
	"passage/automation/outcome"
	"passage/automation/script"
)

// keepMatches remembers what the script's selectors matched, for the day when
// one matches nothing. It is for a session in which everything has worked: only
// then is it known that what matched was the right thing. A selector that the
// script made of what it read on the page may tell of the person, so only those
// are kept that stand in the script.
func (s *session) keepMatches(b *browser.Browser) {
	seen := b.MatchedElements()
	maps.DeleteFunc(seen, func(selector, _ string) bool {
		return !bytes.Contains(s.integration.Source, []byte(selector))
	})
	if err := s.runner.DB.SaveMatches(context.WithoutCancel(s.ctx), s.integration.ID, seen); err != nil {
		s.logger.Warn("what the selectors matched could not be kept", "error", err)
	}
}

// recallMatches adds to a failure what its selectors matched when everything
// worked last.
func (s *session) recallMatches(err error) {
	failure, ok := errors.AsType[*script.Failure](err)
	if !ok || failure.Outcome.Code != outcome.SiteChanged {
		return
	}
	var missed []string
	for _, selector := range failure.Outcome.Selectors {
		if selector.Matches == 0 {
			missed = append(missed, selector.Selector)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), evidenceTimeout)
	defer cancel()
	last, err := s.runner.DB.LastMatches(ctx, s.integration.ID, missed)
	if err != nil {
		s.logger.Warn("what the selectors matched before could not be found", "error", err)
		return
	}
	for n := range failure.Outcome.Selectors {
		selector := &failure.Outcome.Selectors[n]
		match, known := last[selector.Selector]
		if !known || selector.Matches > 0 {
			continue
		}
		selector.Last, selector.LastAt = match.Element, match.SeenAt
		failure.Outcome.Detail += fmt.Sprintf("; when everything worked last, at %s, %s matched %s",
			time.UnixMilli(match.SeenAt).UTC().Format("2006-01-02 15:04 UTC"), selector.Selector, match.Element)
	}
}
