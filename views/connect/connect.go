// Package connect owns the screens of the hosted flow: what a person sees from
// the claim page to the way back.
//
// A handler fills a Frame (who, which service, the way back) and one Model
// (what this screen says), and renders them as a whole Page or, for the
// stream of live updates, as the Live region alone. The package decides
// nothing and stores nothing. Its invariant: Page holds exactly one element
// with the id "live", and Live renders that element and no other.
package connect

import (
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"passage/views"
)

// Frame is what every screen needs to know.
type Frame struct {
	Text        *views.Text // see views.Match
	Merchant    string
	Logo        string // where the merchant's is; "" its initial stands for it
	Support     string // whom the merchant says to ask, a mailto: or https: URL; "" nobody
	Service     string
	Integration string // its id; some integrations have words of their own

	Return    string // the return URL with linkId, exactly as it is to be opened; "" where the merchant gave none
	Required  bool   // nothing is handed over before Return is opened
	Cancel    string // where “Cancel and go back” posts to; "" where there is no session to cancel
	Submitted bool   // a change was submitted, so cancelling may not undo it

	Stream   string // the URL of the event stream; "" where nothing will change by itself
	Revision int64  // grows with every change of the session; what is older is not shown

	Stay Stay
	Data Data
	Host Host

	Knock      Knock
	Reference  string // for support; short
	Stylesheet string // path of the merchant's colours; "" for ours
}

// Host is the merchant's page that holds this one in a frame, or opened it as a
// pop-up. It is told how the link stands, and nothing else.
type Host struct {
	Origins []string // where it may be from; none: nowhere
	LinkID  string
	Status  string // of the link
}

// Stay is our own limit of time, for screens that wait for the person. Two
// minutes before it ends the page asks “Still there?”.
type Stay struct {
	Left   time.Duration // until the limit; 0 says nothing of it
	Action string        // where “I’m still here” posts to; answers 204, or a redirect without script
	More   time.Duration // what is left after that
}

// Knock is shown to the one who holds the session while another device asks
// to continue it.
type Knock struct{ Allow, Refuse string } // where the two buttons post to; "" for no knock

// Data is what the panel “What happens to my data?” tells.
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
	Pending  Status = "pending"
	Running  Status = "running"
	Complete Status = "complete"
	Failure  Status = "failed"
	Unsure   Status = "unknown"
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
type Model interface{ screen(f Frame) screen }

// screen is what a model comes down to.
type screen struct {
	title    string
	announce string // what a screen reader hears when this arrives; "" the title
	prompt   string // the id of the open prompt; "" nothing is asked
	waits    bool   // the page changes by itself: without script it loads again
	end      string // a state that doesn't change any more
	body     templ.Component
}

func (s screen) spoken() string {
	if s.announce != "" {
		return s.announce
	}
	return s.title
}

// Page renders a screen as a whole page.
func Page(f Frame, m Model) templ.Component { return page(f, m.screen(f)) }

// Live renders the live region alone, for a message of the stream.
func Live(f Frame, m Model) templ.Component { return live(f, m.screen(f)) }

// Notice renders the knock of another device alone, for the stream's "notice".
func Notice(f Frame) templ.Component { return notice(f) }

// say fills the names, and further pairs, into a sentence.
func (f Frame) say(sentence string, pairs ...string) string {
	return views.Fill(sentence, append([]string{"merchant", f.Merchant, "service", f.Service}, pairs...)...)
}

func (f Frame) head(s screen) views.Head {
	head := views.Head{
		Lang: f.Text.Lang, Title: s.title, Stylesheets: []string{"app.css"}, Class: "connect",
		Scripts: []string{"htmx.min.js", "htmx-sse.min.js", "app.js"},
		Refresh: s.waits,
	}
	if f.Merchant != "" {
		head.Title = f.say(f.Text.Layout.PageOf, "title", s.title)
	}
	if f.Stylesheet != "" {
		head.Stylesheets = append(head.Stylesheets, f.Stylesheet)
	}
	return head
}

// place says where the person goes back to: a host, or the merchant's app.
func (f Frame) place() string {
	parsed, err := url.Parse(f.Return)
	if err == nil && (parsed.Scheme == "https" || parsed.Scheme == "http") {
		return parsed.Host
	}
	return f.say(f.Text.Layout.AppOf)
}

// words gives what is said of an operation, with its card filled in.
func (f Frame) words(o Operation) views.OperationSummary {
	text := f.Text.OperationSummary(f.Integration, o.Resource, o.Action)
	card := f.Text.Card.Unknown
	switch {
	case o.Last4 != "" && o.Brand != "":
		card = views.Fill(f.Text.Card.BrandEnding, "brand", o.Brand, "last4", o.Last4)
	case o.Last4 != "":
		card = views.Fill(f.Text.Card.Ending, "last4", o.Last4)
	}
	for _, sentence := range []*string{&text.Ask, &text.Done, &text.NotDone, &text.Unknown, &text.Try, &text.Tried} {
		*sentence = f.say(*sentence, "card", card)
	}
	if o.DryRun && text.Try != "" {
		text.Ask, text.Done = text.Try, text.Tried
	}
	return text
}

// kind says whether an operation reads or changes.
func (f Frame) kind(o Operation) (icon, word string) {
	switch {
	case o.Action == "read":
		return "eye", f.Text.Claim.Reads
	case o.DryRun:
		return "search", f.Text.Claim.Tries
	default:
		return "pencil", f.Text.Claim.Changes
	}
}

// note says what an operation found, where it said so.
func (f Frame) note(o Operation) string {
	if found, ok := f.Text.Found[o.Progress]; ok {
		return found.Format(o.Count)
	}
	return ""
}

// shares lists what the merchant gets to know, each thing once.
func (f Frame) shares(operations []Operation) []string {
	var list []string
	seen := map[string]bool{}
	for _, operation := range operations {
		thing := f.Text.OperationSummary(f.Integration, operation.Resource, operation.Action).Shares
		if !seen[thing] {
			seen[thing] = true
			list = append(list, thing)
		}
	}
	return list
}

func having(operations []Operation, status Status) []Operation {
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
