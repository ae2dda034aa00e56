package gallery

import (
	"time"

	"passage/automation/outcome"
	"passage/views"
	"passage/views/connect"
)

const (
	claimPath   = "/c/clm_4mJq0Yb2"
	sessionPath = "/s/sess_7hKd2Wq9"
	receiptPath = sessionPath + "/receipt"
	phonePath   = claimPath + "/phone"
)

var moment = time.Date(2026, time.November, 23, 14, 5, 0, 0, time.UTC)

// plan is what the fixture's merchant wants: read, change, read.
func plan(statuses ...connect.Status) []connect.Operation {
	operations := []connect.Operation{
		{Resource: "paymentMethod", Action: "read", Progress: "found_payment_methods", Count: 2},
		{Resource: "paymentMethod", Action: "write", Last4: "1111", Brand: "Visa", Progress: "submitting_card"},
		{Resource: "mobileBillingStatement", Action: "read", Progress: "opening_bills", Count: 3},
	}
	for i := range operations {
		operations[i].Status = connect.StatusPending
		if i < len(statuses) {
			operations[i].Status = statuses[i]
		}
		if operations[i].Status == connect.StatusComplete && i == 2 {
			operations[i].Progress = "found_bills"
		}
	}
	return operations
}

func frame(change ...func(*connect.Layout)) connect.Layout {
	f := connect.Layout{
		Text: views.Match("en"), Merchant: "Acme", Service: "Demo Mobile", Integration: "demo",
		Return: "https://shop.acme.example/done?linkId=link_5Zt8", Cancel: sessionPath + "/cancel",
		Revision: 7, Reference: "7hKd2Wq9",
		Data: connect.Data{
			Operator: "Passage at Acme", Privacy: "https://shop.acme.example/privacy",
			Operations: plan(), Keep: 30 * 24 * time.Hour, KeepVisit: 14 * 24 * time.Hour,
		},
	}
	for _, apply := range change {
		apply(&f)
	}
	return f
}

func beforeClaim(f *connect.Layout) { f.Cancel = "" }
func submitted(f *connect.Layout)   { f.Submitted = true }
func recorded(f *connect.Layout)    { f.Data.Recorded = true }
func withoutWay(f *connect.Layout)  { f.Return = "" }
func inSpanish(f *connect.Layout)   { f.Text = views.Match("es") }
func inAnApp(f *connect.Layout)     { f.Return = "acmeapp://linked?ref=7&linkId=link_5Zt8" }
func embedded(f *connect.Layout) {
	f.Host = connect.Host{Origins: []string{"https://shop.acme.example"}, LinkID: "link_5Zt8", Status: "pending"}
}
func knocked(f *connect.Layout) {
	f.TransferRequest = connect.TransferRequest{Allow: sessionPath + "/allow", Refuse: sessionPath + "/refuse"}
}
func longNames(f *connect.Layout) {
	f.Merchant, f.Service = "Grand Central Household Budgeting", "Northwestern Rural Telephone Cooperative"
}

func branded(f *connect.Layout) {
	f.Logo, f.Stylesheet, f.Support = logo, "/accents/7a2fd0.css", "mailto:help@acme.example"
}

func ask() connect.Ask { return connect.Ask{Action: sessionPath, Prompt: "prompt_3Fa"} }

var credentialFields = []connect.Field{
	{Name: "username", Label: "phone_or_email", Autocomplete: "username"},
	{Name: "password", Label: "password", Autocomplete: "current-password", Secret: true},
}

func screen(group, name string, model connect.Model, change ...func(*connect.Layout)) Screen {
	return Screen{Group: group, Name: name, Component: connect.Page(frame(change...), model)}
}

