// Package browser is the only room that knows rod and Chromium.
//
// It owns the browser processes (slots, the line before them, warm spares),
// the one page of each process, its only way out (a forward proxy with a list
// of hosts), masked pictures and redaction. It does not know integrations,
// links or the database; the script room drives a Page through it.
//
// Its invariants: a process serves one session and no other; no call outlives
// its deadline, whatever the page or the process does; nothing that was typed
// leaves in an error, a log line or a picture.
package browser
