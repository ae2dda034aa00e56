// Package admin owns the pages of the dashboard, which operators see.
//
// It speaks to people who run Passage: codes and keys are shown as they are,
// in English. It shows no secret, because none reaches it. Its invariant: a
// page renders from its model and the Frame's Now alone, so the same model is
// always the same page.
package admin

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"passage/automation/outcome"
)

// Layout is what every page but the log-in needs.
type Layout struct {
	Now      time.Time // what relative times are relative to
	Operator string    // email of who is logged in
	Account  string    // the operator's own page
	LogOut   string    // where “Log out” posts to
	Nav      []Link
	Notice   string // said once above the page; "" nothing
	Colours  string // path of a style sheet with a merchant's; "" none
}

// Link is a way to another page; Here marks the one that is shown.
type Link struct {
	Name, To string
	Here     bool
}

// Sign is what a status looks like: never by colour alone.
type statusStyle struct{ icon, tone, word string }

// statusStyles covers the statuses of sessions, links, operations and deliveries.
var statusStyles = map[string]statusStyle{
	"created":   {"circle", "calm", "created"},
	"queued":    {"clock", "calm", "queued"},
	"running":   {"dot", "busy", "running"},
	"waiting":   {"phone", "busy", "waiting"},
	"complete":  {"check", "good", "complete"},
	"failed":    {"cross", "bad", "failed"},
	"pending":   {"circle", "calm", "pending"},
	"active":    {"dot", "busy", "active"},
	"expired":   {"clock", "calm", "expired"},
	"delivered": {"check", "good", "delivered"},
	"unknown":   {"question", "warn", "unknown"},
}

func styleOf(status string) statusStyle {
	if found, ok := statusStyles[status]; ok {
		return found
	}
	return statusStyle{"circle", "calm", status}
}

// duration writes how long something lasted, short.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < 10*time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
	}
}

// minutes writes a wait in whole minutes, rounded up.
func minutes(d time.Duration) string {
	n := int((d + time.Minute - 1) / time.Minute)
	if n == 1 {
		return "1 minute"
	}
	return strconv.Itoa(n) + " minutes"
}

// offset places an event: seconds since the claim, always with two decimals,
// so that a column of them can be compared.
func offset(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + " s"
}

// ago writes how long ago something was.
func ago(now, at time.Time) string {
	d := now.Sub(at)
	switch {
	case d < 5*time.Second:
		return "now"
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s ago"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min ago"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d.Hours())) + " h ago"
	default:
		return strconv.Itoa(int(d.Hours()/24)) + " days ago"
	}
}

func exact(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05.000 UTC") }

func onDay(at time.Time) string { return at.UTC().Format("2006-01-02") }

func number(n int) string { return strconv.Itoa(n) }

// origin says where a version of an integration is from.
func origin(own bool) string {
	if own {
		return "your file"
	}
	return "built in"
}

// outOfServiceText says why no version of an integration is in service.
func outOfServiceText(i Integration) string {
	if i.Error != "" {
		return "out of service"
	}
	return "out of service until --site " + i.ID + "=URL says where it works"
}

// percentage writes a part of a whole in percent.
func percentage(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64) + " %"
}

// actorText says whose move it is after a code.
func actorText(code outcome.Code) string {
	entry, _ := outcome.Lookup(code)
	switch entry.Actor {
	case outcome.User:
		return "The person’s move"
	case outcome.Merchant:
		return "The merchant’s move"
	case outcome.Integration:
		return "Our move: mend the integration"
	case outcome.Site:
		return "The site’s move"
	default:
		return "Our move: look at this installation"
	}
}

func explanation(code outcome.Code) string {
	entry, _ := outcome.Lookup(code)
	return entry.Developer
}

// chartPosition places a moment on a line, for the attributes of an SVG.
func chartPosition(part, whole time.Duration) string {
	if whole <= 0 {
		return "0%"
	}
	at := 100 * float64(part) / float64(whole)
	return strconv.FormatFloat(min(max(at, 0), 100), 'f', 2, 64) + "%"
}

// lines splits a script for showing, without the empty line after the last.
func lines(source string) []string {
	return strings.Split(strings.TrimSuffix(source, "\n"), "\n")
}