func claimScreens() []Screen {
	full := connect.Claim{Action: claimPath, Stop: claimPath + "/stop", User: "ada@example.org", Operations: plan(), Phone: phonePath}
	dry := plan()[1:2]
	dry[0].DryRun = true
	return []Screen{
		screen("Claim", "What is asked", full, beforeClaim),
		screen("Claim", "One operation, into an app", connect.Claim{Action: claimPath, Operations: plan()[2:]}, beforeClaim, inAnApp),
		screen("Claim", "A trial", connect.Claim{Action: claimPath, Operations: dry}, beforeClaim, withoutWay),
		screen("Claim", "Long names", full, beforeClaim, longNames),
		screen("Claim", "A merchant with a logo and colours", full, beforeClaim, branded),
		screen("Claim", "Too many connect", connect.Claim{Action: claimPath, Busy: true, Operations: plan()}, beforeClaim),
		screen("Claim", "Service is down", connect.Claim{BlockReason: outcome.SiteUnavailable}, beforeClaim),
		screen("Claim", "Service has changed", connect.Claim{BlockReason: outcome.SiteChanged}, beforeClaim),
		screen("Claim", "Not you", connect.Stopped{}, beforeClaim),
		screen("Claim", "No cookies", connect.NoCookies{Again: claimPath}, beforeClaim),
		screen("Claim", "In a frame that keeps no cookie", connect.SeparateWindow{Open: claimPath}, beforeClaim, embedded),
		screen("Claim", "In another window", connect.SeparateWindow{Open: claimPath, InUse: true}, beforeClaim, embedded),
	}
}

// phoneCode is a code while it is good.
var phoneCode = connect.PhoneCode{Address: "https://connect.acme.example/h/hnd_Zm9vYmFyYmF6cXV4cXV1eA", Left: 2 * time.Minute, Here: claimPath}

func phoneScreens() []Screen {
	const group = "Phone"
	return []Screen{
		screen(group, "Code", phoneCode, beforeClaim),
		screen(group, "Code has run out", connect.PhoneCode{Renew: phonePath, Here: claimPath}, beforeClaim),
		screen(group, "Goes on there", connect.PhoneCode{InUse: true, Here: claimPath}, beforeClaim),
		screen(group, "Arrived", connect.PhoneStart{Action: "/h/hnd_Zm9vYmFyYmF6cXV4cXV1eA"}, beforeClaim),
		{group, "Spent", connect.Page(connect.Layout{Text: views.Match("en")}, connect.PhoneCodeUsed{})},
	}
}

func questionScreens() []Screen {
	wrongPassword := ask()
	wrongPassword.Reason, wrongPassword.AttemptsLeft = "wrong_password", 2
	busy := ask()
	busy.Reason = "busy"
	missing := ask()
	missing.Errors = map[string]string{"password": "required"}
	wrongCode := ask()
	wrongCode.Reason, wrongCode.AttemptsLeft = "wrong_code", 1
	limited := ask()
	limited.TimeLeft, limited.TimeLimit = 4*time.Minute+12*time.Second, 5*time.Minute
	resent := ask()
	resent.Reason = "code_resent"
	known := map[string]string{"username": "ada@example.org"}
	const to = "(•••) •••-4410"
	const group = "Questions"
	return []Screen{
		screen(group, "Log in", connect.LogIn{Ask: ask(), Fields: credentialFields}),
		screen(group, "Log in, wrong password", connect.LogIn{Ask: wrongPassword, Fields: credentialFields, Values: known}),
		screen(group, "Log in, the line is full", connect.LogIn{Ask: busy, Fields: credentialFields, Values: known}),
		screen(group, "Log in, near the lock-out", connect.LogIn{Ask: ask(), Fields: credentialFields, Values: known, Wait: 28*time.Minute - time.Second}),
		screen(group, "Log in, wrong and near the lock-out", connect.LogIn{Ask: wrongPassword, Fields: credentialFields, Values: known, Wait: time.Minute}),
		screen(group, "Log in, nothing typed", connect.LogIn{Ask: missing, Fields: credentialFields, Values: known}),
		screen(group, "Log in, another device knocks", connect.LogIn{Ask: ask(), Fields: credentialFields}, knocked),
		screen(group, "Log in, our limit is near", connect.LogIn{Ask: ask(), Fields: credentialFields}, func(f *connect.Layout) {
			f.IdleLimit = connect.IdleLimit{Left: 110 * time.Second, Action: sessionPath + "/stay", Extension: 10 * time.Minute}
		}),
		screen(group, "Code", connect.Code{Ask: limited, SentTo: to, Digits: 6, CanResend: true}),
		screen(group, "Code, wrong", connect.Code{Ask: wrongCode, SentTo: to, Digits: 6, CanResend: true}),
		screen(group, "Code, sent again", connect.Code{Ask: resent, Digits: 6, CanResend: true}),
		screen(group, "Code, from an app", connect.Code{Ask: ask(), FromApp: true, Digits: 6}),
		screen(group, "Choice", connect.Choice{Ask: ask(), Title: "code_method", Options: []connect.Option{
			{ID: "sms", Label: "Text message to (•••) •••-4410"}, {ID: "voice", Label: "Call to (•••) •••-4410"}, {ID: "email", Label: "Email to a••@example.org"},
		}}),
		screen(group, "Approval with a number", connect.Approval{Ask: limited, SentTo: "Ada’s phone", Number: "42"}),
		screen(group, "Approval elsewhere", connect.Approval{Ask: limited, SentTo: "Ada’s phone"}),
		screen(group, "Question", connect.Question{Ask: ask(), Question: "What was the name of your first pet?", Secret: true}),
		screen(group, "Confirmation", connect.Confirm{Ask: ask(), Changes: []connect.Change{
			{Label: "AutoPay", Before: "Mastercard ending in 8820", After: "Visa ending in 1111"},
			{Label: "Billing ZIP code", After: "98101"},
		}}),
	}
}

