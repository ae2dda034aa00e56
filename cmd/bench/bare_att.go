package main

import "passage/automation/sandbox/att"

const (
	attHome  = `[data-testid="billandpay_BalanceCard"]:not(:empty)`
	attCards = "#storedPaymentMethods[data-loaded]"
	attEntry = `[data-testid^="bill_activity_accordion_title_"]`
)

func bareATT(v *visit) {
	v.open("/acctmgmt/login", "#userID")
	v.fill("#userID", v.username)
	v.click("#continueFromUserLogin")
	v.arrive("input#password", "#appErrorAbove")
	v.fill("input#password", att.Password)
	v.click("#signin")
	v.arrive(attHome, "#passwordInlineErrorText:not([hidden])")

	v.attOpenCards()
	v.attReadCards()
	v.attOpenCards()
	before := v.attReadCards()
	v.MustElement("harbor-add").MustShadowRoot().MustElement("button").MustClick()
	v.fill("#cardNumber", card["cardNumber"])
	v.MustElement("#expirationMonth").MustSelect(card["expirationDate"][:2])
	v.MustElement("#expirationYear").MustSelect("20" + card["expirationDate"][3:])
	v.fill("#securityCode", card["cvv"])
	v.fill("#cardholderName", card["nameOnCard"])
	v.fill("#billingZip", card["billingZip"])
	v.click("#saveCardButton")
	v.arrive(attCards, "#cardErrorText:not([hidden])")
	expect(v.attReadCards(), len(before)+1)

	expect(v.attBills(), v.limit)
}

// attOpenCards clicks through the overview, as a user must: the site refuses direct
// navigation to the pages behind it.
func (v *visit) attOpenCards() {
	v.open("/acctmgmt/overview", attHome)
	v.click(`a[href="/acctmgmt/settings"]`)
	v.click(`a[href="/acctmgmt/settings/payments"]`)
	v.click(`a[href$="/storedpaymentmethods"]`)
	v.arrive(attCards)
}

func (v *visit) attReadCards() []row {
	return v.rows(attCards+" .card", map[string]string{
		"id": "@data-profile-id", "type": "@data-type", "label": ".label", "last4": ".lastFour", "expires": ".expires", "autopay": ".autopay",
	})
}

func (v *visit) attBills() []row {
	v.open("/acctmgmt/overview", attHome)
	v.click(`a[href="/acctmgmt/billing/mybillingcenter"]`)
	v.click(`a[href*="/billandpaymenthistory"]`)
	v.arrive("#historyList[data-loaded]")
	for len(v.MustElements(attEntry)) < v.limit && v.MustHas("#showMoreHistory:not([hidden])") {
		v.click("#showMoreHistory")
	}
	bills := v.rows(attEntry, map[string]string{"id": "@data-bill-id", "period": ".period", "due": ".due", "amount": ".amount"})
	return bills[:min(v.limit, len(bills))]
}
