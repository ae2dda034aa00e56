package integrations_test

import (
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"passage/automation/browser"
	"passage/automation/replica"
	"passage/automation/replica/ubereats"
)

// ubereatsWorld is Larder Lane with the script of ubereats pointed at it. The
// script has the patience for slow sites; a test of what never comes gives it less.
func ubereatsWorld(t *testing.T, survey time.Duration, patience string) (*world, *ubereats.Site) {
	t.Helper()
	now := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	site := ubereats.New(ubereats.Options{Now: func() time.Time { return now }, Slow: 400 * time.Millisecond, Survey: survey})
	return newWorld(t, "ubereats", patience, serve(t, site.Handler()).URL), site
}

// ubereatsUnhidden is a user of the scenario none of whose newest orders was placed at
// a moment whose milliseconds pass for a card's number: one in ten has a right
// last digit, and is scrubbed from the result.
func ubereatsUnhidden(site *ubereats.Site, s replica.Scenario, newest int) replica.Scenario {
	redactor := browser.NewRedactor()
	for n := 0; ; n++ {
		one := s.For(strconv.Itoa(n))
		all := site.Orders(one.Username)
		if !slices.ContainsFunc(all[:min(newest, len(all))], func(o ubereats.Order) bool {
			moment := strconv.FormatInt(o.Placed.UnixMilli(), 10)
			return redactor.Scrub(moment) != moment
		}) {
			return one
		}
	}
}

type ubereatsOrders struct {
	OrderCount int
	Orders     []struct {
		OrderID, MerchantName, Status, Currency string
		PlacedAt                                int64
		Total                                   float64
		Items                                   []struct {
			Name     string
			Quantity int
			Price    float64
		}
	}
}

// ubereatsAsked is what some persons are asked, with the reason if again.
var ubereatsAsked = map[string][]string{
	"good":      {"credentials"},
	"code":      {"credentials", "one_time_code"},
	"both":      {"credentials", "one_time_code"},
	"forgetful": {"credentials", "credentials wrong_password"},
	"stranger":  {"credentials", "credentials wrong_username", "credentials wrong_username"},
	"clumsy":    {"credentials", "one_time_code", "one_time_code wrong_code"},
	"expired":   {"credentials", "one_time_code", "one_time_code expired_code", "one_time_code"},
	"wall":      {"credentials"},
}

func TestEveryUserOfUbereatsEndsAsTheTableSays(t *testing.T) {
	t.Parallel()
	w, site := ubereatsWorld(t, time.Hour, "20")
	hasty, _ := ubereatsWorld(t, time.Hour, "3")
	trial{
		in: w, hasty: hasty, asked: ubereatsAsked,
		user: func(s replica.Scenario) replica.Scenario { return ubereatsUnhidden(site, s, 3) },
		run: func(s *session, user replica.Scenario) error {
			if err := s.run.Login(); err != nil {
				return err
			}
			var read ubereatsOrders
			err := s.do("orderHistory.read", `{"limit":3}`, &read)
			if want := min(3, len(site.Orders(user.Username))); err == nil && len(read.Orders) != want {
				s.t.Errorf("%d orders, want %d", len(read.Orders), want)
			}
			return err
		},
	}.of(t, ubereats.Scenarios())
}

// ubereatsReads logs a good user in and reads.
func ubereatsReads(t *testing.T, w *world, site *ubereats.Site, arguments string) (*session, string, ubereatsOrders) {
	t.Helper()
	good, _ := ubereats.ScenarioOf("good@" + ubereats.Domain)
	scenario := ubereatsUnhidden(site, good, len(site.Orders(good.Username)))
	s := w.loggedIn(t, scenario)
	var read ubereatsOrders
	if err := s.do("orderHistory.read", arguments, &read); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	return s, scenario.Username, read
}

func TestOrdersOfUbereatsAreReadAsTheSiteHasThem(t *testing.T) {
	t.Parallel()
	w, site := ubereatsWorld(t, time.Hour, "20")
	s, username, read := ubereatsReads(t, w, site, `{"limit":12}`)
	if read.OrderCount != 12 || len(read.Orders) != 12 {
		t.Fatalf("%d of %d orders", read.OrderCount, len(read.Orders))
	}
	states := map[string]string{"Completed": "completed", "Canceled": "cancelled", "Refunded": "refunded", "Preparing your order": "in_progress"}
	for i, want := range site.Orders(username)[:12] {
		got := read.Orders[i]
		if got.OrderID != want.ID || got.MerchantName != want.Merchant || got.PlacedAt != want.Placed.UnixMilli() ||
			got.Status != states[want.Status] || got.Currency != want.Currency || got.Total != float64(want.Total)/100 {
			t.Errorf("read %+v of %+v", got, want)
		}
		lines := []ubereats.Line{}
		for _, item := range got.Items {
			lines = append(lines, ubereats.Line{Name: item.Name, Quantity: item.Quantity, Cents: int(item.Price*float64(item.Quantity)*100 + 0.5)})
		}
		if !reflect.DeepEqual(lines, want.Lines) {
			t.Errorf("read %+v of %+v", lines, want.Lines)
		}
	}
	if want := []string{"opening_orders 0", "reading_orders 0", "found_orders 12"}; !slices.Equal(s.progress, want) {
		t.Errorf("progress %q, want %q", s.progress, want)
	}
}

func TestASurveyOverTheListOfUbereatsDoesNotHinderReadingAllOfIt(t *testing.T) {
	t.Parallel()
	w, site := ubereatsWorld(t, time.Millisecond, "20")
	s, username, read := ubereatsReads(t, w, site, "")
	if all := site.Orders(username); read.OrderCount != len(all) || read.Orders[len(all)-1].OrderID != all[len(all)-1].ID {
		t.Errorf("%d orders of %d", read.OrderCount, len(all))
	}
	if site.Declined() != 1 {
		t.Errorf("the survey was declined %d times\n%s", site.Declined(), s.story())
	}
}
