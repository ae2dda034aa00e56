// Package dialect is the Starlark that integrations are written in: its syntax,
// with limits on what a script may use up, and with values that a script can
// pass on but not read.
//
// It owns parsing and compiling, the guards around operators and builtins, the
// Opaque value, and the conversion from and to JSON. It does not know the words
// of integrations (package script), a browser or a user.
//
// Its invariants: no script can turn an Opaque value into text, and no single
// operation allocates more than the limits allow. The limits protect other
// sessions from mistakes. They are no protection from a hostile script: an
// integration is trusted code of the operator's.
package dialect
