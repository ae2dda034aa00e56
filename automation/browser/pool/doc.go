// Package pool shares a limited number of browsers among sessions. It owns the
// slots, the queue of sessions that wait for one, the browsers that are started
// ahead of demand, and how many the machine can run. It does not know what a
// browser is used for.
//
// Its invariants: a browser serves one session and no other; a slot is given
// back exactly once; the queue takes the organizations in turns.
package pool
