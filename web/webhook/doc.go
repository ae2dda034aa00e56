// Package webhook tells merchants what became of their links.
//
// It owns how an event reaches a merchant's URL: leasing deliveries that are due,
// rendering and signing the payload, checking the address that is dialed, the
// retry plan, and the record of every attempt. It also verifies signatures, for
// those who write a receiver. It does not own what is an event or whose host is
// paused (both are db's), which URL a merchant may give, or how the public keys
// are published (both are web/api's). The command starts one per process.
//
// Its invariants: a delivery is sent only under a lease; each attempt is rendered
// and signed anew and leaves exactly one record; no record and no log entry holds
// a result, a secret or the path of a URL; nothing is sent to an address that is
// not public unless the operator allowed it.
package webhook
