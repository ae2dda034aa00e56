package check

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"passage/automation/prompt"

	"go.starlark.net/syntax"

	"passage/automation/script"
)

// hosts finds hosts that nothing speaks of, and addresses on hosts that are
// not in the list. Redirects and frames lead to hosts that a script never
// spells: a comment beside such a host says why it is there.
func (n *inspector) hosts() {
	var listed []*syntax.Literal
	spoken := ""
	for _, stmt := range n.file.Stmts {
		inside := map[*syntax.Literal]bool{}
		calls(stmt, func(call *syntax.CallExpr) {
			if list, ok := named(call, "hosts", 3).(*syntax.ListExpr); ok && calledName(call) == "integration" {
				for _, one := range list.List {
					if host, ok := one.(*syntax.Literal); ok {
						inside[host] = true
						listed = append(listed, host)
					}
				}
			}
		})
		syntax.Walk(stmt, func(at syntax.Node) bool {
			text, ok := at.(*syntax.Literal)
			if !ok || inside[text] {
				return true
			}
			if written, ok := text.Value.(string); ok {
				spoken += written + "\n"
				n.address(text, written)
			}
			return true
		})
	}
	for _, host := range listed {
		name, _ := host.Value.(string)
		if !strings.Contains(spoken, name) && !n.explained(host) {
			n.advise(host.TokenPos, "nothing in this file speaks of the host %q; if the site needs it, say why in a comment on its line, else take it out", name)
		}
	}
}

// address finds an absolute address that the browser may not go to.
func (n *inspector) address(at *syntax.Literal, text string) {
	if !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") || strings.ContainsAny(text, " \n\t") {
		return
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || strings.ContainsAny(parsed.Host, "*%{") {
		return // a pattern, or the beginning of something
	}
	if !n.integration.Allows(parsed.Scheme + "://" + parsed.Host) {
		n.fault(at.TokenPos, "%s is not one of the integration's hosts: add it to hosts", parsed.Host)
	}
}

// explained reports whether a comment stands beside a text, or in the line
// above it.
func (n *inspector) explained(at *syntax.Literal) bool {
	lines := strings.Split(string(n.integration.Source), "\n")
	line := int(at.TokenPos.Line)
	_, after, _ := strings.Cut(lines[line-1], at.Raw)
	return strings.Contains(after, "#") || line > 1 && strings.HasPrefix(strings.TrimSpace(lines[line-2]), "#")
}

// fields finds credentials that nothing uses, and uses of ones that are not
// asked for.
func (n *inspector) fields() {
	var known []string
	for _, field := range n.integration.Credentials {
		known = append(known, field.Name)
	}
	used, sure := map[string]bool{}, true
	syntax.Walk(n.file, func(at syntax.Node) bool {
		switch at := at.(type) {
		case *syntax.IndexExpr:
			if name, ok := literal(at.Y); ok {
				used[name] = true
			} else if object, ok := at.X.(*syntax.Ident); ok && !n.globals.Has(object.Name) {
				if _, number := at.Y.(*syntax.Literal); !number {
					sure = false // perhaps the attempt, and perhaps any field of it
				}
			}
		case *syntax.ForStmt:
			n.attempt(at, known)
		}
		return true
	})
	calls(n.file, func(call *syntax.CallExpr) {
		name, ok := literal(named(call, "name", 0))
		if calledName(call) != "field" || !ok || used[name] || !sure {
			return
		}
		at := slices.IndexFunc(n.integration.Credentials, func(f prompt.Field) bool { return f.Name == name })
		start, _ := call.Span()
		n.note(start, at < 0 || !n.integration.Credentials[at].Secret,
			"people are asked for %q, and nothing uses it: there is no attempt[%q]", name, name)
	})
}

// attempt looks at what a loop over the person's answers takes of them.
func (n *inspector) attempt(loop *syntax.ForStmt, fields []string) {
	name, ok := loop.Vars.(*syntax.Ident)
	call, isCall := loop.X.(*syntax.CallExpr)
	if !ok || !isCall {
		return
	}
	switch calledWord(call) {
	case "credentials":
	case "one_time_code":
		fields = []string{prompt.CodeField}
	default:
		return
	}
	for _, stmt := range loop.Body {
		syntax.Walk(stmt, func(at syntax.Node) bool {
			index, ok := at.(*syntax.IndexExpr)
			if !ok {
				return true
			}
			field, isText := literal(index.Y)
			if object, ok := index.X.(*syntax.Ident); ok && isText && object.Name == name.Name && !slices.Contains(fields, field) {
				start, _ := index.Y.Span()
				n.fault(start, "an attempt has no field %q%s: it has %s", field, script.Suggest(field, fields), strings.Join(fields, ", "))
			}
			return true
		})
	}
}

// keys finds keys that no text belongs to: people would read something general
// in its place.
func (n *inspector) keys() {
	type place struct {
		known map[string]bool
		name  string
		at    int
	}
	places := map[string]place{
		"field": {n.around.Fields, "label", 1}, "progress": {n.around.Progress, "code", 0},
		".reject": {n.around.Reasons, "reason", 0}, ".choose": {n.around.Choices, "reason", 1}, ".text": {n.around.Reasons, "reason", -1},
	}
	calls(n.file, func(call *syntax.CallExpr) {
		name := calledName(call)
		if name == "" {
			name = "." + calledWord(call)
		}
		look, ok := places[name]
		if !ok || look.known == nil {
			return
		}
		argument := named(call, look.name, look.at)
		key, ok := literal(argument)
		if !ok || key == "" || look.known[key] {
			return
		}
		start, _ := argument.Span()
		n.advise(start, "no text belongs to the key %q%s, so people read a general one; \"passage integrations docs\" has the keys",
			key, script.Suggest(key, slices.Sorted(maps.Keys(look.known))))
	})
}
