package gallery

import (
	"time"

	"passage/views/admin"
)

const organizationPath = "/organizations/org_4fQ8"

func organizationScreens() []Screen {
	f := adminLayout("Organizations")
	coloured := f
	coloured.Colours = "/accents/preview/7a2fd0.css"
	taken := admin.Field{Value: "AT&T", Error: resembles("AT&T")}
	noKeys := admin.Keys{Organization: organization("API keys"), Form: apiKeys().Form}
	noKeys.Form.Name.Value, noKeys.Form.Scope, noKeys.Form.Test = "nightly report", "read", true
	noKeys.Form.Days = admin.Field{Value: "soon", Error: "must be a number from 0 to 3650"}
	noWebhooks := merchantWebhooks()
	noWebhooks.Keys, noWebhooks.Paused, noWebhooks.Latest = nil, nil, nil
	noWebhooks.Overlap = admin.Field{Value: "a day", Error: "must be a number from 0 to 2160"}
	secret := admin.Secret{Organization: organization("API keys"), Title: "The new API key", Back: organizationPath,
		Note: "The merchant’s server sends it with every request, as “Authorization: Bearer …”. Hand it over where nobody else reads it."}
	shown := secret
	shown.Secret = "psg_0000000000-NOT-A-KEY-0000000000-000000"
	return []Screen{
		{dashboard, "Organizations", admin.OrganizationsPage(f, organizations())},
		{dashboard, "Organizations, none", admin.OrganizationsPage(f, admin.Organizations{Create: "/organizations", Name: taken})},
		{dashboard, "API keys", admin.KeysPage(f, apiKeys())},
		{dashboard, "API keys, none", admin.KeysPage(f, noKeys)},
		{dashboard, "API key", admin.KeyPage(f, admin.KeyActions{Organization: organization("API keys"), Key: apiKeys().InForce[0],
			Rotate: organizationPath + "/keys/key_1/rotate", Revoke: organizationPath + "/keys/key_1/revoke", Overlap: admin.Field{Value: "24"}})},
		{dashboard, "A secret, shown once", admin.SecretPage(f, shown)},
		{dashboard, "A secret, asked for again", admin.SecretPage(f, secret)},
		{dashboard, "Branding", admin.BrandingPage(coloured, branding())},
		{dashboard, "Branding, mistakes", admin.BrandingPage(coloured, wrongBranding())},
		{dashboard, "Webhooks", admin.OrganizationWebhooksPage(f, merchantWebhooks())},
		{dashboard, "Webhooks, none", admin.OrganizationWebhooksPage(f, noWebhooks)},
	}
}

func resembles(name string) string {
	return "must not resemble “" + name + "”, which is an integration: people would take one for the other"
}

func organizations() admin.Organizations {
	return admin.Organizations{Create: "/organizations", Rows: []admin.OrganizationRow{
		{Name: "acme", DisplayName: "Acme", Logo: logo, To: organizationPath, Keys: 3, Links: 1204, Failures: 19, LastUse: moment.Add(-40 * time.Second)},
		{Name: "Globex", DisplayName: "Globex", To: organizationPath, Keys: 1, Links: 88, Failures: 6, LastUse: moment.Add(-3 * time.Hour)},
		{Name: "Grand Central Household Budgeting", DisplayName: "Grand Central Household Budgeting", To: organizationPath},
	}}
}

func organization(here string) admin.Organization {
	o := admin.Organization{ID: "org_4fQ8mZr1", Name: "acme", DisplayName: "Acme", Logo: logo, Tabs: []admin.Link{
		{Name: "API keys", To: organizationPath}, {Name: "Branding", To: organizationPath + "/branding"}, {Name: "Webhooks", To: organizationPath + "/webhooks"}}}
	for i := range o.Tabs {
		o.Tabs[i].Here = o.Tabs[i].Name == here
	}
	return o
}

