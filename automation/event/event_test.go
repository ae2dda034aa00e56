package event_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"passage/automation/event"
	"passage/automation/outcome"
)

// The JSON here is what databases hold.
func TestDecode_ReadsWhatIsStored(t *testing.T) {
	t.Parallel()
	position := 2
	for _, row := range []struct {
		kind   event.Kind
		stored string
		want   any
	}{
		{"claimed", `{"via":"page"}`, event.Claim{Via: "page"}},
		{"prompt_opened", `{"kind":"choice","prompt":"prm_1"}`, event.Prompt{Prompt: "prm_1", Kind: "choice"}},
		{"prompt_closed", `{"prompt":"prm_1","status":"answered"}`, event.Prompt{Prompt: "prm_1", Status: "answered"}},
		{"queued", `{"prompt":"prm_1","status":"answered"}`, event.Prompt{Prompt: "prm_1", Status: "answered"}},
		{"step", `{"word":"click","selector":"#a","matches":1,"line":7,"operation":"x.read","took":12,"outcome":"ok","url":"https://a.example/"}`,
			event.Step{Word: "click", Selector: "#a", Matches: 1, Line: 7, Operation: "x.read", Took: 12, Outcome: "ok", URL: "https://a.example/"}},
		{"step", `{"word":"click","matches":0,"line":7,"took":12,"status":200,"failed":[{"method":"GET","path":"/a","status":404}],"others":2}`,
			event.Step{Word: "click", Line: 7, Took: 12, Status: 200, Failed: []event.Response{{Method: "GET", Path: "/a", Status: 404}}, Others: 2}},
		{"progress", `{"key":"opening_bills","count":3}`, event.Progress{Key: "opening_bills", Count: 3}},
		{"operation_started", `{"operation":2}`, event.Operation{Position: 2}},
		{"operation_submitted", `{"operation":2}`, event.Operation{Position: 2}},
		{"operation_completed", `{"operation":2}`, event.Operation{Position: 2}},
		{"operation_reused", `{"operation":0,"attempt":1}`, event.Operation{Attempt: 1}},
		{"failed", `{"code":"SITE_CHANGED","operation":2,"detail":"x"}`, event.Failure{Code: "SITE_CHANGED", Operation: &position, Detail: "x"}},
		{"failed", `{"code":"SITE_CHANGED","operation":null,"detail":""}`, event.Failure{Code: "SITE_CHANGED"}},
		{"evidence", `{"line":3,"selectors":[{"name":"home","selector":"#home","matches":0}]}`,
			event.Evidence{Line: 3, Selectors: []outcome.Selector{{Name: "home", Selector: "#home"}}}},
		{"suspected", `{"missing":[{"line":3,"word":"page.rows","selector":".order","matches":0}]}`,
			event.Suspicion{Missing: []event.Read{{Line: 3, Word: "page.rows", Selector: ".order"}}}},
		{"evidence", `{"artifact":"art_1"}`, event.Evidence{Artifact: "art_1"}},
		{"started", `{}`, event.None{}},
		{"from_a_newer_version", `{"x":1}`, event.None{}},
	} {
		got, err := event.Decode(row.kind, []byte(row.stored))
		if err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s %s: %+v, %v", row.kind, row.stored, got, err)
		}
		encoded, err := json.Marshal(row.want)
		if err != nil {
			t.Fatal(err)
		}
		again, err := event.Decode(row.kind, encoded)
		if err != nil || !reflect.DeepEqual(again, row.want) {
			t.Errorf("%s is written as %s", row.kind, encoded)
		}
	}
}

func TestDecode_ReportsDamagedData(t *testing.T) {
	t.Parallel()
	if _, err := event.Decode(event.StepTaken, []byte(`{"word":`)); err == nil {
		t.Error("damaged data was read")
	}
}
