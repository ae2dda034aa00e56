// Package secret keeps what must not be shown: passwords, codes, card numbers.
//
// It owns the type that holds a secret in memory, the Redactor that takes a
// session's secrets out of text, and the rules for recognizing card numbers. It
// does not know where secrets come from or where they are typed. Its invariant:
// no way of printing, logging or encoding a Value gives its text.
package secret
