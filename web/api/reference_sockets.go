package api

import "passage/views/docs"

// socketReference tells of the sockets, which OpenAPI has no words for.
func (a *API) socketReference() []docs.Socket {
	return []docs.Socket{{
		ID: "followLink", Path: "GET /link/ws?code=clm_…", Summary: "Follow a link",
		About: []string{"Says at once how the link stands, and again at every change."},
		Messages: []docs.Message{{From: "from Passage", Type: "link.status", About: "`status` as in the link; `error` is null unless it failed or expired.",
			Example: indent(ordered{{"type", "link.status"}, {"linkId", exampleLink}, {"status", "active"}, {"error", nil}, {"timestamp", exampleMoment}})}},
	}, {
		ID: "driveSession", Path: "GET /sessions/{id}/ws?role=client&token=ct_…", Summary: "Drive a session",
		About: []string{
			"`POST /link/claim` gives the address with its token, as `websocketUrl`. Send `client.hello` first; the token may come there instead of in the address. Then answer each prompt.",
			"Connecting again with the same token goes on where the session is: nothing is asked twice.",
		},
		Messages: []docs.Message{
			{From: "from you", Type: "client.hello", About: "The first message.",
				Example: indent(ordered{{"type", "client.hello"}, {"token", exampleHolder}})},
			{From: "from Passage", Type: "server.hello", About: "The session, its operations, and the open prompt, or null."},
			{From: "from Passage", Type: "server.event", About: "What happened, as in the session's timeline."},
			{From: "from Passage", Type: "server.prompt", About: "A question for the person: log-in, one-time code, choice, confirmation. Its `fields` name the values of the answer.",
				Example: indent(ordered{{"type", "server.prompt"}, {"prompt", ordered{{"promptId", "prm_4Kx0"}, {"kind", "credentials"},
					{"fields", []any{ordered{{"name", "username"}, {"secret", false}}, ordered{{"name", "password"}, {"secret", true}}}}}}})},
			{From: "from you", Type: "client.answer", About: "The answer to a prompt, once. A wrong one is asked again, in a prompt of its own.",
				Example: indent(ordered{{"type", "client.answer"}, {"promptId", "prm_4Kx0"}, {"values", ordered{{"username", "ada@example.com"}, {"password", "…"}}}})},
			{From: "from you", Type: "client.cancel", About: "The person does not want to go on."},
			{From: "from Passage", Type: "server.session_end", About: "The last message: `status`, `error`, and `returnUrl`, where the person goes next.",
				Example: indent(ordered{{"type", "server.session_end"}, {"status", "complete"}, {"error", nil}, {"returnUrl", exampleReturn}})},
		},
	}}
}
