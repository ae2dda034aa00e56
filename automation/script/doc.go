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
// argument into text. They are opaque values, good for page.fill, page.type and,
// on card numbers, for .last4; and nothing leaves a run, result, error or traceback,
// without having been scrubbed of them.
//
// Load refuses a script that cannot work. Package check goes further, for the
// author of a script: it finds what would run and cannot be right.
//
// The limits keep mistakes from hurting other sessions: steps, the size of
// texts and lists, and recursion are bounded, and wall-clock time is the
// context's. They are no prison for a hostile script: an integration is trusted
// code of the operator's.
//
// # The words
//
// Each word stands in a table with its entry in the reference, beside what it
// does; Reference gives them all, with selectors, in Markdown. A new word is a
// line of such a table: actingWords, readingWords, waitingWords and windowWords
// for the page, userWords, attemptWords, and globalWords for the rest.
//
// A word of the page that takes a selector takes a list of them too. Functions
// that are handed to a word (lambda: …) are called while it waits; they look at
// the page and do nothing, and leave no steps.
package script
