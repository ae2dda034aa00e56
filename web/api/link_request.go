package api

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"passage/db"
)

// The limits of CONTRACT §3. Those of metadata's keys and values are Stripe's.
const (
	maxOperations     = 20
	maxExternalUserID = 255
	maxUserLabel      = 64
	maxMetadata       = 20
	maxMetadataKey    = 40
	maxMetadataValue  = 500
	maxLocale         = 35 // RFC 5646, section 4.4.1

	defaultLifetime      = 14_400 // seconds
	maxLifetime          = 2_592_000
	maxSensitiveLifetime = 86_400
)

// linkRequest describes the body of POST /v1/links in the OpenAPI document.
// readLink is what reads it.
type linkRequest struct {
	IntegrationID  string             `json:"integrationId" example:"demo" doc:"Which service; see GET /v1/providers."`
	Operations     []operationRequest `json:"operations,omitempty" minItems:"1" maxItems:"20" doc:"What to do, in running order. Either this, or resource and action."`
	Resource       string             `json:"resource,omitempty" example:"paymentMethod" doc:"The resource of a single operation."`
	Action         string             `json:"action,omitempty" enum:"read,write" doc:"The action of a single operation."`
	Arguments      map[string]any     `json:"arguments,omitempty" doc:"The arguments of a single operation; their schema is in GET /v1/providers. Never echoed."`
	ReturnURL      string             `json:"returnUrl,omitempty" maxLength:"2048" example:"https://your-app.com/done" doc:"Where the person goes back to: https, http on loopback, or a scheme of your app's own. linkId is appended to its query. An organization may be held to some hosts and schemes; the 400 names them."`
	WebhookURL     string             `json:"webhookUrl,omitempty" maxLength:"2048" example:"https://your-app.com/webhooks" doc:"Where events are sent: an absolute https URL."`
	ExternalUserID string             `json:"externalUserId,omitempty" maxLength:"255" doc:"Your own id of the person."`
	Metadata       map[string]string  `json:"metadata,omitempty" maxProperties:"20" doc:"Up to 20 keys of at most 40 characters with values of at most 500; returned as given."`
	Debug          bool               `json:"debug,omitempty" doc:"Record everything of this link's sessions, successes too."`
	ExpiresIn      int64              `json:"expiresIn,omitempty" minimum:"1" maximum:"2592000" doc:"Seconds until the link expires, 14400 unless given; at most 86400 where an argument is sensitive."`
	Reusable       bool               `json:"reusable,omitempty" doc:"A complete link may be claimed again until it expires; not with sensitive arguments."`
	UserLabel      string             `json:"userLabel,omitempty" maxLength:"64" doc:"Who you believe the person is; shown to them."`
	RequireReturn  bool               `json:"requireReturn,omitempty" doc:"Release the result only once your server redeems the returnCode that comes back with the person (POST /v1/links/{id}/redeem); needs returnUrl."`
	Locale         string             `json:"locale,omitempty" maxLength:"35" example:"en-US" doc:"The language of the pages, BCP 47; else the browser's."`
}

type operationRequest struct {
	Resource  string         `json:"resource" example:"paymentMethod"`
	Action    string         `json:"action" enum:"read,write"`
	Arguments map[string]any `json:"arguments,omitempty" doc:"Their schema is in GET /v1/providers. Never echoed."`
}

// readLink reads and checks the whole body; the error lists every issue.
func (a *API) readLink(key db.Key, body []byte) (db.NewLink, error) {
	var found issues
	f, err := readForm(body, &found)
	if err != nil {
		return db.NewLink{}, err
	}
	link := db.NewLink{OrganizationID: key.OrganizationID, Test: key.Test, IntegrationID: f.requiredText("integrationId")}
	integration, known := a.Catalog.Get(link.IntegrationID)
	if fault := a.refuseIntegration(key, link.IntegrationID, known); fault != "" && link.IntegrationID != "" {
		f.fault("integrationId", fault)
	}
	var offered []string
	if known {
		offered = integration.Operations
	}
	sensitive := false
	for _, asked := range f.operations() {
		operation, hasSensitive := a.checkOperation(asked, offered, &found)
		link.Operations = append(link.Operations, operation)
		sensitive = sensitive || hasSensitive
	}
	link.ReturnURL = f.url("returnUrl", func(text string) string { return cmp.Or(refuseReturnURL(text), refuseElsewhere(text, key.ReturnTo)) })
	link.WebhookURL = f.url("webhookUrl", a.refuseWebhookURL)
	link.ExternalUserID = f.text("externalUserId", maxExternalUserID)
	link.Metadata = f.metadata()
	link.Debug = f.flag("debug")
	link.Lifetime = f.lifetime(sensitive)
	if link.Reusable = f.flag("reusable"); link.Reusable && sensitive {
		f.fault("reusable", "must be false where an argument is sensitive")
	}
	link.UserLabel = f.text("userLabel", maxUserLabel)
	if link.RequireReturn = f.flag("requireReturn"); link.RequireReturn && f.take("returnUrl") == nil {
		f.fault("requireReturn", "needs a returnUrl")
	}
	link.Locale = f.locale()
	f.close()
	return link, found.err()
}

// url reads an optional URL; refuse says what is wrong with one.
func (f *form) url(name string, refuse func(string) string) string {
	value, ok := read[string](f, name, "a string")
	if !ok {
		return ""
	}
	if fault := refuse(value); fault != "" {
		f.fault(name, fault)
	}
	return value
}

// metadata is returned as it was given, so an empty object stays one.
func (f *form) metadata() map[string]string {
	given, ok := read[map[string]json.RawMessage](f, "metadata", "an object")
	if !ok {
		return nil
	}
	if len(given) > maxMetadata {
		f.fault("metadata", "must have at most "+strconv.Itoa(maxMetadata)+" keys")
		return nil
	}
	inner := &form{at: f.path("metadata"), fields: given, issues: f.issues}
	metadata := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if n := utf8.RuneCountInString(key); n == 0 || n > maxMetadataKey {
			inner.fault(key, "must have a key of 1 to "+strconv.Itoa(maxMetadataKey)+" characters")
		}
		value, ok := read[string](inner, key, "a string")
		if !ok && string(given[key]) == "null" {
			inner.fault(key, "must be a string")
		}
		if utf8.RuneCountInString(value) > maxMetadataValue {
			inner.fault(key, "must have at most "+strconv.Itoa(maxMetadataValue)+" characters")
		}
		metadata[key] = value
	}
	return metadata
}

func (f *form) lifetime(sensitive bool) time.Duration {
	seconds, ok := read[int64](f, "expiresIn", "an integer")
	switch {
	case !ok:
		seconds = defaultLifetime
	case seconds < 1:
		f.fault("expiresIn", "must be at least 1")
	case seconds > maxLifetime:
		f.fault("expiresIn", "must be at most "+strconv.Itoa(maxLifetime))
	case sensitive && seconds > maxSensitiveLifetime:
		f.fault("expiresIn", "must be at most "+strconv.Itoa(maxSensitiveLifetime)+" where an argument is sensitive")
	}
	return time.Duration(seconds) * time.Second
}

func (f *form) locale() string {
	value, ok := read[string](f, "locale", "a string")
	if !ok {
		return ""
	}
	// Parse takes underscores too, which BCP 47 does not know.
	if _, err := language.Parse(value); err != nil || len(value) > maxLocale || strings.Contains(value, "_") {
		f.fault("locale", "must be a language tag of BCP 47, such as en-US")
	}
	return value
}

// isInvisible is what has no place in a text that people read in one line: it
// could hide or reorder what stands around it.
func isInvisible(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
