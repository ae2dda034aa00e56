package ubereats

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Order is one order as the site keeps it. Amounts are in cents.
type Order struct {
	ID       string
	Merchant string
	Status   string // as the site words it
	Placed   time.Time
	Currency string // ISO 4217
	Lines    []Line
	Total    int
}

// Line is one thing ordered. The site shows what the line costs, not one.
type Line struct {
	Name     string
	Quantity int
	Cents    int
}

const (
	ordersInAll   = 23
	ordersAPage   = 8
	cateringOrder = 4  // costs more than a thousand
	abroadOrder   = 6  // in another currency and time zone
	freebieOrder  = 11 // has something that costs nothing
)

var (
	merchants = []string{"Corner Noodles", "Bún & Broth", "The Daily Dal", "Harbour Grill", "Señor Maíz", "Olive & Thyme", "Night Owl Pizza"}
	dishes    = []Line{
		{"Dan dan noodles", 2, 1900}, {"House salad", 1, 745}, {"Lentil soup", 3, 1647}, {"Mushroom “Stroganoff”", 1, 1395},
		{"Tacos al pastor", 4, 1580}, {"Garlic bread", 2, 598}, {"Mango lassi", 1, 450},
	}
	states = []string{"Completed", "Completed", "Completed", "Canceled", "Completed", "Refunded", "Completed"}
)

// Orders tells what a user has ordered, newest first.
func (s *Site) Orders(username string) []Order {
	user, ok := scenarios.User(username)
	if !ok || user.Site.empty {
		return nil
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(user.Username)) // never fails
	seed := int(hash.Sum32() % 1000)
	now := s.options.Now().UTC().Truncate(time.Hour)
	all := make([]Order, ordersInAll)
	for i := range all {
		all[i] = order(seed, i, now.Add(-time.Duration(i*83+1)*time.Hour-time.Duration(seed)*time.Minute))
	}
	return all
}

// order makes the i-th order, counted from the newest.
func order(seed, i int, placed time.Time) Order {
	o := Order{
		ID: fmt.Sprintf("%08x-e%03x-4a%02x", seed*7919+i*104729, seed, i), Merchant: merchants[(seed+i)%len(merchants)],
		Status: states[i%len(states)], Placed: placed.In(time.FixedZone("", -7*3600)), Currency: "USD",
	}
	for k := range 1 + (seed+i)%3 {
		o.Lines = append(o.Lines, dishes[(i+k*2)%len(dishes)])
	}
	switch i {
	case 0:
		o.Status = "Preparing your order"
	case cateringOrder:
		o.Lines = []Line{{"Catering tray, vegetarian", 8, 118400}}
	case abroadOrder:
		o.Currency, o.Placed = "CAD", placed.In(time.FixedZone("", -4*3600))
	case freebieOrder:
		o.Lines = append(o.Lines, Line{"Fortune cookie", 2, 0})
	}
	o.Total = 299 // delivery
	for _, line := range o.Lines {
		o.Total += line.Cents
	}
	return o
}

// listOrders gives a page of the list, from the place that ?from= names.
func (s *Site) listOrders(r *http.Request, user customer) answer {
	all := s.Orders(user.Username)
	from, err := strconv.Atoi(r.URL.Query().Get("from"))
	if err != nil || from < 0 {
		from = 0
	}
	from = min(from, len(all))
	until := min(from+ordersAPage, len(all))
	cards := []fields{}
	for _, o := range all[from:until] {
		cards = append(cards, fields{
			"id": o.ID, "merchant": o.Merchant, "status": o.Status,
			"summary": fmt.Sprintf("%d items • %s", len(o.Lines), o.price(o.Total)), "placed": o.Placed.Format("Jan 2 at 3:04 PM"),
		})
	}
	survey := s.options.Survey
	if user.Site.surveyed {
		survey = 0
	}
	return answer{status: http.StatusOK, user: user, body: fields{
		"orders": cards, "more": until < len(all), "redesigned": user.Site.redesigned, "crashes": user.Site.crashes, "survey": survey.Milliseconds(),
	}}
}

func (s *Site) showOrder(r *http.Request, user customer) answer {
	all := s.Orders(user.Username)
	i := slices.IndexFunc(all, func(o Order) bool { return o.ID == r.PathValue("id") })
	if i < 0 {
		return stop(user, "trouble")
	}
	o := all[i]
	lines := []fields{}
	for _, line := range o.Lines {
		lines = append(lines, fields{"name": line.Name, "quantity": line.Quantity, "price": o.price(line.Cents)})
	}
	return answer{status: http.StatusOK, user: user, body: fields{
		"id": o.ID, "merchant": o.Merchant, "status": o.Status, "lines": lines, "total": o.price(o.Total),
		"placed": o.Placed.Format("Monday, January 2, 2006 at 3:04 PM"), "datetime": o.Placed.Format(time.RFC3339),
	}}
}

// price writes an amount as the site does: "$1,186.99", "CA$23.90", "Free".
func (o Order) price(cents int) string {
	if cents == 0 {
		return "Free"
	}
	whole := strconv.Itoa(cents / 100)
	if len(whole) > 3 {
		whole = whole[:len(whole)-3] + "," + whole[len(whole)-3:]
	}
	sign := map[string]string{"USD": "$", "CAD": "CA$"}[o.Currency]
	return strings.Join([]string{sign, whole, fmt.Sprintf(".%02d", cents%100)}, "")
}
