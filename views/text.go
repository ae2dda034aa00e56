package views

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"passage/automation/outcome"
)

// AgreementVersion names the wording that a person agrees to on the claim
// page. It changes whenever the meaning of that page's texts changes.
const AgreementVersion = "2026-11-01"

// Text is every sentence for end users in one language. Fill replaces the words
// in braces ({merchant}, {service}, {n}…).
type Text struct {
	Lang               string // BCP 47, for the lang attribute
	Layout             LayoutText
	Claim              ClaimText
	Phone              PhoneText
	Window             WindowText
	Ask                AskText
	Work               WorkText
	End                EndText
	Data               DataText
	Time               TimeText
	Codes              map[outcome.Code]CodeText
	Reasons            map[string]string // why a prompt is shown again, why a field is invalid
	Fields             map[string]string // labels of a manifest's fields
	Choices            map[string]string // titles of choices, by the prompt's reason
	Progress           map[string]string // what an operation is doing
	Found              map[string]Plural // what it found, with a number
	Card               CardText
	OperationSummaries map[string]OperationSummary // by "resource.action", or "integration:resource.action"
}

// Plural is a sentence with a number, {n}.
type Plural struct{ None, One, Many string }

// CodeText says how a session ended and what the person can do now.
type CodeText struct{ Title, Advice string }

// OperationSummary describes one operation. {card} is “card ending in 1111”.
type OperationSummary struct {
	Ask     string // what is going to be done
	Done    string
	NotDone string
	Unknown string // it may have been done
	Try     string // instead of Ask where nothing will be changed (dryRun)
	Tried   string
	Shares  string // what the merchant gets to know
}

// CardText names a card within a sentence, as {card}.
type CardText struct{ Ending, BrandEnding, Unknown string }

// LayoutText surrounds every screen.
type LayoutText struct {
	With, SecuredBy                                           string
	CancelAndBack, Cancel, CancelMayNotUndo                   string
	BackTo, CloseWindow, Reference                            string
	MovedOn, ShowNow                                          string
	StillThere, StillThereWhy, StillHere                      string
	ConnectionLost                                            string
	TransferTitle, TransferWhy, TransferAllow, TransferRefuse string
	AppOf, Language, PageOf, Busy                             string
}

// ClaimText is the first page.
type ClaimText struct {
	Title, For, NotYou, What, Reads, Changes, Tries, Takes string
	BackToPlace, Agree, Continue, UnavailableTitle         string
}

// PhoneText is about continuing on a phone.
type PhoneText struct {
	Offer, Title, Scan, Picture, Address, Once, Renew, Here string
	ExpiredTitle, ExpiredBody, InUseTitle, InUseBody        string
	StartTitle, StartBody, StartContinue                    string
	UsedTitle, UsedBody                                     string
}

// WindowText is about continuing in a separate window.
type WindowText struct{ Title, Body, Button, InUseTitle, InUseBody, InUseButton string }

// AskText is for the prompts, of which the log-in is the first (connect/ask.templ).
type AskText struct {
	LogIn, LogInPromise, LogInButton, LogInBusy, Show, Hide, ShowWhat string
	Code, CodeSent, CodeSentTo, CodeLabel, CodeDigits, CodeSendsSelf  string
	CodeFromApp, CodeButton, CodeBusy, Resend                         string
	ChoiceButton, ChoiceBusy, Option                                  string
	Approve, ApproveNumber, ApproveSentTo, ApproveGoesOn              string
	Question, Answer, AnswerButton, AnswerBusy                        string
	Confirm, ConfirmNothingYet, Before, After, ConfirmYes, ConfirmNo  string
	ConfirmBusy                                                       string
	AttemptsLeft                                                      Plural
	TimeLimit, TimeLeft                                               string
	LockoutNear, LockoutWait, LockoutReset                            string
}

// WorkText is the screen while the browser works.
type WorkText struct {
	Title, LogIn, Background, QueueTitle, QueuePlace, QueueWait   string
	Waiting, Running, Complete, Failed, Unknown, Elapsed, Overall string
	Generic                                                       string
}

// EndText is for the last pages.
type EndText struct {
	DoneTitle, AlreadyTitle, AlreadyBody, WasDone, WasNotDone, WasUnknown   string
	ReturnAwaited, ReturnLapsed                                             string
	WhatNow, TryAgain, ReferenceHint, SupportAt                             string
	UsedUpTitle, UsedUpBody                                                 string
	ExpiredTitle, ExpiredBody, NotFoundTitle, NotFoundBody                  string
	OtherDeviceTitle, OtherDeviceBody, TakeOver                             string
	OtherDeviceHeldBody, WaitForAllow, WaitingForAllow, WaitingForAllowBody string
	PasswordInstead, StoppedTitle, StoppedBody                              string
	RefusedTitle, RefusedBody, NoCookiesTitle, NoCookiesBody                string
	TooManyTitle, TooManyBody                                               string
	Receipt, ReceiptBy, ReceiptAt, ReceiptWhen, ReceiptShared, ReceiptKept  string
	ReceiptQuestions, ReceiptReference, ReceiptNothing                      string
	ReceiptThrough, ReceiptOnReturn, ReceiptPrint, ReceiptBack              string
}

