// Package branding owns the rules of what an organization may show: its display
// name, logo, accent colour and support address, where its links may return to,
// and which pages may embed the hosted ones. The dashboard and the command line
// validate forms with it, and it serves logos and accent style sheets.
//
// It stores nothing (db) and renders no page (views). Its invariant: what
// Validate and Logo return can be put into a page, a style sheet or a header
// as it is.
package branding
