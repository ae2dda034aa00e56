// Package script loads integrations, which are written in Starlark, and runs
// them: it gives them the words with which they use a browser and ask the user.
//
// It owns the words, what they refuse, how an error is reported to the author
// of a script, and the limits of a run. It does not own the language underneath
// (package dialect), the browser (package browser), or what becomes of a
// session's steps, prompts and results: those go to the Recorder and the User
// of the caller.
//
// Load refuses a script that cannot work. Package check goes further, for the
// author of a script: it finds what would run and cannot be right.
//
// Its invariants: no script can turn a credential, a code or a sensitive
// argument into text. Nothing leaves a run (result, error, traceback, step)
// without being scrubbed of them. A login, a read or a dry run cannot
// use page.submit, the word that makes a change.
//
// # Words
//
// Each word is an entry of a table: its function, and its description in the
// reference. The tables stand beside the functions. pageWords, userWords and
// globalWords join them; Reference prints them. A new word is a new entry.
//
// A word of the page that takes a selector takes a list of them too. A function
// that is passed to a word (lambda: …) is called while the word waits: it may
// only look at the page, and leaves no steps.
package script
