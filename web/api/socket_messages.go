package api

import (
	"passage/web/api/strictjson"
	"passage/web/api/wire"
	"passage/web/problem"
)

// clientMessage is what a client said.
type clientMessage struct {
	Type     string
	Token    string            // of client.hello; "" it was in the URL
	After    *int              // likewise: the last event that the client knows; nil for none
	PromptID string            // of client.answer
	Values   map[string]string // likewise
}

// readMessage reads a message as strictly as a body.
func readMessage(text []byte) (message clientMessage, err error) {
	var found strictjson.Issues
	f, err := strictjson.Parse(text, &found)
	if err != nil {
		return message, problem.BadMessage()
	}
	switch message.Type = f.RequiredText("type"); message.Type {
	case wire.ClientHello:
		message.Token = f.Text("token", maxToken)
		if after, ok := strictjson.Read[int](f, "after", "an integer"); ok {
			message.After = &after
		}
	case wire.ClientAnswer:
		message.PromptID = f.RequiredText("promptId")
		values, ok := strictjson.Read[map[string]string](f, "values", "an object of strings")
		if message.Values = values; !ok {
			f.Require("values")
		}
	case wire.ClientCancel:
	case "":
		return message, found.Err()
	default:
		return message, problem.UnknownMessage()
	}
	f.Close()
	return message, found.Err()
}

// maxToken is far longer than ours are.
const maxToken = 255
