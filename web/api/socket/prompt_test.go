package socket

import (
	"encoding/json"
	"testing"

	"passage/automation"
	"passage/db"
	"passage/views"
)

func TestDriver_SendsTheNumberOfAnApproval(t *testing.T) {
	t.Parallel()
	d := &driver{texts: texts{Text: views.Match("en"), service: "Acme"}}
	asked, err := d.question(&db.Prompt{ID: "prm_1", Question: json.RawMessage(`{"kind":"approval","number":"42"}`)}, automation.Status{})
	if err != nil {
		t.Fatal(err)
	}
	if asked.Number != "42" || asked.Title != "Enter 42 in your Acme app" {
		t.Errorf("sent %+v", asked)
	}
}
