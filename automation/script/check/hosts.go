package check

import (
	"net/url"
	"strings"

	"go.starlark.net/syntax"
)

// checkHosts finds hosts that the script does not mention, and addresses on
// hosts that are not in the list. Redirects and frames lead to hosts that a
// script never spells out: a comment beside such a host says why it is there.
func (c *checker) checkHosts() {
	listed := c.listedHosts()
	mentioned := ""
	syntax.Walk(c.file, func(child syntax.Node) bool {
		literal, ok := child.(*syntax.Literal)
		if !ok || listed[literal] {
			return true
		}
		if text, ok := literal.Value.(string); ok {
			mentioned += text + "\n"
			c.checkAddress(literal, text)
		}
		return true
	})
	for literal := range listed {
		name, _ := literal.Value.(string)
		if !strings.Contains(mentioned, name) && !c.hasComment(literal) {
			c.advisef(literal.TokenPos, "nothing in this file mentions the host %q; if the site needs it, say why in a comment on its line, else remove it", name)
		}
	}
}

// listedHosts returns the items of integration(hosts = […]).
func (c *checker) listedHosts() map[*syntax.Literal]bool {
	listed := map[*syntax.Literal]bool{}
	eachCall(c.file, func(call *syntax.CallExpr) {
		list, ok := argument(call, "hosts", 3).(*syntax.ListExpr)
		if !ok || functionName(call) != "integration" {
			return
		}
		for _, item := range list.List {
			if literal, ok := item.(*syntax.Literal); ok {
				listed[literal] = true
			}
		}
	})
	return listed
}

// checkAddress finds an absolute address that the browser may not open.
func (c *checker) checkAddress(at *syntax.Literal, text string) {
	if !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") || strings.ContainsAny(text, " \n\t") {
		return
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || strings.ContainsAny(parsed.Host, "*%{") {
		return // a pattern, or the beginning of an address
	}
	if !c.integration.Allows(parsed.Scheme + "://" + parsed.Host) {
		c.errorf(at.TokenPos, "%s is not one of the integration's hosts: add it to hosts", parsed.Host)
	}
}

// hasComment reports whether a comment follows a literal on its line, or stands
// on the line above.
func (c *checker) hasComment(at *syntax.Literal) bool {
	lines := strings.Split(string(c.integration.Source), "\n")
	line := int(at.TokenPos.Line)
	_, after, _ := strings.Cut(lines[line-1], at.Raw)
	return strings.Contains(after, "#") || line > 1 && strings.HasPrefix(strings.TrimSpace(lines[line-2]), "#")
}
