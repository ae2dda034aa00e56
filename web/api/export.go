package api

import (
	"context"
	"fmt"

	"passage/db"
	"passage/web/api/wire"
)

type exportInput struct {
	ExternalUserID string `path:"externalUserId" maxLength:"255" doc:"Your own id of the person, percent-encoded."`

	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many links on a page."`
	Cursor string `query:"cursor" doc:"The nextCursor of the page before."`
}

// exportUser shows all that is kept of a user. It decrypts what other operations
// show as well, and nothing else.
func (a *API) exportUser(ctx context.Context, input *exportInput) (*reply[wire.UserExport], error) {
	person := user(ctx, input.ExternalUserID)
	links, next, err := a.DB.LinksOf(ctx, person, input.Cursor, input.Limit)
	if err != nil {
		return nil, err
	}
	deletions, err := a.DB.UserDeletions(ctx, person)
	if err != nil {
		return nil, err
	}
	export := wire.UserExport{NextCursor: wire.OrNull(next),
		Links: make([]wire.ExportedLink, len(links)), Deletions: make([]wire.UserDeletion, len(deletions))}
	for n := range links {
		if export.Links[n], err = a.exportLink(ctx, &links[n]); err != nil {
			return nil, err
		}
	}
	for n := range deletions {
		export.Deletions[n] = wire.NewUserDeletion(&deletions[n])
	}
	return &reply[wire.UserExport]{export}, nil
}

func (a *API) exportLink(ctx context.Context, link *db.Link) (wire.ExportedLink, error) {
	export := wire.ExportedLink{LinkSummary: a.fields(ctx, link), UserLabel: wire.OrNull(link.UserLabel),
		WebhookURL: wire.OrNull(link.WebhookURL), Locale: wire.OrNull(link.Locale), Arguments: link.HasArguments()}
	for _, operation := range link.Operations {
		export.Summaries = append(export.Summaries, operation.Summary)
	}
	var err error
	if export.Result, err = a.DB.Result(link); err != nil {
		return export, err
	}
	if export.Sessions, err = a.exportSessions(ctx, link); err != nil {
		return export, err
	}
	export.Events, err = a.exportEvents(ctx, link)
	return export, err
}

func (a *API) exportSessions(ctx context.Context, link *db.Link) ([]wire.ExportedSession, error) {
	sessions, err := a.DB.SessionsOf(ctx, link.ID)
	if err != nil {
		return nil, err
	}
	exports := make([]wire.ExportedSession, len(sessions))
	for n := range sessions {
		if exports[n], err = a.exportSession(ctx, &sessions[n]); err != nil {
			return nil, err
		}
	}
	return exports, nil
}

func (a *API) exportSession(ctx context.Context, session *db.Session) (wire.ExportedSession, error) {
	export := wire.ExportedSession{Consent: wire.NewConsent(session.Consent)}
	var err error
	if export.SessionDetail, err = a.detailOf(ctx, session); err != nil {
		return export, err
	}
	prompts, err := a.DB.Prompts(ctx, session.ID)
	if err != nil {
		return export, err
	}
	export.Prompts = make([]wire.ExportedPrompt, len(prompts))
	for n := range prompts {
		if export.Prompts[n], err = wire.NewExportedPrompt(&prompts[n]); err != nil {
			return export, fmt.Errorf("read a question: %w", err)
		}
	}
	recordings, err := a.DB.Artifacts(ctx, session.ID)
	export.Recordings = len(recordings)
	return export, err
}

func (a *API) exportEvents(ctx context.Context, link *db.Link) ([]wire.ExportedEvent, error) {
	events, err := a.DB.EventsOfLink(ctx, link.ID)
	if err != nil {
		return nil, err
	}
	exports := make([]wire.ExportedEvent, len(events))
	for n := range events {
		deliveries, err := a.deliveriesOf(ctx, events[n].ID)
		if err != nil {
			return nil, err
		}
		exports[n] = wire.ExportedEvent{Event: wire.NewEvent(&events[n], link), Deliveries: deliveries}
	}
	return exports, nil
}
