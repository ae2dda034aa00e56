package main

import "passage/automation/sandbox/tmobile"

func bareTMobile(v *visit) {
	v.open("/signin", "#usernameTextBox")
	v.click("#onetrust-reject-all-handler")
	v.fill("#usernameTextBox", v.username)
	v.click("#lp1-next-btn")
	v.arrive("#passwordTextBox", `[role="alert"]`)
	v.fill("#passwordTextBox", tmobile.Password)
	v.click("#lp2-login-btn")
	v.arrive("div.balanceContent", `[role="alert"]`)

	v.tmobileCards()
	before := v.tmobileCards()
	v.click("#addPaymentMethod")
	frame := v.frame("#cardFrame", "#cardNumber")
	frame.fill("#cardNumber", card["cardNumber"])
	frame.fill("#expirationDate", card["expirationDate"])
	frame.fill("#cvv", card["cvv"])
	v.fill("#nameOnCard", card["nameOnCard"])
	v.fill("#zipCode", card["billingZip"])
	v.click("#saveCard:enabled")
	v.arrive("#wallet", `#cardForm [role="alert"]:not([hidden])`)
	expect(v.tmobileCards(), len(before)+1)

	expect(v.tmobileBills(), v.limit)
}

func (v *visit) tmobileCards() []row {
	v.open("/payments/paymentmethods", "#wallet")
	return v.rows("#wallet .walletItem", map[string]string{
		"id": "@data-id", "kind": ".kind", "brand": ".brand", "last4": ".lastFour",
		"expires": ".expires", "zip": ".zip", "autopay": ".autopayBadge",
	})
}

// tmobileBills scrolls to where older bills are loaded until there are enough.
func (v *visit) tmobileBills() []row {
	v.open("/bill/historical", "#historicalBills")
	for {
		bills := v.rows("#historicalBills .billRow", map[string]string{
			"closed": "button@aria-label", "period": ".billPeriod", "due": ".billDue", "amount": ".billAmount",
		})
		if len(bills) >= v.limit || !v.MustHas("#moreBills") {
			return bills[:min(v.limit, len(bills))]
		}
		v.MustElement("#moreBills").MustScrollIntoView()
		v.MustWait(`(count) => document.querySelectorAll("#historicalBills .billRow").length > count`, len(bills))
	}
}
