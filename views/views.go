// Package views owns what people see and read: the skeleton of every page,
// the components that pages share, and every sentence, in each language.
//
// The hosted flow's screens are in views/connect, the dashboard's in
// views/admin, and views/gallery shows them all with fixture data. Nothing
// here reads a database or decides anything: a handler fills a view model and
// a template renders it. Its invariant: an unknown key becomes a general
// sentence, never the key itself.
package views

//go:generate go tool templ generate -path .
