package browser

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-rod/rod/lib/cdp"
)

// goneTexts are what Chromium says when what a command names went away with its
// document or frame, between one command and the next or while one was under
// way. There are no codes for it: all are -32000 (or -32602, for what could
// only be a wrong id). Each is a part of a message, from Chromium's sources:
// core/inspector (inspector_page_agent, inspector_dom_agent, v8_inspector_string),
// v8/src/inspector and content/browser/devtools.
var goneTexts = []string{
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

// gone reports whether an error only says that the document, or the frame, is
// no longer there.
func gone(err error) bool { return says(err, goneTexts) }

// shut reports whether an error says that the whole window is gone.
func shut(err error) bool {
	return says(err, []string{"Session with given id not found", "No session with given id", "No target with given id", "Target closed"})
}

func says(err error, texts []string) bool {
	refused, ok := errors.AsType[*cdp.Error](err)
	return ok && slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(refused.Message, text) })
}
