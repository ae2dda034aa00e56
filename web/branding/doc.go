// Package branding owns the rules of what an organization may show to people:
// its display name, logo and accent colour, whom to ask, where its links may
// return to, and whose pages may frame the hosted ones. The dashboard and the
// command line both read what somebody typed with it, and it serves the two
// things that a page cannot hold itself, the logo and the colours.
//
// It does not keep anything (db) and draws no page (views). Its invariant: what
// Read and Logo let through can be put into a page, a style sheet or a header
// as it stands.
package branding
