// Package wire holds the JSON of the merchant API: the bodies of requests and
// replies, the payload of webhooks, and the messages of the WebSockets.
//
// It owns their fields, how a row of the database becomes one of them, and the
// limits of what a request may hold. It does not own reading requests
// (web/api/strictjson), nor who may see what (web/api). Its invariant: no type
// here holds an argument that was given, or anything that is for operators.
package wire
