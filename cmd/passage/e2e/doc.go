// Package e2e holds the tests that start the program or the whole server, and
// nothing else. They see Passage as merchants, end users and operators do; what
// they know of the inside, they use to wait and to check. Flows run on servers in
// this process; what ends a process, or starts it, runs on the real program.
package e2e
