// Package chrome owns the Chromium process: finding the program, starting and
// killing it, its profile folder, the connection over a pipe, and its egress,
// a forward proxy with the rules of what the browser may reach. It does not
// know pages and what can be done with them, which is package browser, nor how
// many processes run, which is package pool.
//
// Its invariants: every process is closed with all its children and its
// profile; nothing leaves the browser but through its proxy, which lets nothing
// through until Allow is called.
//
// It is the only package that imports rod, and of rod only lib/cdp (the client:
// matching answers to commands, and the stream of events) and lib/proto (typed
// commands and events). The rest of rod is not used: its waits swallow their
// timeouts, its launcher wants a TCP port, and its page holds a call as long as
// a native dialog is open. Should rod no longer be maintained, chromedp's
// cdproto has the same generated types, and the client is some hundred lines.
package chrome
