package openapi

// The sentences of the document. Empty lines separate paragraphs; backquotes
// enclose code.

const aboutAll = `Passage lets you ask one of your users to connect an account at some other service. Your server creates a link, sends the person to its ` + "`claimUrl`" + `, and gets the result and a signed webhook.

Every body is JSON in UTF-8, with ` + "`Content-Type: application/json`" + `, of at most 64 KiB and without Content-Encoding. Unknown fields, fields given twice and unknown query parameters are refused, so a slip of the pen is never silently ignored. In a request, null counts as not given.

Every time is an integer: Unix milliseconds, UTC. Ids are a prefix and a random, URL-safe part, such as ` + "`link_`, `sess_` and `evt_`" + `.

An error is ` + "`{error, code}`" + `: the first for people, the second for programs. ` + "`validation_failed`" + ` adds ` + "`issues`" + `, which lists every fault at once, each with its path. No error repeats a value that you sent.

Every reply has ` + "`X-Request-Id`" + `: keep it with your logs. Replies to a key say with ` + "`RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`" + ` how many requests are left; too many are a 429 with ` + "`Retry-After`" + `. Whoever runs this server may also limit the links that you create in a day (UTC) and the sessions of your users that are open at once: over such a quota, the reply is a 429 with the code ` + "`quota_exceeded`" + `.

Arguments go in and never come out: no reply, webhook or page repeats a card number.`

const aboutKeys = `An API key of your organization: “Authorization: Bearer psg_…”. Its scope is read, links or all. A test key reaches only the integration demo, and only links of test keys.`

const aboutDeliveries = `Sent to the link's webhookUrl at least once, not necessarily in order: event ids sort by time. Answer with any 2xx within 10 seconds and work afterwards. Otherwise it is sent again after 1 s, 5 s, 30 s, 2 min, 10 min, 1 h, 6 h and 24 h, or later if you answer with ` + "`Retry-After`" + ` (a day at most). A 410 ends the delivery: send the event again by hand. No redirect is followed.`

// parts are the tags, in the order of the reference.
var parts = []struct {
	name  string
	below []string
	about string
}{
	{"Links", []string{"/v1/links"}, "A link is a cheap, durable intent to run operations on one person's account. Nothing happens before the person claims it."},
	{"Sessions", []string{"/v1/sessions"}, "A session is one attempt at a link: one log-in, and the operations in order."},
	{"Users", []string{"/v1/users"}, "A user is a person as you name them in `externalUserId`: what is kept of them, and its deletion."},
	{"Events", []string{"/v1/events"}, "What was or would have been sent to your webhook, for who polls, reconciles or looks for what was missed."},
	{"Providers", []string{"/v1/providers"}, "Which services can be connected, and what can be done there."},
	{"Claim", []string{"/link/"}, "For your own page instead of the hosted one. It may be called from any origin; the code is the authority, and no cookie is read."},
	{"Keys", []string{"/webhook_verification_key", "/.well-known"}, "The public keys of webhooks' signatures."},
	{"Webhooks", nil, "What Passage sends to you. Each delivery is signed twice; verify whichever you have a library for."},
}

// descriptions has the text of each operation.
var descriptions = map[string]string{
	"createLink": "Give either `operations`, or `resource` and `action` for a single one. Send the person to `claimUrl`.\n\n" +
		"With an `Idempotency-Key`, the same key with the same body within 24 hours gives the first reply again, byte for byte, with `Idempotent-Replayed: true`; with another body it is refused.",
	"listLinks": "The newest first. Pages stay right while links are created: pass `nextCursor` as `cursor` until it is null. Results are left out; get a link for its result.",
	"getLink":   "With its result and its sessions. What is not known yet is null. That a person came back with a `linkId` proves nothing: ask here.",
	"cancelLink": "Now. A pending or failed link becomes expired; the session of an active one is stopped first, with `LINK_CANCELLED`, at its next safe point. " +
		"What was already submitted to the service is not undone.",
	"redeemReturn": "Releases the result of a link with `requireReturn`. Redeem only if the person who came back is signed in with you as the one that you made the link for. " +
		"The same code gives the same reply again.",
	"deleteLinkData": "Destroys the result, the arguments, kept replies and recordings at once, and blanks what may name the person: `externalUserId`, `userLabel`, `metadata`, the query and fragment of `returnUrl` and `webhookUrl`, questions that were asked, and what your webhook replied. " +
		"What stays is that the link was there: its id, state and times, and the names and codes of its operations; `dataDeletedAt` says when. Later webhooks of the link go to the `webhookUrl` without its query, and carry ids, states and codes only. For all links of a person, see `DELETE /v1/users/{externalUserId}`.",
	"exportUser": "All that is kept of the person whom you name in `externalUserId`: links with their results, sessions, questions, events and deliveries, the newest link first, and the receipts of deletions. Passwords, codes and answers are never kept. Arguments and screenshots are kept encrypted for a time, and are not shown. " +
		"For a user of whom nothing is kept, the lists are empty.",
	"deleteUser": "Ends all links with this `externalUserId` and does to each what `DELETE /v1/links/{id}/data` does. Sessions that run are stopped first, with `LINK_CANCELLED`, at their next safe point; the reply waits for that. " +
		"A link that is cancelled has a `link.expired` event, which does not name the user. Links whose data you deleted before are not found by the user any more, and are not counted.\n\n" +
		"The reply is a receipt. It is kept without the user's id, which only a keyed hash of it can be compared with. For a user without links it says 0; deleting twice is no error. If the request is interrupted, send it again: it goes on with the same receipt. " +
		"Thousands of links take some seconds.",
	"listSessions":       "Every attempt at the link, the first first.",
	"getSession":         "One attempt, with its operations and what happened, in order.",
	"listEvents":         "What was or would have been sent as a webhook, the oldest first. The cursor pages in the order in which events were written, so nothing is skipped. At the end, the last event's id is the `after` of whatever comes later. An `after` whose event has been deleted with its link, by the operator's retention, still works; events of the minute around it may come again.",
	"listDeliveries":     "The newest first, with the status of each try, how long it took, what went wrong, and the start of the reply.",
	"resendEvent":        "Sends an event's webhook once more, now, whatever became of it before. It goes on at once where its host was held.",
	"resendEvents":       "Sends all webhooks since a time once more. At most a thousand per request; go on with `nextCursor` as `after`. Events of links without a webhook URL are left out.",
	"listProviders":      "The services that your links can go to, and what can be done there. Arguments and results are JSON Schemas.",
	"claimLink":          "By its code. Creates a session and starts the automation: of any number of claims at the same time exactly one succeeds. The reply's `websocketUrl` drives the session.",
	"getVerificationKey": "The key of a webhook's signature, by the `kid` of the signature's header.",
	"getJWKS":            "All that are in force, of all organizations: a `kid` names one. May be cached for five minutes.",
}
