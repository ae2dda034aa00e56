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

// keepMatches stores what the script's selectors matched, for the day when one
// of them matches nothing. It is called for complete sessions only: what matched
// in these was the right element. A selector that the script composed of what it
// read may contain personal data, so only selectors that appear literally in the
// script are stored.
func (s *session) keepMatches(b *browser.Browser) {
	seen := b.MatchedElements()
	maps.DeleteFunc(seen, func(selector, _ string) bool {
		return !bytes.Contains(s.integration.Source, []byte(selector))
	})
	if err := s.runner.db.SaveMatches(context.WithoutCancel(s.ctx), s.integration.ID, seen); err != nil {
		s.logger.Warn("what the selectors matched could not be kept", "error", err)
	}
}

// addLastMatches adds to a failure what its selectors matched in the last complete
// session.
func (s *session) addLastMatches(err error) {
	failure, ok := errors.AsType[*script.Failure](err)
	if !ok || failure.Outcome.Code != outcome.SiteChanged {
		return
	}
	var unmatched []string
	for _, selector := range failure.Outcome.Selectors {
		if selector.Matches == 0 {
			unmatched = append(unmatched, selector.Selector)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), evidenceTimeout)
	defer cancel()
	last, err := s.runner.db.LastMatches(ctx, s.integration.ID, unmatched)
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
