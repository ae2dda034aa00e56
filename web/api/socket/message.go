package socket

import (
	"passage/web/api/strictjson"
	"passage/web/api/wire"
	"passage/web/problem"
)

// clientMessage is a message of a client.
type clientMessage struct {
	Type     string
	Token    string            // of client.hello; empty where it is in the URL
	After    *int              // of client.hello: the last event that the client knows; nil for none
	PromptID string            // of client.answer
	Values   map[string]string // of client.answer
}

// readMessage reads a message as strictly as the body of a request.
func readMessage(text []byte) (message clientMessage, err error) {
	var issues strictjson.Issues
	o, err := strictjson.Parse(text, &issues)
	if err != nil {
		return message, problem.BadMessage()
	}
	switch message.Type = o.RequiredText("type"); message.Type {
	case wire.ClientHello:
		message.Token = o.Text("token", maxToken)
		if after, ok := strictjson.Read[int](o, "after", "an integer"); ok {
			message.After = &after
		}
	case wire.ClientAnswer:
		message.PromptID = o.RequiredText("promptId")
		values, ok := strictjson.Read[map[string]string](o, "values", "an object of strings")
		if message.Values = values; !ok {
			o.Require("values")
		}
	case wire.ClientCancel:
	case "":
		return message, issues.Err()
	default:
		return message, problem.UnknownMessage()
	}
	o.Close()
	return message, issues.Err()
}

// maxToken is far more characters than a token has.
const maxToken = 255
