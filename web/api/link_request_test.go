package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"passage/db"
	"passage/web/api"
)

const simple = `{"integrationId":"shop","resource":"paymentMethod","action":"read"}`

// with is the simple body with further fields.
func with(fields string) string { return strings.TrimSuffix(simple, "}") + "," + fields + "}" }

// write is a body that stores a card, with further fields.
func write(fields string) string {
	if fields != "" {
		fields = "," + fields
	}
	return `{"integrationId":"shop","operations":[{"resource":"paymentMethod","action":"write","arguments":` +
		arguments + `}]` + fields + `}`
}

const arguments = `{"cardNumber":"` + card + `","expirationDate":"08/28","cvv":"123","nameOnCard":"Ada Example","billingZip":"98101"}`

func TestCreateLink_ReportsEachIssueAtItsPath(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	long := func(n int) string { return strings.Repeat("é", n) }
	many := func(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }
	keys := make([]string, 21)
	for n := range keys {
		keys[n] = fmt.Sprintf(`"k%d":"v"`, n)
	}
	operation := `{"resource":"paymentMethod","action":"read"}`
	for name, test := range map[string]struct{ body, want string }{
		"nothing":              {`{}`, "integrationId: is required\noperations: is required, or resource and action"},
		"null is not given":    {`{"integrationId":null,"operations":null}`, "integrationId: is required\noperations: is required, or resource and action"},
		"unknown integration":  {`{"integrationId":"nope","resource":"paymentMethod","action":"read"}`, "integrationId: is not a known integration"},
		"integration's type":   {`{"integrationId":7,"resource":"paymentMethod","action":"read"}`, "integrationId: must be a string"},
		"no action":            {`{"integrationId":"shop","resource":"paymentMethod"}`, "action: is required"},
		"no resource":          {`{"integrationId":"shop","action":"read"}`, "resource: is required"},
		"arguments alone":      {`{"integrationId":"shop","arguments":{}}`, "resource: is required\naction: is required"},
		"unknown resource":     {`{"integrationId":"shop","resource":"moon","action":"read"}`, "resource: is not a known resource"},
		"unknown action":       {`{"integrationId":"shop","resource":"paymentMethod","action":"eat"}`, "action: must be read or write"},
		"no such action":       {`{"integrationId":"shop","resource":"orderHistory","action":"write"}`, "action: is not an action of this resource"},
		"not offered":          {`{"integrationId":"shop","resource":"orderHistory","action":"read"}`, "resource: orderHistory.read is not offered by this integration"},
		"both forms":           {with(`"operations":[` + operation + `]`), "resource: must not be given together with operations\naction: must not be given together with operations"},
		"both, arguments":      {`{"integrationId":"shop","operations":[` + operation + `],"arguments":{}}`, "arguments: must not be given together with operations"},
		"operations' type":     {`{"integrationId":"shop","operations":{}}`, "operations: must be an array"},
		"no operations":        {`{"integrationId":"shop","operations":[]}`, "operations: must have at least 1 item"},
		"21 operations":        {`{"integrationId":"shop","operations":[` + many(21, operation) + `]}`, "operations: must have at most 20 items"},
		"an operation's type":  {`{"integrationId":"shop","operations":[` + operation + `,null,"x"]}`, "operations.1: must be an object\noperations.2: must be an object"},
		"an operation's field": {`{"integrationId":"shop","operations":[{"resource":"paymentMethod","action":"read","Arguments":{}}]}`, "operations.0.Arguments: is not a known field; did you mean arguments?"},
		"arguments' type":      {with(`"arguments":[1]`), "arguments: must be an object"},
		"missing argument": {strings.Replace(write(""), `"cvv":"123",`, "", 1),
			"operations.0.arguments.cvv: is required"},
		"unknown argument": {strings.Replace(write(""), `"cvv":"123"`, `"cvv":"123","pin":"1"`, 1),
			"operations.0.arguments.pin: is not a known field"},
		"wrong argument": {`{"integrationId":"shop","resource":"mobileBillingStatement","action":"read","arguments":{"limit":"x"}}`,
			"arguments.limit: must be an integer"},
		"arguments where there are none": {with(`"arguments":{"limit":1}`), "arguments.limit: is not a known field"},
		"nested argument": {strings.Replace(write(""), `"cvv":"123"`, `"cvv":"123","billingAddress":{"line1":"a","state":"b"}`, 1),
			"operations.0.arguments.billingAddress.city: is required"},
		"returnUrl":               {with(`"returnUrl":"/done"`), "returnUrl: must be an absolute URL"},
		"returnUrl's type":        {with(`"returnUrl":["https://a.example"]`), "returnUrl: must be a string"},
		"returnUrl, empty":        {with(`"returnUrl":""`), "returnUrl: must be an absolute URL"},
		"webhookUrl":              {with(`"webhookUrl":"http://a.example/x"`), "webhookUrl: must be an absolute https URL"},
		"webhookUrl on loopback":  {with(`"webhookUrl":"http://127.0.0.1:9/x"`), "webhookUrl: must be an absolute https URL"},
		"webhookUrl, scheme":      {with(`"webhookUrl":"ftp://a.example/x"`), "webhookUrl: must be an absolute https URL"},
		"webhookUrl, user":        {with(`"webhookUrl":"https://a:b@a.example/x"`), "webhookUrl: must not contain a user name or a password"},
		"webhookUrl, port":        {with(`"webhookUrl":"https://a.example:70000/x"`), "webhookUrl: must be an absolute https URL"},
		"externalUserId":          {with(`"externalUserId":"` + long(256) + `"`), "externalUserId: must have at most 255 characters"},
		"externalUserId, control": {with(`"externalUserId":"a\u0000b"`), "externalUserId: must not contain control characters"},
		"userLabel":               {with(`"userLabel":"` + long(65) + `"`), "userLabel: must have at most 64 characters"},
		"userLabel, direction":    {with(`"userLabel":"a\u202eb"`), "userLabel: must not contain control characters"},
		"metadata's type":         {with(`"metadata":"x"`), "metadata: must be an object"},
		"metadata's keys":         {with(`"metadata":{` + strings.Join(keys, ",") + `}`), "metadata: must have at most 20 keys"},
		"metadata's value":        {with(`"metadata":{"a":1,"b":null,"c":{}}`), "metadata.a: must be a string\nmetadata.b: must be a string\nmetadata.c: must be a string"},
		"metadata, long value":    {with(`"metadata":{"a":"` + long(501) + `"}`), "metadata.a: must have at most 500 characters"},
		"metadata, long key":      {with(`"metadata":{"` + long(41) + `":"v"}`), "metadata." + long(41) + ": must have a key of 1 to 40 characters"},
		"metadata, no key":        {with(`"metadata":{"":"v"}`), "metadata.: must have a key of 1 to 40 characters"},
		"debug":                   {with(`"debug":"true"`), "debug: must be a boolean"},
		"expiresIn's type":        {with(`"expiresIn":"60"`), "expiresIn: must be an integer"},
		"expiresIn, a fraction":   {with(`"expiresIn":1.5`), "expiresIn: must be an integer"},
		"expiresIn, zero":         {with(`"expiresIn":0`), "expiresIn: must be at least 1"},
		"expiresIn, too long":     {with(`"expiresIn":2592001`), "expiresIn: must be at most 2592000"},
		"expiresIn, huge":         {with(`"expiresIn":99999999999999999999`), "expiresIn: must be an integer"},
		"sensitive for long":      {write(`"expiresIn":86401`), "expiresIn: must be at most 86400 where an argument is sensitive"},
		"sensitive and reusable":  {write(`"reusable":true`), "reusable: must be false where an argument is sensitive"},
		"reusable":                {with(`"reusable":1`), "reusable: must be a boolean"},
		"requireReturn":           {with(`"requireReturn":0`), "requireReturn: must be a boolean"},
		"requireReturn alone":     {with(`"requireReturn":true`), "requireReturn: needs a returnUrl"},
		"locale":                  {with(`"locale":"en_US"`), "locale: must be a language tag of BCP 47, such as en-US"},
		"locale, nonsense":        {with(`"locale":"english please"`), "locale: must be a language tag of BCP 47, such as en-US"},
		"locale, empty":           {with(`"locale":""`), "locale: must be a language tag of BCP 47, such as en-US"},
		"unknown field":           {with(`"colour":"red"`), "colour: is not a known field"},
		"wrong case":              {with(`"returnURL":"https://a.example"`), "returnURL: is not a known field; did you mean returnUrl?"},
		"given twice":             {with(`"debug":true,"debug":false`), "debug: is given twice"},
		"given twice, deep": {strings.Replace(write(""), `"cvv":"123"`, `"cvv":"123","cvv":"1234"`, 1),
			"operations.0.arguments.cvv: is given twice"},
		"everything at once": {`{"integrationId":"nope","operations":[{"resource":"paymentMethod","action":"write","arguments":{"cvv":"1"}},{"action":"read"}],"expiresIn":-1,"x":1}`,
			"integrationId: is not a known integration\noperations.1.resource: is required\n" +
				"operations.0.arguments.billingZip: is required\noperations.0.arguments.cardNumber: is required\n" +
				"operations.0.arguments.cvv: must match ^[0-9]{3,4}$\noperations.0.arguments.expirationDate: is required\n" +
				"operations.0.arguments.nameOnCard: is required\nexpiresIn: must be at least 1\nx: is not a known field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reply := s.post("/v1/links", test.body)
			reply.t = t
			if got := reply.issues(); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestCreateLink_AcceptsValidRequests(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *api.Options) { o.Development = true })
	for name, body := range map[string]string{
		"single":                 simple,
		"nulls":                  with(`"arguments":null,"returnUrl":null,"metadata":null,"expiresIn":null,"debug":null,"operations":null`),
		"list of one":            `{"integrationId":"shop","operations":[{"resource":"paymentMethod","action":"read"}]}`,
		"a write for a day":      write(`"expiresIn":86400,"reusable":false`),
		"a read for a month":     with(`"expiresIn":2592000,"reusable":true`),
		"empty texts":            with(`"externalUserId":"","userLabel":""`),
		"webhook on loopback":    with(`"webhookUrl":"http://localhost:9/x"`),
		"locale":                 with(`"locale":"zh-Hant-TW"`),
		"return with a scheme":   with(`"returnUrl":"myapp://callback","requireReturn":true`),
		"longest externalUserId": with(`"externalUserId":"` + strings.Repeat("é", 255) + `"`),
	} {
		if reply := s.post("/v1/links", body); reply.status != http.StatusCreated {
			t.Errorf("%s: %d %s", name, reply.status, reply.body)
		}
	}
}

func TestCreateLink_RefusesUnreadableBodies(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for name, body := range map[string]string{
		"broken": `{"integrationId":`, "array": `[]`, "null": `null`, "text": `"x"`, "two": simple + simple,
		"trailing": simple + "x", "UTF-8": with("\"userLabel\":\"\xff\""), "deep": with(`"x":` + strings.Repeat("[", 50) + strings.Repeat("]", 50)),
		"deeper": strings.Repeat(`{"a":`, 10_500) + "1" + strings.Repeat("}", 10_500),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reply := s.post("/v1/links", body)
			reply.t = t
			reply.wantError(http.StatusBadRequest, "invalid_json")
		})
	}
	s.post("/v1/links", "", "Content-Type", "application/json").wantError(http.StatusBadRequest, "invalid_json")
}

