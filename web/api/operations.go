package api

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"passage/db"
	"passage/web/api/strictjson"
	"passage/web/api/wire"
)

// asked is one operation of a request, and the object that it was read from.
type asked struct {
	*strictjson.Object
	resource, action string
	arguments        json.RawMessage // an object, or nil where there are none
}

// readOperations reads the operations in either of their two forms.
func readOperations(f *strictjson.Object) []asked {
	list := f.Take("operations")
	single := []string{"resource", "action", "arguments"}
	if list == nil {
		if f.Take("resource") == nil && f.Take("action") == nil && f.Take("arguments") == nil {
			f.Invalid("operations", "is required, or resource and action")
			return nil
		}
		return []asked{readOperation(f)}
	}
	for _, name := range single {
		if f.Take(name) != nil {
			f.Invalid(name, "must not be given together with operations")
		}
	}
	var items []json.RawMessage
	switch err := json.Unmarshal(list, &items); {
	case err != nil:
		f.Invalid("operations", "must be an array")
	case len(items) == 0:
		f.Invalid("operations", "must have at least 1 item")
	case len(items) > wire.MaxOperations:
		f.Invalid("operations", "must have at most "+strconv.Itoa(wire.MaxOperations)+" items")
	default:
		return readItems(f, items)
	}
	return nil
}

func readItems(f *strictjson.Object, items []json.RawMessage) (all []asked) {
	list := f.Inner("operations", nil)
	for n, item := range items {
		position := strconv.Itoa(n)
		var fields map[string]json.RawMessage
		if json.Unmarshal(item, &fields) != nil || fields == nil {
			list.Invalid(position, "must be an object")
			continue
		}
		inner := list.Inner(position, fields)
		all = append(all, readOperation(inner))
		inner.Close()
	}
	return all
}

func readOperation(f *strictjson.Object) asked {
	return asked{f, f.RequiredText("resource"), f.RequiredText("action"), f.RawObject("arguments")}
}

// checkOperation checks one operation against the known resources and those that
// the integration offers (nil: the integration is not known). It reports whether
// a sensitive argument was given.
func (a *API) checkOperation(asked asked, offered []string, found *strictjson.Issues) (db.NewOperation, bool) {
	created := db.NewOperation{Resource: asked.resource, Action: asked.action, Arguments: asked.arguments}
	if created.Resource == "" || created.Action == "" {
		return created, false
	}
	operation, ok := a.Resources.Operation(created.Resource, created.Action)
	if !ok {
		a.invalidName(asked)
		return created, false
	}
	if offered != nil && !slices.Contains(offered, operation.Name()) {
		asked.Invalid("resource", operation.Name()+" is not offered by this integration")
	}
	for _, issue := range operation.CheckArguments(created.Arguments) {
		path := asked.Path("arguments")
		if issue.Path != "" {
			path += "." + issue.Path
		}
		found.Add(path, issue.Message)
	}
	given := map[string]json.RawMessage{}
	if created.Arguments != nil && json.Unmarshal(created.Arguments, &given) != nil {
		return created, false // not an object, which is an issue already
	}
	created.Summary = summarize(given)
	return created, slices.ContainsFunc(operation.Sensitive, func(name string) bool { return given[name] != nil })
}

// invalidName says which part of an operation's name is unknown.
func (a *API) invalidName(asked asked) {
	ofResource := func(name string) bool { return strings.HasPrefix(name, asked.resource+".") }
	switch {
	case !slices.ContainsFunc(a.Resources.Names(), ofResource):
		asked.Invalid("resource", "is not a known resource")
	case asked.action != "read" && asked.action != "write":
		asked.Invalid("action", "must be read or write")
	default:
		asked.Invalid("action", "is not an action of this resource")
	}
}

// shownDigits is how much of a card's number people may see.
const shownDigits = 4

// summarize returns the only part of the arguments that is ever shown. It is
// stored in plain text; the arguments are encrypted.
func summarize(arguments map[string]json.RawMessage) map[string]string {
	summary := map[string]string{}
	var number string
	if json.Unmarshal(arguments["cardNumber"], &number) == nil && len(number) > 2*shownDigits {
		summary["last4"] = number[len(number)-shownDigits:]
	}
	if string(arguments["dryRun"]) == "true" {
		summary["dryRun"] = "true"
	}
	return summary
}
