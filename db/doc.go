// Package db holds the truth about links.
//
// It owns the tables, the SQL and the named transitions of links and sessions,
// and decides what is encrypted and when its key is destroyed. It does not know
// browsers, HTTP or the sentences that people read; package engine runs the SQL,
// seal encrypts, and notify wakes followers.
//
// Its invariants: every change of a status is one method, one transaction and
// one conditional UPDATE; a runner's write takes effect only while its lease
// on the session holds; a state and the event that reports it are committed
// together; nothing that a person typed is ever stored. README.md has the states
// and the reasons.
package db
