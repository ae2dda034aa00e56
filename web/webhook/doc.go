// Package webhook tells merchants what became of their links.
//
// It owns the way of an event to a merchant's URL: taking deliveries that are
// due, rendering and signing the payload, the check of the address that is
// dialed, the retry plan and the record of every try; and the check that a
// merchant makes, for who writes a receiver. It does not decide what is an event
// or whose host is paused (both are db's), which URL a merchant may name, or how
// the public keys are published (both are web/api's).
// The command starts it once per process.
//
// Its invariants: a delivery is sent only under a lease; each of its tries is
// rendered and signed afresh and leaves exactly one record; no record and no
// log entry holds a result, a secret or a URL's path; nothing is sent to an
// address that is not public unless the operator allowed it.
package webhook