func TestCreateLink_LimitsBodySize(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	padded := func(size int) string { return simple + strings.Repeat(" ", size-len(simple)) }
	s.create(padded(64 << 10))
	s.post("/v1/links", padded(64<<10+1)).wantError(http.StatusRequestEntityTooLarge, "body_too_large")
	s.post("/link/claim", padded(1<<20)).wantError(http.StatusRequestEntityTooLarge, "body_too_large")
}

func TestCreateLink_RequiresJSONContentType(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json/x", ";"} {
		s.post("/v1/links", simple, "Content-Type", kind).wantError(http.StatusUnsupportedMediaType, "unsupported_media_type")
		s.post("/link/claim", `{"code":"x"}`, "Content-Type", kind).wantError(http.StatusUnsupportedMediaType, "unsupported_media_type")
	}
	if reply := s.post("/v1/links", simple, "Content-Type", "Application/JSON; charset=utf-8"); reply.status != http.StatusCreated {
		t.Errorf("a charset is refused: %s", reply.body)
	}
}

func TestCreateLink_RepeatsNoCardNumber(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for name, body := range map[string]string{
		"as a value":        strings.Replace(write(""), `"cvv"`, `"CVV"`, 1),
		"in a wrong field":  strings.Replace(write(""), `"08/28"`, `"`+card+`"`, 1),
		"as a number":       strings.Replace(write(""), `"`+card+`"`, card, 1),
		"as a key":          strings.Replace(write(""), `"cvv"`, `"`+card+`":1,"cvv"`, 1),
		"as a grouped key":  with(`"4111 1111-1111 1111":1`),
		"twice":             strings.Replace(write(""), `"cvv"`, `"`+card+`":1,"`+card+`":1,"cvv"`, 1),
		"as a resource":     `{"integrationId":"shop","resource":"` + card + `","action":"` + card + `"}`,
		"as an integration": `{"integrationId":"` + card + `","resource":"paymentMethod","action":"read"}`,
		"in a broken body":  write("")[:len(write(""))-3],
		"in metadata":       with(`"metadata":{"` + card + `":` + card + `}`),
		"in a URL":          with(`"returnUrl":"file:///` + card + `","webhookUrl":"x:` + card + `"`),
	} {
		reply := s.post("/v1/links", body)
		if reply.status != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, reply.status)
		}
		if text := string(reply.body); strings.Contains(text, card) || strings.Contains(text, "1111") {
			t.Errorf("%s: %s", name, text)
		}
	}
	for _, query := range []string{"limit=" + card, "status=" + card, "cursor=" + card, card + "=1"} {
		if reply := s.get("/v1/links?" + query); reply.status != http.StatusBadRequest || strings.Contains(string(reply.body), card) {
			t.Errorf("%s: %d %s", query, reply.status, reply.body)
		}
	}
	if strings.Contains(s.logs.String(), "1111") {
		t.Error("the log holds it")
	}
}

