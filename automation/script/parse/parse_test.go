package parse_test

import (
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"passage/automation/script/parse"
)

func TestMoney_ReadsAmountsOfSites(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]parse.Amount{
		"$85.00":                     {85, "USD"},
		"$1,064.50":                  {1064.5, "USD"},
		" Amount due: $85 ":          {85, "USD"},
		"US$ 12.30":                  {12.3, "USD"},
		"C$12.30":                    {12.3, "CAD"},
		"1.064,50 €":                 {1064.5, "EUR"},
		"€1,064":                     {1064, "EUR"},
		"1 064,50 EUR":               {1064.5, "EUR"},
		"1\u202f064,50\u00a0€":       {1064.5, "EUR"},
		"CHF 1'000.05":               {1000.05, "CHF"},
		"1,234,567.89":               {1234567.89, ""},
		"1.234.567":                  {1234567, ""},
		"0.5":                        {0.5, ""},
		"12,5 zł":                    {12.5, "PLN"},
		"-$5.00":                     {-5, "USD"},
		"$-5.00":                     {-5, "USD"},
		"−£3":                        {-3, "GBP"},
		"($5.00)":                    {-5, "USD"},
		"$5.00 CR":                   {-5, "USD"},
		"$5.00-":                     {-5, "USD"},
		"-$0.00":                     {0, "USD"},
		"Past due - total $5.00":     {5, "USD"},
		"Amount due - $85.00":        {85, "USD"},
		"Amount due – $85.00":        {85, "USD"},
		"Amount due -$85.00":         {-85, "USD"},
		"Amount due: -$85.00":        {-85, "USD"},
		"- $85.00":                   {-85, "USD"},
		"-($85.00":                   {-85, "USD"},
		"Total (incl. VAT $5.00)":    {5, "USD"},
		"$(85.00)":                   {-85, "USD"},
		"(USD 85.00)":                {-85, "USD"},
		"-85,00 €":                   {-85, "EUR"},
		"85,00- €":                   {-85, "EUR"},
		"85.00 Cr":                   {-85, ""},
		"85.00 cr.":                  {-85, ""},
		"$85.00 DR":                  {85, "USD"},
		"+$85.00":                    {85, "USD"},
		"$.99":                       {0.99, "USD"},
		",89 €":                      {0.89, "EUR"},
		"-.5":                        {-0.5, ""},
		"0,125 €":                    {0.125, "EUR"},
		"0.125":                      {0.125, ""},
		"1 064 567,5":                {1064567.5, ""},
		"12,34,567.89":               {1234567.89, ""},
		"₹1,00,000":                  {100000, "INR"},
		"85,– €":                     {85, "EUR"},
		"CHF 85.–":                   {85, "CHF"},
		"85,-":                       {85, ""},
		"Fr. 12.50":                  {12.5, "CHF"},
		"12 500 kr":                  {12500, ""},
		"$12.30 CAD":                 {12.3, "CAD"},
		"USD $12.30":                 {12.3, "USD"},
		"12,30 $US":                  {12.3, "USD"},
		"12,000円":                    {12000, "JPY"},
		"Total · $85.00*":            {85, "USD"},
		"85,00€/Monat":               {85, "EUR"},
		"٨٥٫٥٠":                      {85.5, ""},
		"\u200e−۱۲٬۳۴۵٫۶":            {-12345.6, ""},
		"８５.00 USD":                  {85, "USD"},
		"$85.00. Thank you!":         {85, "USD"},
		"¥12000":                     {12000, "JPY"},
		"Total: 42.10 USD (autopay)": {42.1, "USD"},
	} {
		got, err := parse.Money(text, "", "")
		if err != nil || got != want {
			t.Errorf("money(%q) = %+v, %v, want %+v", text, got, err, want)
		}
	}
	if got, err := parse.Money("12 kr", "SEK", ""); err != nil || got != (parse.Amount{12, "SEK"}) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := parse.Money("€12", "USD", ""); err == nil {
		t.Errorf("euros are %+v", got)
	}
	if got, err := parse.Money("1.064", "EUR", ","); err != nil || got != (parse.Amount{1064, "EUR"}) {
		t.Errorf("%+v, %v", got, err)
	}
	for text, want := range map[string]string{
		"":                       "there is no amount in",
		"free":                   `there is no amount in "free"`,
		"$5.00 of $10.00":        "more than one number",
		"$5 10.00":               "more than one number",
		"Qty 2 85,00 €":          "more than one number",
		"Was 10 5.00":            "more than one number",
		"Visa 1111 85.00":        "more than one number",
		"Jan 3 85.00":            "more than one number",
		"Qty 2 850.00":           "may be one number or two",
		"12.08.2026":             "is not written like an amount",
		"12,08,2026":             "is not written like an amount",
		"1.23.456":               "is not written like an amount",
		"2026-08-12":             "more than one number",
		"12/08/2026":             "more than one number",
		"9:30":                   "more than one number",
		"$1.2K":                  "makes it something else",
		"$1.2 k":                 "makes it something else",
		"1,2 Mio. €":             "makes it something else",
		"$3 million":             "makes it something else",
		"85 GB":                  "makes it something else",
		"85GB":                   "makes it something else",
		"12 %":                   "makes it something else",
		"2 items":                "makes it something else",
		"$5.00 credit":           "makes it something else",
		"•••• 1111":              "makes it something else",
		"**** 1111":              "makes it something else",
		"Invoice #1111":          "makes it something else",
		"No.85":                  "is joined to the number",
		"A85":                    "is joined to the number",
		"Refund-$5.00":           "whether the dash is a minus",
		"Balance: - $5.00":       "whether the dash is a minus",
		"$5.00 -":                "whether the dash is a minus",
		"$5.00- due":             "whether the dash is a minus",
		"Pay balance ($85.00)":   "whether the brackets are a minus",
		"-$5.00 CR":              "more than one sign",
		"(-$5.00)":               "more than one sign",
		"₹5 Cr":                  "a credit or ten million",
		"RD$5.00":                "is not known",
		"5.00 $RD":               "is not known",
		"₦5.00":                  "is not known",
		"€5.00 USD":              "another one there",
		"1,064 €":                "may be thousands or a fraction",
		"$85⁰⁰":                  "a kind that is not known",
		"$½":                     "there is no amount",
		"1,064 $":                "may be thousands or a fraction",
		"1.064":                  "may be thousands or a fraction",
		"1,2.3,4":                "contradict each other",
		strings.Repeat("9", 40):  "too long",
		strings.Repeat("x", 900): "is no amount",
	} {
		if got, err := parse.Money(text, "", ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("money(%q) = %+v, %v, want %q", text, got, err, want)
		}
	}
}

