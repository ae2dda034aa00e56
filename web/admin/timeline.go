package admin

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"passage/automation/event"
	"passage/automation/outcome"
	"passage/db"
	view "passage/views/admin"
)

// fillTimeline reads a session's events; the evidence among them belongs to the
// verdict.
func (h *Handler) fillTimeline(ctx context.Context, model *view.Session, session db.Session) error {
	events, err := h.DB.SessionEvents(ctx, session.ID, 0)
	if err != nil {
		return err
	}
	for _, stored := range events {
		data, err := event.Decode(stored.Kind, stored.Data)
		if err != nil {
			return err
		}
		if evidence, ok := data.(event.Evidence); ok {
			addEvidence(model, evidence)
			continue
		}
		shown := view.Event{Seq: int64(stored.Seq), Kind: "state", Matches: -1,
			Offset: time.Duration(stored.At-session.CreatedAt) * time.Millisecond}
		describe(&shown, stored.Kind, data)
		if operation, ok := data.(event.Operation); ok && operation.Position < len(model.Operations) {
			shown.Target = model.Operations[operation.Position].Name
		}
		model.Events = append(model.Events, shown)
	}
	return nil
}

// addEvidence adds to the verdict what is known of a failure.
func addEvidence(model *view.Session, data event.Evidence) {
	if data.Artifact != "" {
		return // the session's page finds the picture by its own row
	}
	verdict := &model.Verdict
	verdict.Word, verdict.Selector, verdict.Line = data.Word, data.Selector, data.Line
	verdict.Traceback = data.Traceback
	for _, s := range data.Selectors {
		shown := view.Selector{Name: s.Name, Selector: s.Selector, Matches: s.Matches, Missing: s.Missing, Nearest: s.Near, HiddenBy: s.Hiding, LastMatch: s.Last}
		if s.Last != "" {
			shown.LastAt = time.UnixMilli(s.LastAt)
		}
		verdict.Selectors = append(verdict.Selectors, shown)
	}
	model.PictureURL = data.URL
}

// describe puts an entry of the timeline into words for operators.
func describe(shown *view.Event, kind event.Kind, data any) {
	shown.Word = eventLabels[kind]
	switch data := data.(type) {
	case event.Step:
		shown.Kind, shown.Word, shown.Target, shown.Outcome = "step", data.Word, data.Selector, data.Outcome
		shown.Took, shown.Matches, shown.Line = time.Duration(data.Took)*time.Millisecond, data.Matches, data.Line
		shown.Failed = outcome.Code(data.Outcome).Known()
		shown.Status, shown.OtherResponses = data.Status, data.Others
		for _, response := range data.Failed {
			shown.FailedResponses = append(shown.FailedResponses, view.Response(response))
		}
	case event.Prompt:
		shown.Kind, shown.Target = "prompt", data.Kind
		if kind == event.PromptClosed {
			shown.Outcome = data.Status
		}
	case event.Progress:
		shown.Target = data.Key
		if data.Count > 0 {
			shown.Outcome = strconv.Itoa(data.Count)
		}
	case event.Operation:
		shown.Kind = "operation"
		if kind == event.OperationReused {
			shown.Outcome = "done by attempt " + strconv.Itoa(data.Attempt)
		}
	case event.Suspicion:
		shown.Target, shown.Failed = missing(data), true
		if len(data.Missing) > 0 {
			shown.Line = data.Missing[0].Line
		}
	case event.Failure:
		shown.Outcome, shown.Failed = data.Code, true
	}
}

// missing lists what found nothing.
func missing(data event.Suspicion) string {
	var found []string
	for _, read := range data.Missing {
		found = append(found, fmt.Sprintf("line %d: %s %s", read.Line, read.Word, read.Selector))
	}
	return strings.Join(found, "; ")
}

// eventLabels are the operators' words for each kind of entry but a step.
var eventLabels = map[event.Kind]string{
	event.Claimed:            "claimed",
	event.PromptOpened:       "asked the person",
	event.PromptClosed:       "question closed",
	event.Queued:             "credentials given; in line for a browser",
	event.Started:            "browser taken",
	event.ProgressMade:       "progress",
	event.OperationStarted:   "operation started",
	event.OperationSubmitted: "change submitted to the site",
	event.OperationCompleted: "operation completed",
	event.OperationReused:    "not done again",
	event.TransferRequested:  "another browser asks to take over",
	event.TransferRefused:    "taking over refused",
	event.Transferred:        "another browser took over",
	event.Suspected:          "suspect: it found nothing where the last good session found something",
	event.Completed:          "completed",
	event.Failed:             "failed",
}
