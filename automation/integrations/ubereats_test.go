package integrations_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"passage/automation/sandbox/ubereats"
)

// uberEatsFixture is Larder Lane with the script of ubereats pointed at it.
func uberEatsFixture(t *testing.T, survey time.Duration) (*fixture, *ubereats.Site) {
	t.Helper()
	now := time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
	site := ubereats.New(ubereats.Options{Now: func() time.Time { return now }, Survey: survey})
	return newFixture(t, "ubereats", "20", serve(t, site.Handler()).URL), site
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

// ubereatsReads logs a good user in and reads.
func ubereatsReads(t *testing.T, f *fixture, arguments string) (*session, string, ubereatsOrders) {
	t.Helper()
	good, _ := ubereats.ScenarioOf("good@" + ubereats.Domain)
	s := f.loggedIn(t, good)
	var read ubereatsOrders
	if err := s.do("orderHistory.read", arguments, &read); err != nil {
		t.Fatalf("%v\n%s", err, s.story())
	}
	return s, good.Username, read
}

func TestUberEats_ReadsOrdersAsTheSiteHasThem(t *testing.T) {
	t.Parallel()
	f, site := uberEatsFixture(t, time.Hour)
	s, username, read := ubereatsReads(t, f, `{"limit":12}`)
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

func TestUberEats_ReadsTheWholeListBehindASurvey(t *testing.T) {
	t.Parallel()
	f, site := uberEatsFixture(t, time.Millisecond)
	s, username, read := ubereatsReads(t, f, "")
	if all := site.Orders(username); read.OrderCount != len(all) || read.Orders[len(all)-1].OrderID != all[len(all)-1].ID {
		t.Errorf("%d orders of %d", read.OrderCount, len(all))
	}
	if site.Declined() != 1 {
		t.Errorf("the survey was declined %d times\n%s", site.Declined(), s.story())
	}
}
