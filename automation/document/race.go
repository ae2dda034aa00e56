//go:build race

package document

// slowdown multiplies maxTime: the race detector makes the interpreter forty times slower.
const slowdown = 5