// DataText is the panel “What happens to my data?”.
type DataText struct {
	Title, RunBy, RunByUnknown, Gets, Until, Password, NotRecorded, Recorded, Privacy string
	NothingElse                                                                       string
}

// TimeText writes times and durations.
type TimeText struct {
	Minutes, Seconds, Days Plural
	AboutMinutes           Plural
	Date                   string // {day} {month} {year} {clock}
	Months                 [12]string
}

var languages = []*Text{&english, &spanish}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Spanish})

// Match picks a language by preferences, each a locale or an Accept-Language
// header. It is English if none matches.
func Match(preferences ...string) *Text {
	var wanted []language.Tag
	for _, preference := range preferences {
		tags, _, err := language.ParseAcceptLanguage(preference)
		if err == nil {
			wanted = append(wanted, tags...)
		}
	}
	_, index, confidence := matcher.Match(wanted...)
	if confidence == language.No {
		index = 0
	}
	return languages[index]
}

// Fill replaces the placeholders of a sentence; pairs are names and values. Braces
// within a value are not replaced.
func Fill(sentence string, pairs ...string) string {
	if !strings.Contains(sentence, "{") {
		return sentence
	}
	old := make([]string, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		old[i], old[i+1] = "{"+pairs[i]+"}", pairs[i+1]
	}
	return strings.NewReplacer(old...).Replace(sentence)
}

// Initial is the first letter of a name, shown where there is no logo.
func Initial(name string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(name))
	if first == utf8.RuneError {
		return ""
	}
	return string(unicode.ToUpper(first))
}

// Format picks the form for a number and fills it in.
func (a Plural) Format(n int) string {
	sentence := a.Many
	switch {
	case n == 0 && a.None != "":
		sentence = a.None
	case n == 1:
		sentence = a.One
	}
	return Fill(sentence, "n", strconv.Itoa(n))
}

// Code says how a session ended. An unknown code is described as an internal
// error.
func (t *Text) Code(code outcome.Code) CodeText {
	if found, ok := t.Codes[code]; ok {
		return found
	}
	return t.Codes[outcome.InternalError]
}

// Reason says why a prompt is shown again.
func (t *Text) Reason(key string) string { return lookup(t.Reasons, key) }

// Field is the label of a field.
func (t *Text) Field(label string) string { return lookup(t.Fields, label) }

// Label names the subject of a change: the text of a known key, or else the
// site's own word. It is empty for an unknown key.
func (t *Text) Label(label string) string {
	if found, ok := t.Fields[label]; ok && label != "" {
		return found
	}
	if strings.Contains(label, "_") && label == strings.ToLower(label) && !strings.Contains(label, " ") {
		return ""
	}
	return label
}

// Choice is the title of a choice.
func (t *Text) Choice(reason string) string { return lookup(t.Choices, reason) }

// lookup falls back to the entry without a name, which every table has.
func lookup(table map[string]string, key string) string {
	if found, ok := table[key]; ok {
		return found
	}
	return table[""]
}

// ProgressText says what an operation is doing or has found.
func (t *Text) ProgressText(progress string, count int) string {
	if found, ok := t.Found[progress]; ok {
		return found.Format(count)
	}
	return lookup(t.Progress, progress)
}

// OperationSummary describes an operation. An integration may have its own text.
func (t *Text) OperationSummary(integration, resource, action string) OperationSummary {
	name := resource + "." + action
	if found, ok := t.OperationSummaries[integration+":"+name]; ok {
		return found
	}
	if found, ok := t.OperationSummaries[name]; ok {
		return found
	}
	return t.OperationSummaries["."+action]
}

// Duration writes a duration in words: “5 minutes”, “40 seconds”, “30 days”.
func (t *Text) Duration(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day:
		return t.Time.Days.Format(int((d + day/2) / day))
	case d >= time.Minute:
		return t.Time.Minutes.Format(int((d + time.Minute/2) / time.Minute))
	default:
		return t.Time.Seconds.Format(int((d + time.Second/2) / time.Second))
	}
}

// FormatTime writes a time in UTC; script rewrites it in the local time zone.
func (t *Text) FormatTime(at time.Time) string {
	at = at.UTC()
	return Fill(t.Time.Date,
		"day", strconv.Itoa(at.Day()),
		"month", t.Time.Months[at.Month()-1],
		"year", strconv.Itoa(at.Year()),
		"clock", at.Format("15:04"))
}

// Clock formats a duration as minutes and seconds: “0:14”.
func Clock(d time.Duration) string {
	seconds := int(d.Round(time.Second) / time.Second)
	if seconds < 0 {
		seconds = 0
	}
	return strconv.Itoa(seconds/60) + ":" + string(rune('0'+seconds%60/10)) + string(rune('0'+seconds%10))
}
