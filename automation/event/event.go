// Package event describes the timeline of a session: every kind of entry and
// the data that belongs to it.
//
// It owns the names of the kinds and the JSON of their data, so that whoever
// writes an entry (the runner's recorder, db) and whoever shows one (the API,
// the dashboard, the hosted pages) agree by type. It does not store entries.
// Its invariants: data holds nothing secret; kinds and JSON keys are stored and
// are not renamed.
package event

import (
	"encoding/json"
	"fmt"

	"passage/automation/outcome"
)

// Kind names what an entry is about.
type Kind string

// The states of a session, and the transfer of a session from one visitor to
// another. Their stored names are older than the words used here.
const (
	Claimed           Kind = "claimed"
	Queued            Kind = "queued"
	Started           Kind = "started"
	Completed         Kind = "completed"
	Failed            Kind = "failed"
	TransferRequested Kind = "hand_over_asked"
	TransferRefused   Kind = "hand_over_refused"
	Transferred       Kind = "handed_over"
)

// What happens in between.
const (
	PromptOpened       Kind = "prompt_opened"
	PromptClosed       Kind = "prompt_closed"
	StepTaken          Kind = "step"
	ProgressMade       Kind = "progress"
	OperationStarted   Kind = "operation_started"
	OperationSubmitted Kind = "operation_submitted"
	OperationCompleted Kind = "operation_completed"
	OperationReused    Kind = "operation_reused"
	EvidenceKept       Kind = "evidence"
	Suspected          Kind = "suspected"
)

// Claim is the data of Claimed.
type Claim struct {
	Via string `json:"via"` // "page" or "api"
}

// Prompt is the data of PromptOpened, which has Kind, and of PromptClosed and
// Queued, which have Status.
type Prompt struct {
	Prompt string `json:"prompt"`         // its id
	Kind   string `json:"kind,omitempty"` // what was asked for
	Status string `json:"status,omitempty"`
}

// Step is the data of StepTaken: one call that a script made.
type Step struct {
	Word      string `json:"word"`
	Selector  string `json:"selector,omitempty"`
	Matches   int    `json:"matches"`
	Line      int    `json:"line"`
	Operation string `json:"operation,omitempty"`
	Took      int64  `json:"took"` // milliseconds
	Outcome   string `json:"outcome,omitempty"`
	URL       string `json:"url,omitempty"` // without query and fragment

	Status int        `json:"status,omitempty"` // of the document that came meanwhile
	Failed []Response `json:"failed,omitempty"` // responses with a status from 400 on to the page's own requests
	Others int        `json:"others,omitempty"` // how many more of those there were
}

// Response is what is kept of a response of the site's.
type Response struct {
	Method string `json:"method"`
	Path   string `json:"path"` // without query and fragment
	Status int    `json:"status"`
}

// Progress is the data of ProgressMade: the key of a text for the user, and a
// count for it.
type Progress struct {
	Key   string `json:"key"`
	Count int    `json:"count,omitempty"`
}

// Operation is the data of OperationStarted, OperationSubmitted,
// OperationCompleted and OperationReused.
type Operation struct {
	Position int `json:"operation"`
	Attempt  int `json:"attempt,omitempty"` // the one that completed a reused operation
}

// Failure is the data of Failed.
type Failure struct {
	Code      string `json:"code"`
	Operation *int   `json:"operation"` // the position of the one that failed; nil for none
	Detail    string `json:"detail"`    // for operators
}

// Evidence is the data of EvidenceKept: either what the script was doing when the
// session failed, or the id of a picture.
type Evidence struct {
	Line      int                `json:"line,omitempty"`
	Traceback string             `json:"traceback,omitempty"`
	Word      string             `json:"word,omitempty"`
	Selector  string             `json:"selector,omitempty"`
	Selectors []outcome.Selector `json:"selectors,omitempty"`
	URL       string             `json:"url,omitempty"`
	Artifact  string             `json:"artifact,omitempty"`
}

// Suspicion is the data of Suspected: the session found nothing where the last
// good session of its script found something.
type Suspicion struct {
	Missing []Read `json:"missing"`
}

// Read is what a reading word of a script found.
type Read struct {
	Line     int    `json:"line"`
	Word     string `json:"word"`
	Selector string `json:"selector"`
	Matches  int    `json:"matches"`
}

// None is the data of the kinds that need no more than their name.
type None struct{}

// Decode returns the data of an entry as one of the types of this package. An
// unknown kind, which a newer version may have written, gives None.
func Decode(kind Kind, data []byte) (any, error) {
	switch kind {
	case Claimed:
		return decode[Claim](kind, data)
	case PromptOpened, PromptClosed, Queued:
		return decode[Prompt](kind, data)
	case StepTaken:
		return decode[Step](kind, data)
	case ProgressMade:
		return decode[Progress](kind, data)
	case OperationStarted, OperationSubmitted, OperationCompleted, OperationReused:
		return decode[Operation](kind, data)
	case Failed:
		return decode[Failure](kind, data)
	case EvidenceKept:
		return decode[Evidence](kind, data)
	case Suspected:
		return decode[Suspicion](kind, data)
	default:
		return None{}, nil
	}
}

func decode[T any](kind Kind, data []byte) (any, error) {
	var decoded T
	if err := json.Unmarshal(data, &decoded); err != nil {
		return nil, fmt.Errorf("read the data of event %s: %w", kind, err)
	}
	return decoded, nil
}
