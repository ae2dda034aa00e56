package main

import "passage/automation/sandbox"

func bareDemo(v *visit) {
	v.open("/signin", "#username")
	v.fill("#username", v.username)
	v.click("#next")
	v.arrive("#password")
	v.fill("#password", sandbox.Password)
	v.click("#sign-in")
	v.arrive("#account", "#password-error")

	v.demoCards()
	before := v.demoCards()
	v.click("#add-card")
	frame := v.frame("#card-frame", "#card-number")
	frame.fill("#card-number", card["cardNumber"])
	frame.fill("#card-expires", card["expirationDate"])
	frame.fill("#card-cvv", card["cvv"])
	v.fill("#name-on-card", card["nameOnCard"])
	v.fill("#zip", card["billingZip"])
	v.click("#save-card")
	v.arrive("#payment-methods", "#card-refused:not([hidden])")
	expect(v.demoCards(), len(before)+1)

	expect(v.demoBills(), v.limit)
}

func (v *visit) demoCards() []row {
	v.open("/account/payment-methods", "#payment-methods")
	return v.rows(".method", map[string]string{
		"id": "@data-id", "type": "@data-type", "brand": ".brand", "last4": ".last4",
		"expires": ".expires", "nickname": ".nickname", "zip": ".zip", "autopay": ".autopay",
	})
}

func (v *visit) demoBills() (bills []row) {
	v.open("/account/bills", "#bills")
	for {
		bills = append(bills, v.rows(".bill", map[string]string{
			"statementId": "@data-id", "periodStart": ".start@datetime", "periodEnd": ".end@datetime",
			"dueDate": ".due@datetime", "amountDue": ".amount",
		})...)
		if len(bills) >= v.limit || !v.MustHas("a[rel=next]") {
			return bills[:min(v.limit, len(bills))]
		}
		v.open(*v.MustElement("a[rel=next]").MustAttribute("href"), "#bills")
	}
}
