package resources

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func loaded(t testing.TB) *Set {
	t.Helper()
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func operation(t testing.TB, name string) *Operation {
	t.Helper()
	resource, action, _ := strings.Cut(name, ".")
	found, ok := loaded(t).Operation(resource, action)
	if !ok {
		t.Fatalf("no operation %s", name)
	}
	return found
}

func TestOperations_AreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	want := []string{"mobileBillingStatement.read", "orderHistory.read", "paymentMethod.read", "paymentMethod.write", "readHistory.read"}
	if got := loaded(t).Names(); !slices.Equal(got, want) {
		t.Errorf("names = %v, want %v", got, want)
	}
}

func TestOperations_AreFoundByExactNameOnly(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, name := range [][2]string{{"paymentmethod", "read"}, {"paymentMethod", "Read"}, {"paymentMethod", "delete"}, {"", ""}, {"paymentMethod.read", ""}} {
		if _, ok := set.Operation(name[0], name[1]); ok {
			t.Errorf("found %q", name)
		}
	}
}

func TestOperations_MarkTheSecretsOfACard(t *testing.T) {
	t.Parallel()
	if got, want := operation(t, "paymentMethod.write").Sensitive, []string{"cardNumber", "cvv"}; !slices.Equal(got, want) {
		t.Errorf("sensitive = %v, want %v", got, want)
	}
	if got := operation(t, "paymentMethod.read"); got.TakesArguments() || got.Sensitive != nil {
		t.Errorf("arguments = %s, sensitive = %v", got.Arguments, got.Sensitive)
	}
}

const card = `{"cardNumber":"4111111111111111","expirationDate":"08/28","cvv":"123","nameOnCard":"Ada Example","billingZip":"98101"`

