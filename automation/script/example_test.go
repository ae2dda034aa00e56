package script_test

import (
	"fmt"

	"passage/automation/script"
)

// A complete integration.
func ExampleLoad() {
	integration, err := script.Load("hello.star", []byte(`"""Hello: the smallest integration there can be."""

integration(
    id = "hello",
    name = "Hello",
    site = "https://www.example.com",
    hosts = ["www.example.com"],
    credentials = [
        field("username", label = "email", autocomplete = "username"),
        field("password", label = "password", autocomplete = "current-password", secret = True),
    ],
)

def login(page, user):
    page.goto("/login")
    for attempt in user.credentials(attempts = 3):
        page.fill("#username", attempt["username"])
        page.fill("#password", attempt["password"])
        page.click("#sign-in")
        seen = page.wait_for(home = "#account", wrong = ".error", locked = ".locked")
        if seen != "wrong":
            break
        attempt.reject("wrong_password")
    if seen == "locked":
        fail("ACCOUNT_LOCKED")

def read_history(page, arguments):
    progress("opening_history")
    page.goto("/history")
    return {"history": page.rows("tr.article", id = "@id", title = "h2", source = ".source", readAt = "time@datetime")}

operations = {"readHistory.read": read_history}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(integration.Name, integration.Operations)
	// Output: Hello [readHistory.read]
}

// Load reports every error that it finds without running the script, each with
// its line.
func ExampleLoad_errors() {
	_, err := script.Load("hello.star", []byte(`
integration(
    id = "Hello", name = "Hello", site = "https://www.example.com", hosts = [], credentials = [],
)

def login(page, user):
    page.clik("#sign-in")
    fail("ACOUNT_LOCKED")
    retry()
`))
	fmt.Println(err)
	// Output:
	// hello.star:7: page has no word "clik" (did you mean click?)
	// hello.star:8: fail: "ACOUNT_LOCKED" is not a code that a script can end with (did you mean ACCOUNT_LOCKED?)
	// hello.star:9: undefined: retry
}
