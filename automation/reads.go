package automation

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"passage/automation/event"
	"passage/automation/script"
)

// reads collects what the reading words of a session found, by the line of the
// script. The words that find nothing end in an empty list and not in an error,
// so a site that has changed can look like one that has nothing.
type reads struct {
	mu     sync.Mutex
	byLine map[int]*lineRead
}

type lineRead struct {
	event.Read
	operation string
	exists    bool // page.exists: it tells more often what kind of page it is than what is on it
}

// add records a step. Of a line that runs several times the largest count stays.
func (r *reads) add(step script.Step) {
	if step.Outcome != "" || step.Operation == script.LogIn {
		return
	}
	switch step.Word {
	case "page.rows", "page.count", "page.exists":
	default:
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byLine == nil {
		r.byLine = map[int]*lineRead{}
	}
	if known := r.byLine[step.Line]; known != nil {
		known.Matches = max(known.Matches, step.Matches)
		return
	}
	r.byLine[step.Line] = &lineRead{event.Read{Line: step.Line, Word: step.Word, Selector: step.Selector, Matches: step.Matches},
		step.Operation, step.Word == "page.exists"}
}

// list returns the reads by which a session can be judged. page.exists counts only
// in an operation without another reading word.
func (r *reads) list() []event.Read {
	r.mu.Lock()
	defer r.mu.Unlock()
	lists := map[string]bool{}
	for _, read := range r.byLine {
		lists[read.operation] = lists[read.operation] || !read.exists
	}
	var all []event.Read
	for _, read := range r.byLine {
		if !read.exists || !lists[read.operation] {
			all = append(all, read.Read)
		}
	}
	slices.SortFunc(all, func(a, b event.Read) int { return cmp.Compare(a.Line, b.Line) })
	return all
}

// judgeReads marks the session as suspect if it found nothing where the last good
// session with this version of the script found something. It reports whether
// all is well.
func (s *session) judgeReads() (good bool) {
	missing, err := s.runner.db.JudgeReads(context.WithoutCancel(s.ctx), s.lease, s.integration.Hash, s.recorder.reads.list())
	if err != nil {
		s.logger.Warn("what the session read could not be compared with earlier sessions", "error", err)
		return true
	}
	for _, read := range missing {
		s.logger.Warn("session.suspect", "line", read.Line, "word", read.Word, "selector", read.Selector)
	}
	return len(missing) == 0
}
