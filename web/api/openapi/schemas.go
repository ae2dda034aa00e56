package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"passage/automation/outcome"
	"passage/web/api/wire"
)

const schemaPrefix = "#/components/schemas/"

// nameSchema names a type in the document, by which clients are generated.
func nameSchema(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	if name == "DeliveryAttempt" {
		return "Try" // as it was first published
	}
	return name
}

func (d *Document) schemas() map[string]*huma.Schema { return d.api.Components.Schemas.Map() }

func (d *Document) schemaOf(value any) *huma.Schema {
	return d.api.Components.Schemas.Schema(reflect.TypeOf(value), true, "")
}

// schemaName is what begins the names of an operation's schemas:
// PaymentMethodRead for paymentMethod.read.
func schemaName(operation string) string {
	resource, action, _ := strings.Cut(operation, ".")
	return strings.ToUpper(resource[:1]) + resource[1:] + strings.ToUpper(action[:1]) + action[1:]
}

func null() *huma.Schema { return &huma.Schema{Type: "null"} }

func refer(name string) *huma.Schema { return &huma.Schema{Ref: schemaPrefix + name} }

// describeRequest marks the optional fields of a request as nullable: null counts
// as not given.
func (d *Document) describeRequest(request reflect.Type) {
	for n := range request.NumField() { // the request's own, and those of the objects in it
		if item := request.Field(n).Type; item.Kind() == reflect.Slice && item.Elem().Kind() == reflect.Struct {
			d.describeRequest(item.Elem())
		}
	}
	schema := d.schemas()[nameSchema(request, "")]
	for name, property := range schema.Properties {
		if slices.Contains(schema.Required, name) {
			continue
		}
		property.Nullable = true
		if property.Enum != nil {
			property.Enum = append(property.Enum, nil)
		}
	}
}

// completeSchemas adds what Go's types cannot express. Lists are never null in a
// reply, nor where they are required; an object that is not known yet may be
// null.
func (d *Document) completeSchemas() {
	for _, schema := range d.schemas() {
		for name, property := range schema.Properties {
			given := slices.Contains(schema.Required, name)
			switch {
			case property.Type == huma.TypeArray && given:
				property.Nullable = false
			case name == "error" && property.Ref != "":
				schema.Properties[name] = &huma.Schema{OneOf: []*huma.Schema{property, null()}}
			case name == "metadata" && given:
				property.Nullable = true
			}
			property.PatternDescription = "" // no word of JSON Schema's
		}
	}
	for _, operation := range d.operations {
		for _, parameter := range operation.Parameters {
			parameter.Schema.PatternDescription = ""
			if parameter.Name == "id" {
				parameter.Description = "The id of the " + subjectOf(operation.Path) + "."
			}
		}
	}
	schemas := d.schemas()
	schemas["SessionError"].Properties["code"].Enum = outcomeCodes()
	schemas["EventOperation"].Properties["status"].Enum = schemas["Operation"].Properties["status"].Enum
	schemas["TimelineEvent"].Properties["event"].Enum = anyOf(wire.TimelineEvents)
	setLimits(schemas["LinkRequest"].Properties)
	schemaOfSchema := map[string]*huma.Schema{"arguments": {Type: huma.TypeObject}, "result": {Type: huma.TypeObject}}
	for name, schema := range schemaOfSchema {
		schema.Description = schemas["ProviderOperation"].Properties[name].Description
		schema.AdditionalProperties = true
		schemas["ProviderOperation"].Properties[name] = schema
	}
}