func FuzzMoney(f *testing.F) {
	for _, text := range []string{"$85.00", "1.064,50 €", "(−5) CR", "CHF 1'0,0.5", "1.064"} {
		f.Add(text, "")
		f.Add(text, ",")
	}
	f.Fuzz(func(t *testing.T, text, decimal string) {
		if decimal != "," && decimal != "." {
			decimal = ""
		}
		got, err := parse.Money(text, "", decimal)
		if err != nil {
			return
		}
		if math.IsNaN(got.Value) || math.IsInf(got.Value, 0) || math.Abs(got.Value) > 1e17 {
			t.Errorf("money(%q) = %v", text, got.Value)
		}
		if got.Currency != "" && !parse.IsCurrency(got.Currency) {
			t.Errorf("money(%q) is of %q", text, got.Currency)
		}
	})
}

func TestDate_ReadsDatesOfSites(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Aug 12, 2026":                        "2026-08-12",
		"August 12 2026":                      "2026-08-12",
		"Due by Wed, Aug. 12th, 2026 at 5 PM": "2026-08-12",
		"12 Aug 2026":                         "2026-08-12",
		"12. August 2026":                     "2026-08-12",
		"the 1st of May, 2027":                "2027-05-01",
		"12-Sep-26":                           "2026-09-12",
		"2026-08-12":                          "2026-08-12",
		"2026/8/2":                            "2026-08-02",
		"2026-08-12T23:10:00Z":                "2026-08-12",
		"08/25/2026":                          "2026-08-25",
		"25.08.2026":                          "2026-08-25",
		"8/8/26":                              "2026-08-08",
		"Aug 12, 2026 Download detailed bill PDF": "2026-08-12",
		"Feb 29, 2028":                              "2028-02-29",
		"Aug 12, 2026 – 9:30 PM":                    "2026-08-12",
		"Invoice 12345, Aug 12, 2026":               "2026-08-12",
		"12/Aug/2026":                               "2026-08-12",
		"Aug-12-2026":                               "2026-08-12",
		"2026 Aug 12":                               "2026-08-12",
		"Aug 12 '26":                                "2026-08-12",
		"Aug 12, 2026 (08/12/2026)":                 "2026-08-12",
		"Wed 08/12/2026":                            "2026-08-12",
		"Tue 08/12/2026":                            "2026-12-08",
		"Aug 12, 2026 (Wednesday)":                  "2026-08-12",
		"You may pay until Aug 12, 2026":            "2026-08-12",
		"Aug 12 is the day; due by August 12, 2026": "2026-08-12",
		"12 Aug 2026 19:30":                         "2026-08-12",
	} {
		if got, err := parse.Date(text, "", 0); err != nil || got.Format(time.DateOnly) != want {
			t.Errorf("date(%q) = %v, %v, want %q", text, got, err, want)
		}
	}
	if got, err := parse.Date("08/12/2026", "dmy", 0); err != nil || got.Format(time.DateOnly) != "2026-12-08" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := parse.Date("12 Aug 19:30", "", 2026); err != nil || got.Format(time.DateOnly) != "2026-08-12" {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"Aug 12 26", "Aug 12 2025 09", "mar. 12 août 2026", "Aug 12 of the year 2025"} {
		if got, err := parse.Date(text, "", 2024); err == nil && got.Year() == 2024 {
			t.Errorf("date(%q) = %v", text, got)
		}
	}
	if got, err := parse.Date("due Aug 12", "", 2026); err != nil || got.Format(time.DateOnly) != "2026-08-12" {
		t.Errorf("%v, %v", got, err)
	}
	for text, want := range map[string]string{
		"":                               "there is no date in",
		"soon":                           `there is no date in "soon"`,
		"08/12/2026":                     "say order",
		"Aug 12":                         "say year",
		"Feb 29, 2026":                   "there is no day 29 of month 2 in 2026",
		"13/13/2026":                     "there is no day",
		"Jul 1, 2026 to Jul 31, 2026":    "more than one date",
		"Aug 12 – Sep 11, 2026":          "more than one date",
		"Aug 12, 2026 – Sep 11":          "more than one date",
		"Issued 3 Aug, due Aug 25, 2026": "more than one date",
		"12–15 August 2026":              "more than one date",
		"12 to 15 Aug 2026":              "more than one date",
		"12, 15 and 18 Aug 2026":         "more than one date",
		"Aug – Sep 12, 2026":             "more than one date",
		"Aug 12, 2026 and Sep":           "more than one date",
		"Aug 12, 2026 - 15":              "more than one date",
		"Aug 12, 2026 (08/13/2026)":      "more than one date",
		"1.25.08.2026":                   "more than one date",
		"08/25/2026/3":                   "more than one date",
		"Mon, Aug 12, 2026":              "is not a mon",
		"2026-00-10":                     "there is no day 10 of month 0",
	} {
		if got, err := parse.Date(text, "", 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("date(%q) = %v, %v, want %q", text, got, err, want)
		}
	}
}