func workScreens() []Screen {
	const group = "Work"
	return []Screen{
		screen(group, "In line", connect.Working{LogIn: connect.StatusPending, Operations: plan(), Position: 4, Wait: time.Minute, Elapsed: 12 * time.Second}),
		screen(group, "Logging in", connect.Working{LogIn: connect.StatusRunning, Operations: plan(), Elapsed: 3 * time.Second}),
		screen(group, "First operation", connect.Working{LogIn: connect.StatusComplete, Operations: func() []connect.Operation {
			operations := plan(connect.StatusRunning)
			operations[0].Progress = "opening_payment_methods"
			return operations
		}(), Elapsed: 9 * time.Second}),
		screen(group, "Change submitted", connect.Working{LogIn: connect.StatusComplete, Operations: plan(connect.StatusComplete, connect.StatusRunning), Elapsed: 19 * time.Second}, submitted),
		screen(group, "Change made before", connect.Working{LogIn: connect.StatusComplete, Operations: func() []connect.Operation {
			operations := plan(connect.StatusComplete, connect.StatusComplete, connect.StatusRunning)
			operations[1].Progress, operations[1].Count = "done_before", 1
			return operations
		}(), Elapsed: 31 * time.Second}),
		screen(group, "Last operation", connect.Working{LogIn: connect.StatusComplete, Operations: plan(connect.StatusComplete, connect.StatusComplete, connect.StatusRunning), Elapsed: 74 * time.Second}, submitted),
	}
}

