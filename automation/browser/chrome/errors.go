package chrome

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-rod/rod/lib/cdp"
)

// detachedTexts are parts of what Chromium says when the thing that a command
// names went away with its document or frame, before the command or during it.
// There are no codes for it: all are -32000, or -32602 for what could otherwise
// only be a wrong id. They are from Chromium's sources: core/inspector
// (inspector_page_agent, inspector_dom_agent, v8_inspector_string),
// v8/src/inspector and content/browser/devtools.
var detachedTexts = []string{
	// the context that a script would run in
	"Cannot find context", "Cannot find default execution context", "Cannot find execution context",
	"xecution context was destroyed", "xecution context is detached", "No execution context", "uniqueContextId not found",
	"Inspected target navigated or closed", "Promise was collected", "Not attached to an active page",
	// an object or node
	"Could not find object", "Could not find node", "Could not find promise", "Object id doesn't reference a Node",
	"No node with given id", "No node found for given backend id", "does not belong to the document",
	"Node is detached", "does not have an owner document", "Document destroyed", "Document not available",
	"same JavaScript world as target object",
	// a frame
	"No frame for given id", "No frame with given id", "No frame found", "No document for given frame",
	"Frame with the given id", "Frame with the given frameId", "Frame does not have a document",
	"Frame is detached", "Frame was detached", "frame is detached", "node for given frame not found",
}

// closedTexts are parts of what Chromium says when a window has been closed.
var closedTexts = []string{
	"Session with given id not found", "No session with given id", "No target with given id", "Target closed",
}

// IsDetached reports whether a command's error means that the document, or the
// frame, is no longer there.
func IsDetached(err error) bool { return messageContains(err, detachedTexts) }

// IsClosed reports whether a command's error means that the window has been closed.
func IsClosed(err error) bool { return messageContains(err, closedTexts) }

// IsDisconnected reports whether a command's error means that the browser is lost.
func IsDisconnected(err error) bool { return errors.Is(err, errPipe) }

func messageContains(err error, texts []string) bool {
	refused, ok := errors.AsType[*cdp.Error](err)
	return ok && slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(refused.Message, text) })
}
