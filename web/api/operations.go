package api

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"passage/db"
)

// asked is one operation of a request, with the path that it stands at.
type asked struct {
	*form
	resource, action string
	arguments        json.RawMessage // an object, or nil where there are none
}

// operations reads what is to be done, in either of its two forms.
func (f *form) operations() []asked {
	list := f.take("operations")
	single := []string{"resource", "action", "arguments"}
	if list == nil {
		if f.take("resource") == nil && f.take("action") == nil && f.take("arguments") == nil {
			f.fault("operations", "is required, or resource and action")
			return nil
		}
		return []asked{f.operation()}
	}
	for _, name := range single {
		if f.take(name) != nil {
			f.fault(name, "must not be given together with operations")
		}
	}
	var items []json.RawMessage
	switch err := json.Unmarshal(list, &items); {
	case err != nil:
		f.fault("operations", "must be an array")
	case len(items) == 0:
		f.fault("operations", "must have at least 1 item")
	case len(items) > maxOperations:
		f.fault("operations", "must have at most "+strconv.Itoa(maxOperations)+" items")
	default:
		return f.items(items)
	}
	return nil
}

func (f *form) items(items []json.RawMessage) (all []asked) {
	for n, item := range items {
		at := join(f.path("operations"), strconv.Itoa(n))
		var fields map[string]json.RawMessage
		if json.Unmarshal(item, &fields) != nil || fields == nil {
			f.issues.add(at, "must be an object")
			continue
		}
		inner := &form{at: at, fields: fields, issues: f.issues}
		all = append(all, inner.operation())
		inner.close()
	}
	return all
}

func (f *form) operation() asked {
	return asked{f, f.requiredText("resource"), f.requiredText("action"), f.object("arguments")}
}

// checkOperation checks one operation against the known resources and those that
// the integration offers (nil: the integration is not known). It reports whether
// a sensitive argument was given.
func (a *API) checkOperation(asked asked, offered []string, found *issues) (db.NewOperation, bool) {
	new := db.NewOperation{Resource: asked.resource, Action: asked.action, Arguments: asked.arguments}
	if new.Resource == "" || new.Action == "" {
		return new, false
	}
	operation, ok := a.Resources.Operation(new.Resource, new.Action)
	if !ok {
		a.faultUnknown(asked)
		return new, false
	}
	if offered != nil && !slices.Contains(offered, operation.Name()) {
		asked.fault("resource", operation.Name()+" is not offered by this integration")
	}
	for _, issue := range operation.CheckArguments(new.Arguments) {
		path := asked.path("arguments")
		if issue.Path != "" {
			path += "." + issue.Path
		}
		found.add(path, issue.Message)
	}
	given := map[string]json.RawMessage{}
	if new.Arguments != nil && json.Unmarshal(new.Arguments, &given) != nil {
		return new, false // not an object, which is an issue already
	}
	new.Summary = summarize(given)
	return new, slices.ContainsFunc(operation.Sensitive, func(name string) bool { return given[name] != nil })
}

// faultUnknown says which part of an operation's name is unknown.
func (a *API) faultUnknown(asked asked) {
	ofResource := func(name string) bool { return strings.HasPrefix(name, asked.resource+".") }
	switch {
	case !slices.ContainsFunc(a.Resources.Names(), ofResource):
		asked.fault("resource", "is not a known resource")
	case asked.action != "read" && asked.action != "write":
		asked.fault("action", "must be read or write")
	default:
		asked.fault("action", "is not an action of this resource")
	}
}

// shownDigits is how much of a card's number people may see.
const shownDigits = 4

// summarize is all of the arguments that is ever shown to anybody: it is stored
// as it stands, while the arguments themselves are sealed.
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
