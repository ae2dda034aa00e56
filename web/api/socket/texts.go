package socket

import (
	"context"

	"passage/db"
	"passage/views"
)

// texts are the sentences that the person reads, about one link.
type texts struct {
	*views.Text
	languages         string // the request's Accept-Language
	merchant, service string
}

// loadTexts picks the language of the person's texts, and the names in them.
func (d *driver) loadTexts(ctx context.Context, link *db.Link) error {
	organization, err := d.DB.Organization(ctx, link.OrganizationID)
	if err != nil {
		return err
	}
	d.Text, d.merchant, d.service = views.Match(link.Locale, d.languages), organization.DisplayName, link.IntegrationID
	if integration, ok := d.Catalog.Get(link.IntegrationID); ok {
		d.service = integration.Name
	}
	return nil
}

// say fills the names into a sentence, and further pairs of name and value.
func (t *texts) say(sentence string, pairs ...string) string {
	return views.Fill(sentence, append([]string{"merchant", t.merchant, "service", t.service}, pairs...)...)
}
