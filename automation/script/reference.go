package script

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// manual is a word's entry in the reference. It stands in the same table as
// what the word does.
type manual struct {
	Signature string // as the script writes it, with the defaults, and what it gives
	About     string // what it does, with units
	Faults    string // how it ends when it cannot; "None." if it always can
	Example   string // lines of a function's body
}

// Reference returns every word that an integration may use, in Markdown.
func Reference() string {
	var out strings.Builder
	out.WriteString(referenceHead)
	section := func(title, about string, entries map[string]manual) {
		fmt.Fprintf(&out, "\n## %s\n\n%s\n", title, about)
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			entry := entries[name]
			fmt.Fprintf(&out, "\n### `%s`\n\n%s\n\nErrors: %s\n\n```python\n%s\n```\n", entry.Signature, entry.About, entry.Faults, entry.Example)
		}
	}
	entries := manuals(pageWords, func(w pageWord) manual { return w.manual })
	entries["url"] = urlManual
	section("In the file and in functions", "Beside these there are Starlark's own: dict, enumerate, int, len, list, range, sorted, str, zip and so on.", manuals(globalWords, func(w globalWord) manual { return w.manual }))
	section("The page", "Handed in as page. Every word is a step of the recording. Times are in seconds, at most 120.", entries)
	section("The user", "Handed in as user. The browser stays on the page while the person answers.", manuals(userWords, func(w userWord) manual { return w.manual }))
	section("An attempt", "What a loop over user.credentials or user.one_time_code is given.", attemptWords)
	return out.String()
}

func manuals[W any](words map[string]W, of func(W) manual) map[string]manual {
	entries := map[string]manual{}
	for name, word := range words {
		entries[name] = of(word)
	}
	return entries
}

// urlManual is page.url, which is no word to call.
var urlManual = manual{
	"page.url → text", "Where the page is, without query and fragment.", "None.", `at_home = page.url.endswith("/home")`,
}

const referenceHead = `# The words of an integration

An integration is one file of Starlark, which reads like Python. It says what it is with integration(…), and defines login(page, user) and operations: a dict of functions by name, as in "paymentMethod.read". Each takes page and arguments, and user too if it asks the person something; arguments is a dict, and what the function returns is the result, both as the operation has them below.

## Selectors

Every word of the page that takes a selector takes one of these, or a list of up to ten: alternatives that are tried together, of which the first that matches is used and recorded.

| selector | matches |
| --- | --- |
| ` + "`#id .class[name=x]`" + ` | CSS, in the document and in every shadow root; one selector does not reach across a root's border, ` + "`>>`" + ` does |
| ` + "`text=Sign in`" + ` | the smallest elements that show the text, in whatever case; ` + "`text=\"Sign in\"`" + ` the whole text, exactly |
| ` + "`label=Email`" + ` | the control with this label: of a label element, aria-label, aria-labelledby, or else what stands right before it; a part of the label will do, in whatever case, and quoted it is the whole |
| ` + "`placeholder=Search`" + ` | the control with this placeholder |
| ` + "`role=button[name=\"Sign in\"]`" + ` | elements by role, said or implied, and by their whole name; ` + "`[name*=\"Sign\"]`" + ` a part of it |
| ` + "`#form >> text=Next >> nth=0`" + ` | each part inside of what the one before it matched; nth= picks one, -1 the last |
| ` + "`url=/account*`" + ` | in wait_for only: the page's address |

For fill, type and check, a component stands for the one field or box in its shadow root: ` + "`sl-input[name=email]`" + ` will do. Open shadow roots are searched at once, closed ones after 400 ms of nothing: exists, count and rows see into a closed one only after a word that waited for something in it. Frames are entered with page.frame.

## Habits of sites

- Something comes up in front of the page: page.dismiss, once, at the start of login. A click is never lost to it.
- A button does nothing until the site's own scripts have come, which nobody can see: click again.

` + "```python" + `
for _ in range(3):
    page.click("#next")
    if page.wait_for(password = "#password", timeout = 4, otherwise = "nothing") != "nothing":
        break
` + "```" + `

  For page.submit there is no such thing: a write is clicked once.
- A list that is no select element: page.select all the same. Where it does not do: page.click on it, and then on its option, as in ` + "`role=option[name=\"Large\"]`" + ` or ` + "`text=\"Large\"`" + `.
- A link or button opens another window: page.popup. A window that nobody waits for is closed.
- What went wrong is said in a message that goes away by itself: have an old one gone before the click, or it is taken for the answer, as in ` + "`page.wait_for(quiet = lambda: not page.exists(\".toast\"))`" + `.
- All pages have one path and differ behind the #: page.goto loads them all the same, and url("/app#/cards*") tells them apart.
- The code is asked for in the form that has the password, which comes back empty: in the loop over user.one_time_code fill in attempt["password"] of the loop around it again.
- A button is a picture, without a text: ` + "`[title=\"My account\"]`" + ` or its id. role= and its name do only where the site says that it is a button.
- The pages of a list have numbers, and there is no “next”: page.pages with what stands after the present one, as in ` + "`.current + a`" + `. See what that is on the last page: a link to all of them would be clicked too, ` + "`.current + a:not(.all)`" + `.
- The form sends itself at the last digit of a code: page.wait_for right after page.fill, without a click.

## Secrets

Credentials, codes and sensitive arguments are opaque: they can be handed to page.fill and page.type, and card numbers have .last4. Everything else with them is an error.

## How it ends

A word that fails ends the session with the code named under Errors; a script does not catch it. fail(code) ends it with a code of the script's own. What a script gets wrong is AUTOMATION_ERROR, with the line.
`
