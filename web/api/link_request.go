package api

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"passage/db"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
)

// readLink reads and validates the whole body; its error lists every issue.
func (a *API) readLink(key db.Key, body []byte) (db.NewLink, error) {
	var found strictjson.Issues
	f, err := strictjson.Parse(body, &found)
	if err != nil {
		return db.NewLink{}, err
	}
	link := db.NewLink{OrganizationID: key.OrganizationID, Test: key.Test, IntegrationID: f.RequiredText("integrationId")}
	integration, known := a.Catalog.Get(link.IntegrationID)
	if reason := a.refuseIntegration(key, link.IntegrationID, known); reason != "" && link.IntegrationID != "" {
		f.Invalid("integrationId", reason)
	}
	var offered []string
	if known {
		offered = integration.Operations
	}
	sensitive := false
	for _, asked := range readOperations(f) {
		operation, hasSensitive := a.checkOperation(asked, offered, &found)
		link.Operations = append(link.Operations, operation)
		sensitive = sensitive || hasSensitive
	}
	link.ReturnURL = readURL(f, "returnUrl", func(text string) string { return cmp.Or(refuseReturnURL(text), refuseOtherHosts(text, key.ReturnTo)) })
	link.WebhookURL = readURL(f, "webhookUrl", a.refuseWebhookURL)
	link.ExternalUserID = f.Text("externalUserId", wire.MaxExternalUserID)
	link.Metadata = readMetadata(f)
	link.Debug = f.Bool("debug")
	link.Lifetime = readLifetime(f, sensitive)
	if link.Reusable = f.Bool("reusable"); link.Reusable && sensitive {
		f.Invalid("reusable", "must be false where an argument is sensitive")
	}
	link.UserLabel = f.Text("userLabel", wire.MaxUserLabel)
	if link.RequireReturn = f.Bool("requireReturn"); link.RequireReturn && f.Take("returnUrl") == nil {
		f.Invalid("requireReturn", "needs a returnUrl")
	}
	link.Locale = readLocale(f)
	f.Close()
	return link, found.Err()
}

// readURL reads an optional URL; refuse says what is wrong with it.
func readURL(f *strictjson.Object, name string, refuse func(string) string) string {
	value, ok := strictjson.Read[string](f, name, "a string")
	if !ok {
		return ""
	}
	if reason := refuse(value); reason != "" {
		f.Invalid(name, reason)
	}
	return value
}

// readMetadata keeps an empty object, as metadata is returned as it was given.
func readMetadata(f *strictjson.Object) map[string]string {
	given, ok := strictjson.Read[map[string]json.RawMessage](f, "metadata", "an object")
	if !ok {
		return nil
	}
	if len(given) > wire.MaxMetadata {
		f.Invalid("metadata", "must have at most "+strconv.Itoa(wire.MaxMetadata)+" keys")
		return nil
	}
	inner := f.Inner("metadata", given)
	metadata := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if n := utf8.RuneCountInString(key); n == 0 || n > wire.MaxMetadataKey {
			inner.Invalid(key, "must have a key of 1 to "+strconv.Itoa(wire.MaxMetadataKey)+" characters")
		}
		value, ok := strictjson.Read[string](inner, key, "a string")
		if !ok && string(given[key]) == "null" {
			inner.Invalid(key, "must be a string")
		}
		if utf8.RuneCountInString(value) > wire.MaxMetadataValue {
			inner.Invalid(key, "must have at most "+strconv.Itoa(wire.MaxMetadataValue)+" characters")
		}
		metadata[key] = value
	}
	return metadata
}

func readLifetime(f *strictjson.Object, sensitive bool) time.Duration {
	seconds, ok := strictjson.Read[int64](f, "expiresIn", "an integer")
	switch {
	case !ok:
		seconds = wire.DefaultLifetime
	case seconds < 1:
		f.Invalid("expiresIn", "must be at least 1")
	case seconds > wire.MaxLifetime:
		f.Invalid("expiresIn", "must be at most "+strconv.Itoa(wire.MaxLifetime))
	case sensitive && seconds > wire.MaxSensitiveLifetime:
		f.Invalid("expiresIn", "must be at most "+strconv.Itoa(wire.MaxSensitiveLifetime)+" where an argument is sensitive")
	}
	return time.Duration(seconds) * time.Second
}

func readLocale(f *strictjson.Object) string {
	value, ok := strictjson.Read[string](f, "locale", "a string")
	if !ok {
		return ""
	}
	// Parse accepts underscores too, which BCP 47 does not allow.
	if _, err := language.Parse(value); err != nil || len(value) > wire.MaxLocale || strings.Contains(value, "_") {
		f.Invalid("locale", "must be a language tag of BCP 47, such as en-US")
	}
	return value
}