func TestArguments(t *testing.T) {
	t.Parallel()
	const luhn, mmyy = "must be 12 to 19 digits, the last of which checks the others", "must be a month and a year, MM/YY"
	for _, test := range []struct {
		name, operation, arguments string
		want                       []Issue
	}{
		{"a card", "paymentMethod.write", card + `}`, nil},
		{"a card with everything", "paymentMethod.write", card + `,"dryRun":true,"billingAddress":{"line1":"12 Example Street","line2":"Apt 4","city":"Seattle","state":"WA","country":"US"}}`, nil},
		{"everything wrong at once", "paymentMethod.write",
			`{"cardNumber":"4111111111111112","expirationDate":"13/28","cvv":"12","nameOnCard":"","billingZip":7,"billingAddress":{"city":"Seattle","planet":"Mars"},"dryRun":"yes","pin":"9999"}`,
			[]Issue{
				{"billingAddress.line1", "is required"},
				{"billingAddress.planet", "is not a known field"},
				{"billingAddress.state", "is required"},
				{"billingZip", "must be a string"},
				{"cardNumber", luhn},
				{"cvv", "must match ^[0-9]{3,4}$"},
				{"dryRun", "must be a boolean"},
				{"expirationDate", mmyy},
				{"nameOnCard", `must match \S`},
				{"nameOnCard", "must not be empty"},
				{"pin", "is not a known field"},
			}},
		{"nothing of a card", "paymentMethod.write", `{}`, []Issue{
			{"billingZip", "is required"}, {"cardNumber", "is required"}, {"cvv", "is required"}, {"expirationDate", "is required"}, {"nameOnCard", "is required"}}},
		{"names in another case", "mobileBillingStatement.read", `{"Limit":3}`, []Issue{{"Limit", "is not a known field"}}},
		{"no arguments", "mobileBillingStatement.read", ``, nil},
		{"null arguments", "mobileBillingStatement.read", ` null `, nil},
		{"a whole number as a float", "mobileBillingStatement.read", `{"limit":3.0}`, nil},
		{"too few", "mobileBillingStatement.read", `{"limit":0}`, []Issue{{"limit", "must be at least 1"}}},
		{"too many", "mobileBillingStatement.read", `{"limit":1e9}`, []Issue{{"limit", "must be at most 120"}}},
		{"a fraction", "mobileBillingStatement.read", `{"limit":1.5}`, []Issue{{"limit", "must be an integer"}}},
		{"none wanted, none given", "paymentMethod.read", `{}`, nil},
		{"none wanted, one given", "paymentMethod.read", `{"limit":1}`, []Issue{{"limit", "is not a known field"}}},
		{"an array", "paymentMethod.read", `[]`, []Issue{{"", "must be an object"}}},
		{"no JSON", "paymentMethod.write", `{"cardNumber":`, []Issue{{"", "must be valid JSON"}}},
		{"two documents", "paymentMethod.read", `{} {}`, []Issue{{"", "must be valid JSON"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := operation(t, test.operation).CheckArguments(json.RawMessage(test.arguments)); !slices.Equal(got, test.want) {
				t.Errorf("issues = %q\nwant     %q", got, test.want)
			}
		})
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, operation, result string
		want                    []Issue
	}{
		{"a stored card", "paymentMethod.write", `{"success":true,"card":{"last4":"1111"}}`, nil},
		{"a dry run", "paymentMethod.write", `{"dryRun":true,"card":{"last4":"1111","nickname":"Household"}}`, nil},
		{"both at once", "paymentMethod.write", `{"success":true,"dryRun":true,"card":{"last4":"1111"}}`, []Issue{{"", "must match exactly one of the allowed forms"}}},
		{"no success", "paymentMethod.write", `{"success":false,"card":{"last4":"1111"}}`, []Issue{{"success", "must be true"}}},
		{"no stored methods", "paymentMethod.read", `{"paymentMethods":[]}`, nil},
		{"a stored method", "paymentMethod.read", `{"paymentMethods":[{"order":0,"vendorId":"pm_1","last4":"1111","type":"credit_card","isDefault":true,"raw":{"autopay":"on"}}]}`, nil},
		{"an invalid method", "paymentMethod.read", `{"paymentMethods":[{"order":0,"vendorId":"pm_1","last4":"11","type":"visa","isDefault":true},{}]}`, []Issue{
			{"paymentMethods.0.last4", "must match ^[0-9]{4}$"},
			{"paymentMethods.0.type", "must be one of credit_card, debit_card, bank_account, other"},
			{"paymentMethods.1.isDefault", "is required"}, {"paymentMethods.1.last4", "is required"}, {"paymentMethods.1.order", "is required"},
			{"paymentMethods.1.type", "is required"}, {"paymentMethods.1.vendorId", "is required"},
		}},
		{"bills", "mobileBillingStatement.read", `{"billing":[{"statementId":"1","periodStart":"2026-08-01","periodEnd":"2026-08-31","dueDate":"2026-09-15","amountDue":64.5,"currency":"USD"},{"periodStart":"2026-07-01","amountDue":-3,"currency":"USD"}]}`, nil},
		{"a bill with an impossible day", "mobileBillingStatement.read", `{"billing":[{"periodStart":"2026-02-30","amountDue":1,"currency":"USD"}]}`, []Issue{{"billing.0.periodStart", "must be a date, YYYY-MM-DD"}}},
		{"orders", "orderHistory.read", `{"orderCount":1,"orders":[{"orderId":"a","total":3,"currency":"USD","items":[{"name":"Noodles","quantity":1}]}]}`, nil},
		{"a total of what", "orderHistory.read", `{"orderCount":1,"orders":[{"orderId":"a","total":3}]}`, []Issue{{"orders.0.currency", "is required with total"}}},
		{"history", "readHistory.read", `{"history":[{"id":"1","title":"T","source":"S","duration":null,"readAt":1788246000000}]}`, nil},
		{"nothing at all", "readHistory.read", `null`, []Issue{{"", "must be an object"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := operation(t, test.operation).CheckResult(json.RawMessage(test.result)); !slices.Equal(got, test.want) {
				t.Errorf("issues = %q\nwant     %q", got, test.want)
			}
		})
	}
}

func TestExamples_FitTheirOwnSchema(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, name := range set.Names() {
		schema := operation(t, name).Arguments
		var document struct {
			Properties map[string]struct{ Examples []any }
		}
		if err := json.Unmarshal(schema, &document); err != nil {
			t.Fatal(err)
		}
		example := map[string]any{}
		for field, property := range document.Properties {
			if len(property.Examples) > 0 {
				example[field] = property.Examples[0]
			}
		}
		body, err := json.Marshal(example)
		if err != nil {
			t.Fatal(err)
		}
		if issues := operation(t, name).CheckArguments(body); issues != nil {
			t.Errorf("%s: %q", name, issues)
		}
	}
}

func TestLoad_NamesEveryInvalidFile(t *testing.T) {
	t.Parallel()
	_, err := load(fstest.MapFS{
		"a.json": {Data: []byte(`{"name":"b"}`)},
		"c.json": {Data: []byte(`{"name":"c","operations":{"read":{"arguments":null,"result":{"type":"wrong"}}}}`)},
		"d.json": {Data: []byte(`{"name":"d","operations":{"read":{"arguments":{"properties":{"a":{"properties":{"b":{"x-sensitive":true}}}}},"result":{}}}}`)},
		"e.json": {Data: []byte(`{"name":"e","operations":{"erase":{}}}`)},
		"f.json": {Data: []byte(`{"name":"f","operations":{"read":{"arguments":null}}}`)},
		"g.json": {Data: []byte(`{"name":"g","unknown":1}`)},
	})
	if err == nil {
		t.Fatal("loaded")
	}
	for _, name := range []string{"a.json", "c.json", "d.json", "e.json", "f.json", "g.json"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in: %v", name, err)
		}
	}
}

// FuzzIssuesNeverRepeatAValue plants a value in every place of a document and
// looks for it in what is said about the document.
func FuzzIssuesNeverRepeatAValue(f *testing.F) {
	for _, seed := range []string{"4111111111111112", "99/99", "<script>", "", "null", "\x00", "zz12345", strings.Repeat("7", 300)} {
		f.Add(seed)
	}
	operation := operation(f, "paymentMethod.write")
	f.Fuzz(func(t *testing.T, value string) {
		value = "canary~" + value
		body, err := json.Marshal(map[string]any{
			"cardNumber": value, "expirationDate": value, "cvv": []string{value}, "nameOnCard": map[string]any{"n": value},
			"billingZip": value, "billingAddress": map[string]any{"line1": []string{value}, "country": value}, "dryRun": value,
		})
		if err != nil {
			t.Skip("not a document")
		}
		issues := operation.CheckArguments(body)
		if len(issues) == 0 {
			t.Fatal("accepted")
		}
		for _, issue := range issues {
			if strings.Contains(issue.Path+issue.Message, "canary") {
				t.Errorf("repeated: %q", issue)
			}
		}
	})
}

func FuzzCheckAcceptsAnyBytes(f *testing.F) {
	for _, seed := range []string{"", "{}", "[", card + "}", `{"billingAddress":{"line1":1e999999}}`, `{"limit":1e99999999999}`, "\xff"} {
		f.Add([]byte(seed))
	}
	set := loaded(f)
	f.Fuzz(func(_ *testing.T, document []byte) {
		for _, name := range set.Names() {
			operation := set.operations[name]
			operation.CheckArguments(document)
			operation.CheckResult(document)
		}
	})
}

// Validators that are strict refuse keywords and formats that are not JSON Schema's.
func TestPublished_HasNoKeywordOfOurOwn(t *testing.T) {
	t.Parallel()
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range set.Names() {
		resource, action, _ := strings.Cut(name, ".")
		operation, _ := set.Operation(resource, action)
		for what, schema := range map[string]json.RawMessage{"arguments": operation.Published().Arguments, "result": operation.Published().Result} {
			for _, own := range []string{`"x-`, `"format"`, `"sensitive"`} {
				if strings.Contains(string(schema), own) {
					t.Errorf("%s.%s holds %s: %s", name, what, own, schema)
				}
			}
			if _, err := compile(name, schema); err != nil {
				t.Errorf("%s.%s: %v", name, what, err)
			}
		}
	}
	card := operation(t, "paymentMethod.write").Published().Arguments
	if !strings.Contains(string(card), `"pattern":"^[0-9]{12,19}$"`) {
		t.Errorf("the card number has no pattern: %s", card)
	}
}
