// Package db holds the truth about links.
//
// It owns the tables, the SQL, the named transitions of links and sessions,
// the sealing of what is sensitive at rest, and the bell that tells waiting
// pages that something changed. It does not know browsers, HTTP or the words
// that people read.
//
// Its invariants: every change of a status is one method, one transaction and
// one conditional UPDATE; a runner's write takes effect only while its lease
// on the session holds; a state and the event that reports it are committed
// together; nothing that a person typed is ever stored.
package db