func endScreens() []Screen {
	all := plan(connect.StatusComplete, connect.StatusComplete, connect.StatusComplete)
	const group = "Ends"
	screens := []Screen{
		screen(group, "Done", connect.Done{Operations: all, Receipt: receiptPath}),
		screen(group, "Done, no way back", connect.Done{Operations: all, Receipt: receiptPath}, withoutWay),
		screen(group, "Done, the return is awaited", connect.Done{Operations: all, Delivery: connect.DeliveredOnReturn, Receipt: receiptPath}),
		screen(group, "Done, nobody returned", connect.Done{Operations: all, Delivery: connect.NeverDelivered, Receipt: receiptPath}),
		screen(group, "Already done", connect.Done{Operations: all, Already: true, Receipt: receiptPath}, inAnApp),
		screen(group, "Failed after a change", connect.Failed{
			Code: outcome.SiteUnavailable, Operations: plan(connect.StatusComplete, connect.StatusComplete, connect.StatusFailed), Retry: claimPath, Receipt: receiptPath,
		}),
		screen(group, "Failed, not confirmed", connect.Failed{
			Code: outcome.OperationUnknown, Operations: plan(connect.StatusComplete, connect.StatusUnknown), Retry: claimPath, Receipt: receiptPath,
		}),
		screen(group, "Failed for the last time", connect.Failed{
			Code: outcome.SiteUnavailable, Operations: plan(connect.StatusFailed), UsedUp: true,
		}),
		screen(group, "Failed, with whom to ask", connect.Failed{Code: outcome.SiteChanged, Operations: plan(connect.StatusFailed)}, branded),
		screen(group, "Used up", connect.UsedUp{}, beforeClaim),
		screen(group, "Receipt", connect.Receipt{Operations: all, At: moment, Back: sessionPath}),
		screen(group, "Receipt, with whom to ask", connect.Receipt{Operations: all, At: moment, Back: sessionPath}, branded),
		screen(group, "Receipt, the return is awaited", connect.Receipt{Operations: all[:1], At: moment, Delivery: connect.DeliveredOnReturn, Back: sessionPath}),
		screen(group, "Receipt, nobody returned", connect.Receipt{Operations: all[:1], At: moment, Delivery: connect.NeverDelivered, Back: sessionPath}),
		screen(group, "Receipt of a failure", connect.Receipt{
			Operations: plan(connect.StatusComplete, connect.StatusUnknown), At: moment, Delivery: connect.DeliveredStatusOnly, Back: sessionPath,
		}, recorded),
		screen(group, "Expired", connect.Expired{}, beforeClaim),
		{group, "Unknown", connect.Page(connect.Layout{Text: views.Match("en")}, connect.NotFound{})},
		{group, "Too many requests", connect.Page(connect.Layout{Text: views.Match("en")}, connect.TooMany{})},
		{group, "Refused", connect.Page(connect.Layout{Text: views.Match("en")}, connect.Refused{})},
		screen(group, "In use elsewhere", connect.OtherDevice{TakeOver: sessionPath + "/take-over"}, beforeClaim),
		screen(group, "In use elsewhere, logged in", connect.OtherDevice{Request: sessionPath + "/knock", Password: sessionPath + "/password"}, beforeClaim),
		screen(group, "In use elsewhere, asked", connect.OtherDevice{Waiting: true, Password: sessionPath + "/password"}, beforeClaim),
	}
	for _, entry := range outcome.All() {
		model := connect.Failed{Code: entry.Code, Operations: plan(connect.StatusFailed)}
		if entry.Retryable {
			model.Retry = claimPath
		}
		screens = append(screens, screen("Failures", string(entry.Code), model))
	}
	return screens
}

func spanishScreens() []Screen {
	wrongPassword := ask()
	wrongPassword.Reason, wrongPassword.AttemptsLeft = "wrong_password", 1
	const group = "Español"
	return []Screen{
		screen(group, "Claim", connect.Claim{Action: claimPath, Stop: claimPath + "/stop", User: "ada@example.org", Operations: plan()}, inSpanish, beforeClaim),
		screen(group, "Phone", phoneCode, inSpanish, beforeClaim),
		screen(group, "Log in", connect.LogIn{Ask: wrongPassword, Fields: credentialFields}, inSpanish),
		screen(group, "Log in, near the lock-out", connect.LogIn{Ask: ask(), Fields: credentialFields, Values: map[string]string{"username": "ada@example.org"}, Wait: 28 * time.Minute}, inSpanish),
		screen(group, "Failed, with whom to ask", connect.Failed{Code: outcome.SiteUnavailable, Operations: plan(connect.StatusFailed), Retry: claimPath}, inSpanish, branded),
		screen(group, "Work", connect.Working{LogIn: connect.StatusComplete, Operations: plan(connect.StatusComplete, connect.StatusRunning), Elapsed: 19 * time.Second}, inSpanish, submitted),
		screen(group, "Done", connect.Done{Operations: plan(connect.StatusComplete, connect.StatusComplete, connect.StatusComplete)}, inSpanish),
		screen(group, "Failed", connect.Failed{
			Code: outcome.SiteChanged, Operations: plan(connect.StatusComplete, connect.StatusComplete, connect.StatusFailed), Receipt: receiptPath,
		}, inSpanish),
		screen(group, "Receipt", connect.Receipt{Operations: plan(connect.StatusComplete, connect.StatusComplete, connect.StatusComplete), At: moment, Back: sessionPath}, inSpanish),
	}
}