func FuzzDate(f *testing.F) {
	for _, text := range []string{"Aug 12, 2026", "12 Aug 26", "1/2/2026", "2026-08-12T00:00", "Sept. 1"} {
		f.Add(text, "mdy", 2026)
		f.Add(text, "", 0)
	}
	whole := regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	f.Fuzz(func(t *testing.T, text, order string, year int) {
		date, err := parse.Date(text, order, year)
		if err != nil {
			return
		}
		got := date.Format(time.DateOnly)
		if _, err := time.Parse(time.DateOnly, got); err != nil || !whole.MatchString(got) {
			t.Errorf("date(%q) = %q", text, got)
		}
	})
}

func TestTimestamp_ReadsTimesOfSites(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, zone, want string }{
		{"2026-08-12T09:30:00Z", "", "2026-08-12T09:30:00Z"},
		{"2026-08-12T09:30:00.250+02:00", "America/New_York", "2026-08-12T07:30:00.25Z"},
		{"2026-08-12 09:30 -0730", "", "2026-08-12T17:00:00Z"},
		{"2026-08-12T09:30", "America/New_York", "2026-08-12T13:30:00Z"},
		{"2026-01-12T09:30", "America/New_York", "2026-01-12T14:30:00Z"},
		{"Aug 12, 2026, 9:30 PM", "+02:00", "2026-08-12T19:30:00Z"},
		{"Aug 12, 2026 at 12:05 a.m. UTC", "", "2026-08-12T00:05:00Z"},
		{"Aug 12, 2026", "-03:30", "2026-08-12T03:30:00Z"},
		{"2026-11-01T12:00", "America/New_York", "2026-11-01T17:00:00Z"}, // a day of 25 hours
		{"Aug 12, 2026 9.30 PM", "UTC", "2026-08-12T21:30:00Z"},
		{"Aug 12, 2026 9 PM", "UTC", "2026-08-12T21:00:00Z"},
		{"12 Aug 2026 21h30", "UTC", "2026-08-12T21:30:00Z"},
		{"12 Aug 2026, 21 h", "UTC", "2026-08-12T21:00:00Z"},
		{"12 Aug 2026, 21.30 Uhr", "UTC", "2026-08-12T21:30:00Z"},
		{"9:30 PM on Aug 12, 2026", "UTC", "2026-08-12T21:30:00Z"},
		{"Aug 12, 2026 9:30 PM PDT", "America/Los_Angeles", "2026-08-13T04:30:00Z"},
		{"Aug 12, 2026 9:30 PM (PT)", "America/Los_Angeles", "2026-08-13T04:30:00Z"},
		{"Aug 12, 2026 9:30 PM CEST", "Europe/Berlin", "2026-08-12T19:30:00Z"},
		{"Aug 12, 2026 9:30 UTC+2", "", "2026-08-12T07:30:00Z"},
		{"Aug 12, 2026 9:30 GMT-05:30", "Europe/Berlin", "2026-08-12T15:00:00Z"},
		{"Nov 1, 2026 1:30 AM EST", "America/New_York", "2026-11-01T06:30:00Z"},
		{"Nov 1, 2026 1:30 AM EDT", "America/New_York", "2026-11-01T05:30:00Z"},
	} {
		got, err := parse.Timestamp(test.text, test.zone, "", 0)
		if err != nil || got.UTC().Format(time.RFC3339Nano) != test.want {
			t.Errorf("timestamp(%q, %q) = %v, %v, want %s", test.text, test.zone, got, err, test.want)
		}
	}
	for _, test := range []struct{ text, zone, want string }{
		{"2026-08-12T09:30:00", "", "there is no zone in"},
		{"9:30 PM", "UTC", "there is no date in"},
		{"2026-08-12T25:30Z", "", "no such time of day"},
		{"Aug 12, 2026 13:30 PM", "UTC", "no such time of day"},
		{"Aug 12, 2026 9:30 - 10:30", "UTC", "more than one time of day"},
		{"Aug 12, 2026 9:30-10:30", "UTC", "more than one time of day"},
		{"Aug 12, 2026 9:30 PM PDT", "America/New_York", "PDT is not the zone America/New_York"},
		{"Aug 12, 2026 9:30 PM PDT", "", "there is no zone"},
		{"Aug 12, 2026 9:30 PM EST", "America/New_York", "EST is not the zone"}, // it is summer
		{"Aug 12, 2026 9:30 PM (CEST)", "America/New_York", "CEST is not the zone"},
		{"Aug 12, 2026 9:30 PM Eastern Time", "UTC", "is not understood"},
		{"Aug 12, 2026 at noon", "UTC", "is not understood"},
		{"Aug 12, 2026 9.30", "UTC", "is not understood"},
		{"Aug 12, 2026 2130", "UTC", "is not understood"},
		{"Order 7, Aug 12, 2026 9:30", "UTC", "is not understood"},
		{"Mar 8, 2026 2:30 AM", "America/New_York", "where the clocks change"},
		{"Aug 12, 2026 9:30", "Mars/Olympus", "is unknown: write a name"},
		{"Aug 12, 2026 9:30", "../../etc/passwd", "is unknown: write a name"},
		{"Aug 12, 2026 9:30", "Local", "is unknown: write a name"},
		{"Aug 12, 2026 9:30", "+99:00", "there is no zone +99:00"},
	} {
		if got, err := parse.Timestamp(test.text, test.zone, "", 0); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("timestamp(%q, %q) = %v, %v, want %q", test.text, test.zone, got, err, test.want)
		}
	}
}

func FuzzTimestamp(f *testing.F) {
	for _, text := range []string{"2026-08-12T09:30:00Z", "Aug 12, 2026, 9:30 PM", "12/08/2026 09:30+02:00"} {
		f.Add(text, "UTC", "mdy", 2026)
	}
	f.Fuzz(func(t *testing.T, text, zone, order string, year int) {
		at, err := parse.Timestamp(text, zone, order, year)
		if err == nil && (at.Year() < 1899 || at.Year() > 2201) {
			t.Errorf("timestamp(%q) = %v", text, at)
		}
	})
}
