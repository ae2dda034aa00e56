package main

import (
	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
	"github.com/go-rod/rod/lib/utils"

	"passage/automation/sandbox/verizon"
)

func bareVerizon(v *visit) {
	v.open("/signin", "copper-signin")
	form := v.shadow("copper-signin")
	form.MustElement("#user-id").MustInput(v.username)
	form.MustElement("#password").MustInput(verizon.Password)
	form.MustElement("#sign-in").MustClick()
	v.arrive("#overview")

	v.verizonCards()
	before := v.verizonCards()
	v.shadow("#wallet").MustElement("#add-card").MustClick()
	frame := v.frame("#secure-form", "#card-details").frame("#card-details", "#number")
	frame.fill("#number", card["cardNumber"])
	frame.MustElement("#month").MustSelect(card["expirationDate"][:2])
	frame.MustElement("#year").MustSelect("20" + card["expirationDate"][3:])
	frame.fill("#cvv", card["cvv"])
	v.fill("#holder", card["nameOnCard"])
	v.fill("#zip", card["billingZip"])
	v.verizonSave()
	v.arrive("#wallet", "#card-refused:not([hidden])")
	expect(v.verizonCards(), len(before)+1)

	expect(v.verizonBills(), v.limit)
}

func (v *visit) shadow(host string) *rod.Element { return v.MustElement(host).MustShadowRoot() }

// verizonSave dismisses the dialog that the site opens while it saves.
func (v *visit) verizonSave() {
	wait, answer := v.MustHandleDialog()
	clicked := make(chan error, 1)
	save := v.MustElement("#save-card")
	go func() { clicked <- save.Click(proto.InputMouseButtonLeft, 1) }() // returns after the dialog
	wait()
	answer(false, "")
	utils.E(<-clicked)
}

func (v *visit) verizonCards() []row {
	v.open("/wallet", "#wallet")
	return v.list(`() => [...document.querySelector("#wallet").shadowRoot.querySelectorAll(".method[data-id]")].map((method) => {
		const text = (selector, root = method.shadowRoot) => root.querySelector(selector)?.innerText;
		return {
			id: method.dataset.id, kind: method.dataset.kind, brand: text(".brand"),
			last4: text(".last4", method.shadowRoot.querySelector("copper-digits").shadowRoot),
			expires: text(".expires"), zip: text(".zip"), default: text(".default"),
		};
	})`)
}

func (v *visit) verizonBills() (bills []row) {
	v.open("/bills", "#bills")
	for n, year := range v.rows(".year", map[string]string{"to": "@href"}) { // the newest first
		if n > 0 {
			v.open(year["to"].(string), "#bills")
		}
		bills = append(bills, v.rows(".bill", map[string]string{"id": "@data-id", "period": ".period", "due": ".due", "amount": ".amount"})...)
		if len(bills) >= v.limit {
			break
		}
	}
	return bills[:min(v.limit, len(bills))]
}