func apiKeys() admin.Keys {
	const day = 24 * time.Hour
	return admin.Keys{
		Organization: organization("API keys"),
		InForce: []admin.Key{
			{ID: "key_1", Name: "checkout server", Shown: "psg_…4f2a", Scope: "all", Created: moment.Add(-90 * day), LastUse: moment.Add(-40 * time.Second), To: organizationPath + "/keys/key_1"},
			{ID: "key_2", Name: "nightly report", Shown: "psg_…Qw9_", Scope: "read", Created: moment.Add(-30 * day), LastUse: moment.Add(-11 * time.Hour), Ends: moment.Add(60 * day), To: organizationPath + "/keys/key_2"},
			{ID: "key_3", Shown: "psg_test_…0bT8", Scope: "links", Test: true, Created: moment.Add(-2 * time.Hour), To: organizationPath + "/keys/key_3"},
		},
		Ended: []admin.Key{
			{ID: "key_0", Name: "checkout server", Shown: "psg_…zz10", Scope: "all", Created: moment.Add(-400 * day), LastUse: moment.Add(-90 * day), Revoked: moment.Add(-89 * day)},
		},
		Form: admin.KeyForm{Action: organizationPath + "/keys", Scope: "all"},
	}
}

func branding() admin.Branding {
	return admin.Branding{
		Organization: organization("Branding"), Save: organizationPath + "/branding", SaveLogo: organizationPath + "/logo", RemoveLogo: organizationPath + "/logo/remove",
		DisplayName: admin.Field{Value: "Acme"}, Accent: admin.Field{Value: "#7a2fd0"}, Support: admin.Field{Value: "help@acme.example"},
		ReturnTo: admin.Field{Value: "shop.acme.example\nacmeapp:"}, EmbedOrigins: admin.Field{Value: "https://shop.acme.example"},
		Advice: "in the dark theme, where its contrast is 2.2 : 1 and text needs 4.5 : 1, #ac7be2 is shown", Saved: true,
		Preview: admin.Preview{Name: "Acme", Logo: logo, Support: "help@acme.example"},
		Changes: []admin.Change{
			{At: moment.Add(-3 * time.Second), Actor: "ops@acme.example", Field: "accent", Before: "#12594a", After: "#7a2fd0"},
			{At: moment.Add(-50 * time.Hour), Actor: "root at the command line", Field: "return to", After: "shop.acme.example acmeapp:"},
			{At: moment.Add(-90 * 24 * time.Hour), Actor: "root at the command line", Field: "created", After: "acme"},
		},
	}
}

func wrongBranding() admin.Branding {
	m := branding()
	m.Saved, m.Advice, m.LogoError = false, "", "must be a PNG, JPEG, GIF or WebP picture"
	m.DisplayName = admin.Field{Value: "T-Mobi1e Support", Error: resembles("T-Mobile")}
	m.Accent = admin.Field{Value: "red", Error: "must be a colour such as #12594a"}
	m.EmbedOrigins = admin.Field{Value: "https://shop.acme.example/cart",
		Error: "\"https://shop.acme.example/cart\" must be an exact origin, such as https://shop.example.com: no path and no *"}
	return m
}

func merchantWebhooks() admin.OrganizationWebhooks {
	sent := func(name, status, fault string, since time.Duration) admin.SentEvent {
		return admin.SentEvent{Name: name, At: moment.Add(-since), Session: "sess_9cRf3Xv1", To: "/sessions/sess_9cRf3Xv1",
			Again: organizationPath + "/webhooks/events/evt_1", Delivery: admin.Delivery{Host: "shop.acme.example", Status: status,
				Attempts: []admin.DeliveryAttempt{{At: moment.Add(-since), Code: 503, Took: 84 * time.Millisecond, Error: fault}}}}
	}
	expired := sent("link.expired", "", "", 26*time.Hour)
	expired.Session, expired.To, expired.Again = "", "", ""
	return admin.OrganizationWebhooks{
		Organization: organization("Webhooks"), Show: organizationPath + "/webhooks/secret", Rotate: organizationPath + "/webhooks/rotate",
		Overlap: admin.Field{Value: "24"},
		Keys: []admin.SigningKey{
			{ID: "whk_8Vw3xR0pLk2m", Created: moment.Add(-2 * time.Hour)},
			{ID: "whk_1Zq7tB5nYd9c", Created: moment.Add(-200 * 24 * time.Hour), Until: moment.Add(22 * time.Hour)},
		},
		Paused: []admin.PausedHost{{Organization: "Acme", Host: "old.acme.example", Since: moment.Add(-31 * time.Hour), Waiting: 4}},
		Latest: []admin.SentEvent{
			sent("link.complete", "delivered", "", 40*time.Second),
			sent("link.failed", "pending", "the receiver answered 503: it failed; its own log says why", 9*time.Minute),
			expired,
		},
	}
}
