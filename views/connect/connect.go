// Package connect owns the screens of the hosted flow, from the claim page to the
// return to the merchant.
//
// A handler fills a Layout (who, which service, the way back) and one Model
// (what this screen says), and renders them as a whole Page or, for the
// stream of live updates, as the Live region alone. The package makes
// no decisions and stores nothing. Its invariant: Page holds exactly one element
// with the id "live", and Live renders that element and no other.
package connect

import (
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"passage/views"
)

// Layout is what every screen needs to know.
type Layout struct {
	Text        *views.Text // see views.Match
	Merchant    string
	Logo        string // path of the merchant's logo; "" shows the initial
	Support     string // the merchant's support address, a mailto: or https: URL; "" none
	Service     string
	Integration string // its id; an integration may have its own texts

	Return         string // the return URL with linkId, exactly as it is to be opened; "" where the merchant gave none
	ReturnRequired bool   // the merchant gets nothing before Return is opened
	Cancel         string // where “Cancel and go back” posts to; "" where there is no session to cancel
	Submitted      bool   // a change was submitted, so cancelling may not undo it

	Stream   string // the URL of the event stream; "" if the page does not change by itself
	Revision int64  // grows with every change; older revisions are not shown

	IdleLimit IdleLimit
	Data      Data
	Host      Host

	TransferRequest TransferRequest
	Reference       string // for support; short
	Stylesheet      string // path of the merchant's colours; "" for ours
}

// Host is the merchant's page that embeds this one or opened it as a pop-up. It is
// told the status of the link, and nothing else.
type Host struct {
	Origins []string // its allowed origins; none: no host
	LinkID  string
	Status  string // of the link
}

// IdleLimit is our own time limit for screens that wait for the person. Two minutes
// before its end the page asks “Still there?”.
type IdleLimit struct {
	Left      time.Duration // until the limit; 0 says nothing of it
	Action    string        // where “I’m still here” posts to; answers 204, or a redirect without script
	Extension time.Duration // what is left after that
}

// TransferRequest is shown on the device that holds the session while another device
// asks to continue it.
type TransferRequest struct{ Allow, Refuse string } // where the two buttons post to; "" for no request

// Data is the content of the panel “What happens to my data?”.
type Data struct {
	Operator   string // who runs this; "" unknown
	Privacy    string // URL of the privacy page; "" none
	Operations []Operation
	Keep       time.Duration // how long results are kept
	Recorded   bool          // this visit is recorded even if all goes well
	KeepVisit  time.Duration // how long recordings are kept
}

// Status is the state of an operation, as in the API.
type Status string

// The states of an operation.
const (
	StatusPending  Status = "pending"
	StatusRunning  Status = "running"
	StatusComplete Status = "complete"
	StatusFailed   Status = "failed"
	StatusUnknown  Status = "unknown"
)

// Operation is one thing that is done at the service.
type Operation struct {
	Resource, Action string
	Status           Status
	Progress         string // the last label key that the script gave
	Count            int    // the number that came with it
	Last4, Brand     string // of the card that a write puts in; "" unknown
	DryRun           bool
}

// Model is the state of one screen.
type Model interface{ screen(l Layout) screen }

// screen is what every model is rendered from.
type screen struct {
	title     string
	announce  string // for screen readers, when the screen is shown; "" the title
	prompt    string // the id of the open prompt; "" nothing is asked
	refreshes bool   // the page changes by itself: without script it loads again
	endState  string // set once the state does not change any more
	body      templ.Component
}

func (s screen) announcement() string {
	if s.announce != "" {
		return s.announce
	}
	return s.title
}

// Page renders a screen as a whole page.
func Page(l Layout, m Model) templ.Component { return page(l, m.screen(l)) }

// Live renders the live region alone, for a message of the stream.
func Live(l Layout, m Model) templ.Component { return live(l, m.screen(l)) }

// Notice renders the transfer request alone, for the stream's “notice” event.
func Notice(l Layout) templ.Component { return notice(l) }

// fill fills the names, and further pairs, into a sentence.
func (l Layout) fill(sentence string, pairs ...string) string {
	return views.Fill(sentence, append([]string{"merchant", l.Merchant, "service", l.Service}, pairs...)...)
}

func (l Layout) head(s screen) views.Head {
	head := views.Head{
		Lang: l.Text.Lang, Title: s.title, Stylesheets: []string{"app.css"}, Class: "connect",
		Scripts: []string{"htmx.min.js", "htmx-sse.min.js", "app.js"},
		Refresh: s.refreshes,
	}
	if l.Merchant != "" {
		head.Title = l.fill(l.Text.Layout.PageOf, "title", s.title)
	}
	if l.Stylesheet != "" {
		head.Stylesheets = append(head.Stylesheets, l.Stylesheet)
	}
	return head
}

// returnPlace says where the person goes back to: a host, or the merchant's app.
func (l Layout) returnPlace() string {
	parsed, err := url.Parse(l.Return)
	if err == nil && (parsed.Scheme == "https" || parsed.Scheme == "http") {
		return parsed.Host
	}
	return l.fill(l.Text.Layout.AppOf)
}

// summary gives what is said of an operation, with its card filled in.
func (l Layout) summary(o Operation) views.OperationSummary {
	text := l.Text.OperationSummary(l.Integration, o.Resource, o.Action)
	card := l.Text.Card.Unknown
	switch {
	case o.Last4 != "" && o.Brand != "":
		card = views.Fill(l.Text.Card.BrandEnding, "brand", o.Brand, "last4", o.Last4)
	case o.Last4 != "":
		card = views.Fill(l.Text.Card.Ending, "last4", o.Last4)
	}
	for _, sentence := range []*string{&text.Ask, &text.Done, &text.NotDone, &text.Unknown, &text.Try, &text.Tried} {
		*sentence = l.fill(*sentence, "card", card)
	}
	if o.DryRun && text.Try != "" {
		text.Ask, text.Done = text.Try, text.Tried
	}
	return text
}

// effect says whether an operation reads or changes.
func (l Layout) effect(o Operation) (icon, word string) {
	switch {
	case o.Action == "read":
		return "eye", l.Text.Claim.Reads
	case o.DryRun:
		return "search", l.Text.Claim.Tries
	default:
		return "pencil", l.Text.Claim.Changes
	}
}

// found says what an operation found, where it said so.
func (l Layout) found(o Operation) string {
	if found, ok := l.Text.Found[o.Progress]; ok {
		return found.Format(o.Count)
	}
	return ""
}

// sharedData lists what the merchant gets to know, each thing once.
func (l Layout) sharedData(operations []Operation) []string {
	var list []string
	seen := map[string]bool{}
	for _, operation := range operations {
		thing := l.Text.OperationSummary(l.Integration, operation.Resource, operation.Action).Shares
		if !seen[thing] {
			seen[thing] = true
			list = append(list, thing)
		}
	}
	return list
}

func withStatus(operations []Operation, status Status) []Operation {
	var list []Operation
	for _, operation := range operations {
		if operation.Status == status {
			list = append(list, operation)
		}
	}
	return list
}

func seconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

func number(n int) string { return strconv.Itoa(n) }
