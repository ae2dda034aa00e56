package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// client is all that a merchant needs of Passage's API: two calls.
type client struct {
	api  string
	key  func() string
	http *http.Client
}

type newLink struct {
	IntegrationID string            `json:"integrationId"`
	Operations    []newOperation    `json:"operations"`
	ReturnURL     string            `json:"returnUrl"`
	WebhookURL    string            `json:"webhookUrl"`
	UserLabel     string            `json:"userLabel"`
	Metadata      map[string]string `json:"metadata"`
}

type newOperation struct {
	Resource  string         `json:"resource"`
	Action    string         `json:"action"`
	Arguments map[string]any `json:"arguments,omitempty"`
}

// createLink returns the address to send the person to.
func (c client) createLink(ctx context.Context, link newLink) (string, error) {
	var created struct{ ClaimURL string }
	if err := c.call(ctx, http.MethodPost, "/v1/links", link, &created); err != nil {
		return "", err
	}
	return created.ClaimURL, nil
}

// fetched is a link with its outcome, made ready for the page.
type fetched struct {
	ID     string
	Status string
	Error  *struct{ Code, Message string }
	Done   []done
}

// done is one operation's data, in the form that its table wants.
type done struct {
	Resource, Action string
	Data             struct {
		PaymentMethods []struct {
			Brand, Last4, Type, ExpirationDate string
			IsDefault                          bool
		}
		Billing []struct {
			StatementID, PeriodStart, PeriodEnd, DueDate, Currency string
			AmountDue                                              float64
		}
		Card    *struct{ Last4 string }
		DryRun  bool
		Success bool
	}
}

// link fetches a link. With one operation the result is that one's data as it
// stands; with several, each is named.
func (c client) link(ctx context.Context, id string) (*fetched, error) {
	var body struct {
		fetched
		Resource, Action string
		Operations       []struct{ Resource, Action string }
		Result           json.RawMessage
	}
	if err := c.call(ctx, http.MethodGet, "/v1/links/"+url.PathEscape(id), nil, &body); err != nil {
		return nil, err
	}
	link := body.fetched
	if len(body.Result) == 0 || string(body.Result) == "null" {
		return &link, nil
	}
	if len(body.Operations) > 1 {
		var several struct{ Operations []done }
		if err := json.Unmarshal(body.Result, &several); err != nil {
			return nil, fmt.Errorf("read results: %w", err)
		}
		link.Done = several.Operations
		return &link, nil
	}
	one := done{Resource: body.Resource, Action: body.Action}
	if err := json.Unmarshal(body.Result, &one.Data); err != nil {
		return nil, fmt.Errorf("read result: %w", err)
	}
	link.Done = []done{one}
	return &link, nil
}

// call speaks to the API. A refusal becomes an error with the API's words.
func (c client) call(ctx context.Context, method, path string, body, into any) error {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.api+path, content)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.key())
	request.Header.Set("Content-Type", "application/json")
	reply, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("call Passage: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(reply.Body, 4<<20))
	if err := errors.Join(err, reply.Body.Close()); err != nil {
		return fmt.Errorf("read reply: %w", err)
	}
	if reply.StatusCode >= 300 {
		var refusal struct{ Error string }
		if json.Unmarshal(answer, &refusal) != nil || refusal.Error == "" {
			refusal.Error = "no reason given"
		}
		return fmt.Errorf("passage answered %d: %s", reply.StatusCode, refusal.Error)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("decode reply: %w", err)
	}
	return nil
}

func eventOf(body []byte) string {
	var event struct{ Event string }
	if json.Unmarshal(body, &event) != nil {
		return "not JSON"
	}
	return event.Event
}

func indent(body []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, body, "", "  ") != nil {
		return string(body)
	}
	return out.String()
}
