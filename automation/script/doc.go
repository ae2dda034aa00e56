// Package script is the only room that knows Starlark: it loads integrations
// and binds the words that they may use to a browser and to a person.
//
// It owns the language of integrations: which words exist, what they refuse,
// how a fault is told to the script's author, and how much a script may use
// up. It does not own the browser (package browser), nor what becomes of a
// session's steps, prompts and results: those go to the Recorder and the User
// that the runner hands in.
//
// Its invariant: no script can turn a credential, a code or a sensitive
// argument into text. They are opaque values, good for page.fill and, on card
// numbers, for .last4; and nothing leaves a run, result, error or traceback,
// without having been scrubbed of them.
//
// The limits keep mistakes from hurting other sessions: steps, the size of
// texts and lists, and recursion are bounded, and wall-clock time is the
// context's. They are no prison for a hostile script: an integration is trusted
// code of the operator's.
//
// # The words
//
// At the top of the file: integration(id, name, site, hosts, credentials),
// field(name, label, autocomplete, secret), and the globals login(page, user)
// and operations = {"resource.action": function(page, arguments[, user])}.
//
// In functions: fail(code, detail), progress(code, count), resuming(), print.
//
// Of the page, waiting for its element, each with timeout= in seconds:
//
//	goto(path_or_url)          fill(selector, text)       click(selector)
//	submit(selector)           select(selector, value)    check(selector, on = True)
//	text(selector)             attr(selector, name)       frame(selector)
//	wait_for(name = selector…) gives the name of what came first
//	wait_url(pattern)          with * for anything
//
// and without waiting: press(key), exists(selector), count(selector),
// rows(selector, name = column…), url. A column is a selector in the row,
// "@attribute" of the row, "selector@attribute", or "" for the row's own text.
// page.submit performs a write and is refused in log-ins, reads and dry runs.
//
// Of the user:
//
//	for attempt in user.credentials(attempts = 3): attempt["username"] …
//	for attempt in user.one_time_code(sent_to, digits, attempts = 3, resend, time_limit): attempt["code"] …
//	user.choose([{"id": …, "label": …}], reason) gives an id
//	user.text(question, secret = True)           gives an opaque value
//	user.confirm([{"label": …, "before": …, "after": …}]) gives True or False
//	user.approve(sent_to, timeout = 120, name = selector…) gives the name of what came first
//
// An attempt ends its loop with break, or goes round with
// attempt.reject(reason); attempt.resend says that the person wants another
// code instead.
package script
