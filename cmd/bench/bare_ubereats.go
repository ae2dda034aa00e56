package main

import (
	"fmt"

	"passage/automation/sandbox/ubereats"
)

const (
	uberCard  = `[data-testid="order-card"]`
	uberWrong = `[data-testid="field-error"]`
)

func bareUberEats(v *visit) {
	v.open("/login", "#PHONE_NUMBER_or_EMAIL_ADDRESS")
	v.fill("#PHONE_NUMBER_or_EMAIL_ADDRESS", v.username)
	v.click("#forward-button")
	v.arrive("#PASSWORD", uberWrong)
	v.fill("#PASSWORD", ubereats.Password)
	v.click("#forward-button")
	v.arrive(`[data-testid="feed"]`, uberWrong)

	orders := v.uberOrders()
	expect(orders, v.limit)
	for _, order := range orders {
		v.uberReceipt(order["id"].(string))
	}
}

// uberOrders scrolls to where older orders are loaded until there are enough.
func (v *visit) uberOrders() []row {
	v.open("/orders", uberCard)
	for {
		orders := v.rows(uberCard, map[string]string{"id": "@data-order"})
		if len(orders) >= v.limit || v.MustHas(`[data-testid="end-of-orders"]`) {
			return orders[:min(v.limit, len(orders))]
		}
		v.MustElement(".foot").MustScrollIntoView()
		v.MustWait(`(card, count) => document.querySelectorAll(card).length > count`, uberCard, len(orders))
	}
}

func (v *visit) uberReceipt(id string) {
	receipt := fmt.Sprintf(`[data-testid="receipt"][data-order="%s"]`, id)
	v.open("/orders/"+id, receipt)
	expect(v.rows(receipt, map[string]string{
		"merchant": `[data-testid="merchant"]`, "placed": "time@datetime",
		"status": `[data-testid="order-status"]`, "total": `[data-testid="order-total"]`,
	}), 1)
	v.rows(receipt+` [data-testid="order-line"]`, map[string]string{"name": ".what", "quantity": ".quantity", "price": ".price"})
}
