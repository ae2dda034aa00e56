// Package docs owns the reference page of the API, which a merchant's
// developers read.
//
// It speaks to developers, in English. What it says of the API is in its model,
// which web/api fills from the OpenAPI document, so that the page cannot say
// something else; how to go about it is said here. Its invariant: the page
// works without script and asks nobody else for anything.
package docs

import (
	"strconv"
	"strings"
)

// Page is the reference.
type Page struct {
	Base      string   // the public URL, without a slash at its end
	About     []string // paragraphs about the whole API
	Keys      string   // about API keys
	Create    string   // curl: a first link
	Look      string   // curl: the link afterwards
	Created   string   // JSON: the reply to the first
	Parts     []Part
	Webhooks  Webhooks
	Codes     []Code
	Resources []Resource
	Sockets   []Socket
	Sandbox   *Sandbox // nil: the server has none
}

// Sandbox is where test keys lead.
type Sandbox struct {
	Service, Password, Code string
	Users                   []Field // by user name: what happens
}

// Part is a group of operations.
type Part struct {
	Name, About string
	Operations  []Operation
}

// Operation is one address and method.
type Operation struct {
	ID, Method, Path, Summary string
	About                     []string // paragraphs
	Parameters                []Field
	Body                      []Field
	Curl                      string
	Status                    string // of the reply: “201 Created”
	Reply                     []Field
	Example                   string // JSON of the reply; empty: it has no body
	Errors                    []Error
}

// Field is one of a body or a parameter. A name with dots is inside another.
type Field struct {
	Name, Type, About string
	Required          bool
	Sensitive         bool // an argument that is kept from everybody
}

// Depth is how far a field is inside others.
func (f Field) Depth() int { return strings.Count(f.Name, ".") }

// Error is an error that an operation may answer.
type Error struct {
	Status     int
	Code, Text string
}

// Webhooks is what is sent to a merchant.
type Webhooks struct {
	Events    []Field // each with when it is sent
	Delivery  string
	Headers   []Field
	Payload   []Field
	Example   string // JSON
	Verifiers []File
}

// File is a program to copy.
type File struct{ Name, Language, Text string }

// Code is a way in which a session can end.
type Code struct {
	Code, Title, Advice, Developer string
	Retryable                      bool
	Actor                          string
}

// Resource is something that can be read or changed, with one action.
type Resource struct {
	Name, About string
	Arguments   []Field
	Given       string // JSON: an example of the arguments
	Result      []Field
	Got         string // JSON
}

// Socket is a WebSocket and what is said on it.
type Socket struct {
	ID, Path, Summary string
	About             []string
	Messages          []Message
}

// Message is one kind of message on a socket.
type Message struct {
	From, Type, About, Example string
}

// spans splits a text into plain parts and, between backquotes, code: every
// second part is code.
func spans(text string) []string { return strings.Split(text, "`") }

// anchor makes an id of a name.
func anchor(name string) string { return strings.ToLower(strings.ReplaceAll(name, " ", "-")) }

// actors say who has to act, in a sentence's words.
func actor(name string) string {
	switch name {
	case "user":
		return "the person"
	case "merchant":
		return "you"
	case "integration":
		return "whoever keeps the integration"
	case "site":
		return "the service"
	default:
		return "whoever runs Passage"
	}
}

func number(n int) string { return strconv.Itoa(n) }

// last is a field's own name, without those that it is in.
func last(name string) (around, own string) {
	at := strings.LastIndex(name, ".") + 1
	return name[:at], name[at:]
}