func TestCreateLink_LimitsNumberOfIssues(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	reply := s.post("/v1/links", with(`"`+strings.Repeat(`a":1,"a`, 5_000)+`":1`))
	if lines := strings.Split(reply.issues(), "\n"); len(lines) != 100 {
		t.Errorf("%d issues", len(lines))
	}
}

func TestCreateLink_ChecksReturnURLOfOrganization(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.create(with(`"returnUrl":"https://anywhere.example/"`))
	if err := s.db.SetBranding(t.Context(), s.org.ID, db.Branding{DisplayName: "Acme", ReturnTo: []string{"shop.example.com", "myapp:"}}, "ada"); err != nil {
		t.Fatal(err)
	}
	s.create(with(`"returnUrl":"https://shop.example.com/done"`))
	s.create(with(`"returnUrl":"myapp://callback"`))
	s.create(simple)
	for _, address := range []string{"https://anywhere.example/", "yourapp://callback"} {
		refused := s.post("/v1/links", with(`"returnUrl":"`+address+`"`))
		refused.wantError(http.StatusBadRequest, "validation_failed")
		if !strings.Contains(string(refused.body), `"path":"returnUrl","message":"must lead to one of shop.example.com, myapp:`) {
			t.Errorf("%s: %s", address, refused.body)
		}
	}
}

func TestCreateLink_RefusesEncodedBody(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, encoding := range []string{"gzip", "br", "identity, deflate", "utf-8"} {
		reply := s.post("/v1/links", simple, "Content-Encoding", encoding)
		reply.wantError(http.StatusUnsupportedMediaType, "unsupported_content_encoding")
		if !strings.Contains(string(reply.body), "Content-Encoding") {
			t.Errorf("%s: the reply does not say why: %s", encoding, reply.body)
		}
	}
	if reply := s.post("/v1/links", simple, "Content-Encoding", "Identity"); reply.status != http.StatusCreated {
		t.Errorf("no encoding is refused: %s", reply.body)
	}
}

func TestCreateLink_IgnoresByteOrderMark(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.create("\ufeff" + simple)
	s.post("/v1/links", "\ufeff\ufeff"+simple).wantError(http.StatusBadRequest, "invalid_json")
}