// setLimits adds the limits of the request for a link to its schema. They are
// constants, not tags of the type, because the request is checked by them too.
func setLimits(properties map[string]*huma.Schema) {
	limit := func(n int) *int { return &n }
	properties["operations"].MinItems, properties["operations"].MaxItems = limit(1), limit(wire.MaxOperations)
	properties["returnUrl"].MaxLength = limit(wire.MaxURL)
	properties["webhookUrl"].MaxLength = limit(wire.MaxURL)
	properties["externalUserId"].MaxLength = limit(wire.MaxExternalUserID)
	properties["userLabel"].MaxLength = limit(wire.MaxUserLabel)
	properties["locale"].MaxLength = limit(wire.MaxLocale)

	metadata := properties["metadata"]
	metadata.MaxProperties = limit(wire.MaxMetadata)
	metadata.AdditionalProperties = &huma.Schema{Type: huma.TypeString, MaxLength: limit(wire.MaxMetadataValue)}
	metadata.Extensions = map[string]any{"propertyNames": map[string]any{"minLength": 1, "maxLength": wire.MaxMetadataKey}}
	metadata.Description = fmt.Sprintf("Up to %d keys of at most %d characters with values of at most %d; returned as given.",
		wire.MaxMetadata, wire.MaxMetadataKey, wire.MaxMetadataValue)

	lifetime, shortest, longest := properties["expiresIn"], 1.0, float64(wire.MaxLifetime)
	lifetime.Minimum, lifetime.Maximum = &shortest, &longest
	lifetime.Description = fmt.Sprintf("Seconds until the link expires, %d unless given; at most %d where an argument is sensitive.",
		wire.DefaultLifetime, wire.MaxSensitiveLifetime)
}

func outcomeCodes() (codes []any) {
	for _, entry := range outcome.All() {
		codes = append(codes, string(entry.Code))
	}
	return codes
}

func anyOf[T any](list []T) (all []any) {
	for _, text := range list {
		all = append(all, text)
	}
	return all
}

// describeResources adds the schemas of all resources' operations to the document,
// and refers to them for arguments and results.
func (d *Document) describeResources() {
	schemas := d.schemas()
	var takes, results []*huma.Schema
	for _, name := range d.Resources.Names() {
		resource, action, _ := strings.Cut(name, ".")
		operation, _ := d.Resources.Operation(resource, action)
		of := schemaName(name)
		if operation.TakesArguments() {
			schemas[of+"Arguments"] = foreign(operation.Arguments)
			takes = append(takes, refer(of+"Arguments"))
		}
		schemas[of+"Result"] = foreign(operation.Result)
		results = append(results, refer(of+"Result"))
	}
	one := &huma.Schema{Type: huma.TypeObject, Required: []string{"resource", "action", "data"}, AdditionalProperties: false,
		Properties: map[string]*huma.Schema{
			"resource": {Type: huma.TypeString, Examples: []any{"paymentMethod"}},
			"action":   {Type: huma.TypeString, Enum: []any{"read", "write"}},
			"data":     {AnyOf: results, Description: "What the operation gave."},
		}}
	schemas["OperationResult"] = one
	schemas["ManyResults"] = &huma.Schema{Type: huma.TypeObject, Required: []string{"operations"}, AdditionalProperties: false,
		Description: "The result of a link with several operations.",
		Properties: map[string]*huma.Schema{"operations": {Type: huma.TypeArray, Items: refer("OperationResult"),
			Description: "In the order in which they ran."}}}
	results = append(results, refer("ManyResults"), null())
	for _, name := range []string{"Link", "WebhookPayload", "ExportedLink"} {
		schemas[name].Properties["result"].AnyOf = results
	}
	for _, name := range []string{"LinkRequest", "OperationRequest"} {
		described := schemas[name].Properties["arguments"].Description
		schemas[name].Properties["arguments"] = &huma.Schema{AnyOf: append(takes, null()), Description: described}
	}
}

// subjectOf names what a path is about: link for /v1/links/{id}/data.
func subjectOf(path string) string {
	return strings.TrimSuffix(strings.Split(path, "/")[2], "s")
}

// foreign returns a schema that was written by hand.
func foreign(source json.RawMessage) *huma.Schema {
	var schema map[string]any
	if json.Unmarshal(source, &schema) != nil {
		return nil // impossible: it was compiled before
	}
	delete(schema, "$schema")
	adapt(schema)
	return &huma.Schema{Extensions: schema}
}

// adapt removes a keyword that is for us alone, and moves a default into the description:
// generators take a field with a default for required.
func adapt(schema map[string]any) {
	delete(schema, "x-format")
	if standard, ok := schema["default"]; ok {
		about, _ := schema["description"].(string)
		schema["description"] = strings.TrimSpace(fmt.Sprintf("%s %v unless given.", about, standard))
		delete(schema, "default")
	}
	inner, _ := schema["properties"].(map[string]any)
	for _, field := range slices.AppendSeq([]any{schema["items"]}, maps.Values(inner)) {
		if fields, ok := field.(map[string]any); ok {
			adapt(fields)
		}
	}
}
