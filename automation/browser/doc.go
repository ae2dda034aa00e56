// Package browser owns a browser's page and what can be done with it: actions,
// reading, waiting, selectors, frames, windows and masked pictures. Package
// chrome runs the process below it, and package pool decides who gets one; it
// does not know integrations, links or the database.
//
// Its invariants: no call outlives its deadline, whatever the page or the
// process does; nothing that was typed leaves in an error, a log line or a
// picture.
package browser
