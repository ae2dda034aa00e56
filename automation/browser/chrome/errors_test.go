package chrome

import (
	"fmt"
	"testing"

	"github.com/go-rod/rod/lib/cdp"
)

func TestIsDetached_KnowsChromiumsMessages(t *testing.T) {
	t.Parallel()
	for _, message := range []string{
		"Cannot find context with specified id", "Execution context was destroyed.", "Inspected target navigated or closed", "Promise was collected",
		"Node with given id does not belong to the document", "No node found for given backend id", "Node is detached from document",
		"No frame for given id found", "No document for given frame found", "Frame with the given frameId is not found.", "Target frame is detached.",
	} {
		if err := fmt.Errorf("find shadow root: %w", &cdp.Error{Code: -32000, Message: message}); !IsDetached(err) {
			t.Errorf("%v is not taken for a document that went away", err)
		}
	}
	if IsDetached(&cdp.Error{Code: -32602, Message: "Invalid parameters"}) {
		t.Error("a wrong command is taken for a document that went away")
	}
}
