package openapi

import (
	"passage/automation/event"
	"passage/automation/prompt"
	"passage/db"
	"passage/views/docs"
	"passage/web/api/wire"
)

// socketReference describes the WebSockets, which OpenAPI cannot.
func (d *Document) socketReference() []docs.Socket {
	return []docs.Socket{{
		ID: "followLink", Path: "GET /link/ws?code=clm_…", Summary: "Follow a link",
		About: []string{
			"Says at once how the link stands, and again at every change; it expires to the millisecond. Once nothing can change any more, the socket is closed normally (1000).",
			"Without a code there is a 400, for an unknown one a 404, as an error of any other address.",
		},
		Messages: []docs.Message{{From: fromUs, Type: "link.status", About: "`status` and `error` as in the link; `timestamp` is when it came to be so.",
			Example: indent(wire.LinkStatus{Type: "link.status", LinkID: exampleLink, Status: db.LinkActive, Error: nil, Timestamp: exampleMoment})}},
	}, {
		ID: "driveSession", Path: "GET /sessions/{id}/ws?role=client&token=ct_…", Summary: "Drive a session",
		About: []string{
			"`POST /link/claim` gives the address with its token, as `websocketUrl`. Send `client.hello` first; the token may come there instead of in the address, which other programs may log. Then answer each prompt.",
			"Connecting again with the same token goes on where the session is: nothing is asked twice. Any number of connections up to 20 show the same.",
			"What cannot be taken gets a `server.error`, and the socket stays open. It is closed with 1008 for a token that is wrong or was taken over, when no `client.hello` comes within a minute, and for more than 100 messages in 10 seconds; with 1009 for one over 64 KiB; with 1013 for too many sockets; with 1001 when the server stops: connect again. A peer that does not answer a ping is let go.",
		},
		Messages: d.sessionMessages(),
	}}
}

// Who sends a message.
const (
	fromUs  = "from Passage"
	fromYou = "from you"
)

func (d *Document) sessionMessages() []docs.Message {
	const promptID = "prm_3Fq8Ls1Zk7Wd5Xn0Tb6Gyc"
	question := &wire.Prompt{PromptID: promptID, Kind: prompt.OneTimeCode, Title: "Enter the code that Demo Mobile sent to (•••) •••-4410.",
		Reason: "wrong_code", Message: "That was not the right code.", AttemptsLeft: 2, SentTo: "(•••) •••-4410", CanResend: true,
		Fields:   []wire.PromptField{{Name: "code", Label: "6-digit code", Autocomplete: "one-time-code", Digits: 6}},
		Deadline: exampleMoment + 600_000}
	hello := wire.Hello{Type: "server.hello", Language: "en", Prompt: question, Operations: []wire.SessionOperation{
		{Operation: wire.Operation{Resource: "paymentMethod", Action: "read", Status: db.OperationPending}, StartedAt: nil, SubmittedAt: nil, EndedAt: nil}},
		Session: wire.HelloSession{Session: wire.Session{ID: exampleSession, Attempt: 1, Status: db.SessionWaiting, CreatedAt: exampleMoment, StartedAt: known[int64](exampleMoment + 9_000)},
			LinkID: exampleLink, Seq: 7, Place: 0}}
	return []docs.Message{
		{From: fromYou, Type: wire.ClientHello, About: "The first message. With `after`, the `seq` of the last event that you know, you are told those that came later.",
			Example: indent(ordered{{"type", wire.ClientHello}, {"token", exampleHolder}, {"after", 4}})},
		{From: fromUs, Type: "server.hello", About: "The session with its last event’s `seq` and its `place` in line for a browser, its operations, and the open prompt, or null. `language` is that of the texts for the person: the link’s, or what the request asks for.",
			Example: indent(hello)},
		{From: fromUs, Type: "server.event", About: "What happened, as in the session’s timeline. `operation` is the position of the one it is about, `kind` that of a question. A `place` in line has no `seq`.",
			Example: indent(wire.EventMessage{Type: "server.event", Seq: 8, Event: string(event.OperationStarted), Timestamp: exampleMoment + 31_000, Operation: known(0)})},
		{From: fromUs, Type: "server.prompt", About: "A question for the person, with all that the hosted page shows. `kind` is `credentials`, `one_time_code`, `choice`, `text`, `confirm` or `approval`, which the person gives elsewhere: it has no fields. `fields` are the answer’s values, with labels and `options` to choose from by `id`. `reason` and `message` say why it is asked again, `deadline` is when the session gives up, `timeLimit` when the service does; until `lockedUntil` no password is sent with this user name. With `canResend`, `{\"action\": \"resend\"}` is an answer too.",
			Example: indent(wire.PromptMessage{Type: "server.prompt", Prompt: question})},
		{From: fromYou, Type: wire.ClientAnswer, About: "The answer to a prompt, once. A wrong one is asked again, in a prompt of its own.",
			Example: indent(ordered{{"type", wire.ClientAnswer}, {"promptId", promptID}, {"values", ordered{{"code", "271828"}}}})},
		{From: fromYou, Type: wire.ClientCancel, About: "The person does not want to go on.", Example: indent(ordered{{"type", wire.ClientCancel}})},
		{From: fromUs, Type: "server.error", About: "Why a message could not be taken. After `validation_failed`, `busy` (the line for a browser is full) and `lockout_near` the question is still open; `retryAfter` says in seconds when to try again. After `prompt_closed` somebody was quicker. The `message` of an issue that has a `reason` is for the person.",
			Example: indent(wire.ErrorMessage{Type: "server.error", Code: "validation_failed", Message: "Validation failed", PromptID: promptID,
				Issues: []wire.MessageIssue{{Path: "values.code", Reason: "digits", Message: "Please enter all the digits of the code."}}})},
		{From: fromUs, Type: "server.session_end", About: "The last message: `status`, `error`, and `returnUrl`, where the person goes next, or null.",
			Example: indent(wire.EndMessage{Type: "server.session_end", Status: db.SessionComplete, Error: nil, ReturnURL: known(exampleReturn)})},
	}
}
