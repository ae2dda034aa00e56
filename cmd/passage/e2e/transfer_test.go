package e2e

import (
	"net/http"
	"testing"

	"passage/automation/sandbox"
)

// A second browser at a link that is being worked on.

func TestSecondVisitor_TakesOverBeforeAnythingIsTyped(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "good")
	first := s.visitor(t, s.newLink(t, ask(readBills())))
	asked := first.claim()
	second := s.visitor(t, first.link)
	elsewhere := second.get(first.link.ClaimURL)
	expect(t, "status elsewhere", elsewhere.status, http.StatusConflict)
	if elsewhere.asks() != nil || elsewhere.hasForm("/answer") || elsewhere.hasForm("/cancel") {
		t.Error("another browser may answer or cancel")
	}

	taken := second.submit(elsewhere.form(t, "/take-over"), nil)
	expect(t, "status after the take-over", taken.status, http.StatusOK)
	expect(t, "the question", taken.prompt(), asked.prompt())

	// The first browser's cookie is worth nothing now.
	lost := first.submit(asked.asks(), user.Person().Answer("credentials"))
	expect(t, "status for the old browser", lost.status, http.StatusConflict)
	first.post(asked.url+"/cancel", nil)
	expect(t, "the session", string(s.sessionOf(t, first.link).Status), "created")
	expect(t, "the end", second.walk(taken, user.Person()).end(), "complete")
	expect(t, "sessions", len(s.link(t, first.link.LinkID).Sessions), 1)
}

func TestSecondVisitor_NeedsPermissionAfterTheLogIn(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "code")
	first := s.visitor(t, s.newLink(t, ask(readBills())))
	person := user.Person()
	asked := first.next(first.submit(first.claim().asks(), person.Answer("credentials")))
	second := s.visitor(t, first.link)
	elsewhere := second.get(first.link.ClaimURL)
	expect(t, "that it may be taken without asking", elsewhere.hasForm("/take-over"), false)
	expect(t, "status of a take-over all the same", second.post(asked.url+"/take-over", nil).status, http.StatusConflict)
	for _, deed := range []string{"/allow", "/refuse", "/answer", "/cancel", "/stay"} {
		expect(t, deed+" by the second browser", second.post(asked.url+deed, nil).status, http.StatusConflict)
	}
	expect(t, "retry by the second browser", second.post(asked.url+"/retry", nil).status, http.StatusNotFound)

	waiting := second.submit(elsewhere.form(t, "/knock"), nil)
	if !waiting.refreshes() || waiting.hasForm("/knock") {
		t.Errorf("%q does not wait for the first browser", waiting.title())
	}
	knocked := first.get(asked.url)
	expect(t, "the question", knocked.prompt(), asked.prompt())
	first.submit(knocked.form(t, "/refuse"), nil)
	refused := second.get(asked.url)
	expect(t, "status after the refusal", refused.status, http.StatusConflict)

	second.submit(refused.form(t, "/knock"), nil)
	away := first.submit(first.get(asked.url).form(t, "/allow"), nil)
	expect(t, "status for the old browser", away.status, http.StatusConflict)
	allowed := second.get(asked.url)
	expect(t, "the question", allowed.prompt(), asked.prompt())
	expect(t, "status of the old browser's answer", first.submit(asked.asks(), map[string]string{"code": sandbox.Code}).status, http.StatusConflict)
	expect(t, "the end", second.walk(allowed, person).end(), "complete")
	expect(t, "log-ins", s.logIns.of(user.Username), 1)
}

func TestSecondVisitor_IsAdmittedByThePassword(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "code")
	first := s.visitor(t, s.newLink(t, ask(readBills())))
	person := user.Person()
	asked := first.next(first.submit(first.claim().asks(), person.Answer("credentials")))
	second := s.visitor(t, first.link)
	ask := second.get(asked.url + "/password")
	wrong := second.submit(ask.form(t, "/password"), map[string]string{"username": user.Username, "password": "guessed-password"})
	expect(t, "status of a wrong password", wrong.status, http.StatusUnprocessableEntity)
	expect(t, "the user name", wrong.value("field-username"), user.Username)
	expect(t, "the password", wrong.value("field-password"), "")
	for _, half := range []map[string]string{{"username": user.Username}, {"password": sandbox.Password}, {}} {
		expect(t, "status of half the credentials", second.submit(ask.form(t, "/password"), half).status, http.StatusUnprocessableEntity)
	}
	let := second.submit(wrong.form(t, "/password"), map[string]string{"username": user.Username, "password": sandbox.Password})
	expect(t, "the question", let.prompt(), asked.prompt())
	expect(t, "status for the old browser", first.get(asked.url).status, http.StatusConflict)
	expect(t, "the end", second.walk(let, person).end(), "complete")
	expect(t, "log-ins", s.logIns.of(user.Username), 1)
}

func TestSecondVisitor_CannotGuessThePasswordForLong(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	user := someone(t, "code")
	first := s.visitor(t, s.newLink(t, ask(readBills())))
	asked := first.next(first.submit(first.claim().asks(), user.Person().Answer("credentials")))
	second := s.visitor(t, first.link)
	form := second.get(asked.url+"/password").form(t, "/password")
	for range 5 {
		second.submit(form, map[string]string{"username": user.Username, "password": "guessed-password"})
	}
	right := second.submit(form, map[string]string{"username": user.Username, "password": sandbox.Password})
	expect(t, "status of the right password after five wrong ones", right.status, http.StatusUnprocessableEntity)
	expect(t, "status for the first browser", first.get(asked.url).status, http.StatusOK)
	first.submit(first.get(asked.url).form(t, "/cancel"), nil)
}
