package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"passage/db"
	"passage/web/api/wire"
	"passage/web/problem"
)

type createLinkInput struct {
	jsonBody
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"The same key with the same body within 24 hours gives the first reply again."`
}

// rawReply is a reply that is stored, and is therefore rendered before huma gets it.
type rawReply struct {
	ContentType string `header:"Content-Type"`
	Replayed    string `header:"Idempotent-Replayed" doc:"“true” where an earlier reply was given again."`
	Body        []byte
}

func (a *API) createLink(ctx context.Context, input *createLinkInput) (*rawReply, error) {
	if input.IdempotencyKey != "" {
		return a.createOnce(ctx, input)
	}
	created, err := a.readLink(keyOf(ctx), input.RawBody)
	if err != nil {
		return nil, err
	}
	link, _, err := a.DB.CreateLink(ctx, created, nil)
	if err != nil {
		return nil, err
	}
	rendered, err := a.renderCreated(&link)
	return &rawReply{ContentType: "application/json", Body: rendered.Body}, err
}

// createOnce creates a link for an idempotency key, or returns the reply that the
// key had before.
func (a *API) createOnce(ctx context.Context, input *createLinkInput) (*rawReply, error) {
	name := input.IdempotencyKey
	if keyOf(ctx).Test {
		name = "test\x00" + name // test and live keys are separate; no header contains a NUL
	}
	var rendered db.Reply
	once, err := a.DB.Idempotent(ctx, db.Idempotency{Key: name, Body: input.RawBody,
		Reply: func(link db.Link) (_ db.Reply, err error) {
			rendered, err = a.renderCreated(&link)
			return rendered, err
		}})
	if err != nil {
		return nil, err
	}
	earlier, err := a.DB.Replay(ctx, organization(ctx), once)
	if err != nil {
		return nil, err
	}
	if earlier == nil {
		created, err := a.readLink(keyOf(ctx), input.RawBody)
		if err != nil {
			return nil, err
		}
		if _, earlier, err = a.DB.CreateLink(ctx, created, once); err != nil {
			return nil, err
		}
	}
	if earlier != nil {
		return &rawReply{ContentType: "application/json", Replayed: "true", Body: earlier.Body}, nil
	}
	return &rawReply{ContentType: "application/json", Body: rendered.Body}, nil
}

func (a *API) renderCreated(link *db.Link) (db.Reply, error) {
	view := wire.CreatedLink{
		LinkID: link.ID, ClaimCode: link.ClaimCode, IntegrationID: link.IntegrationID,
		Resource: link.Operations[0].Resource, Action: link.Operations[0].Action, Status: link.Status,
		ClaimURL: a.claimURL(link), AppClipURL: a.claimURL(link), ExternalID: link.ExternalUserID,
		Metadata: link.Metadata, ExpiresAt: link.ExpiresAt, CreatedAt: link.CreatedAt,
	}
	if link.ReturnURL != "" {
		view.ReturnURL = db.ReturnTo(link.ReturnURL, link.ID)
	}
	for _, operation := range link.Operations {
		view.Operations = append(view.Operations, wire.OperationName{Resource: operation.Resource, Action: operation.Action})
	}
	var text bytes.Buffer
	if err := huma.DefaultJSONFormat.Marshal(&text, view); err != nil {
		return db.Reply{}, fmt.Errorf("render link: %w", err)
	}
	return db.Reply{Status: http.StatusCreated, Body: text.Bytes()}, nil
}

func (a *API) claimURL(link *db.Link) string {
	return a.PublicURL.JoinPath("c", link.ClaimCode).String()
}

func (a *API) getLink(ctx context.Context, input *idInput) (*reply[wire.Link], error) {
	link, err := a.link(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	return a.showLink(ctx, &link)
}

func (a *API) showLink(ctx context.Context, link *db.Link) (*reply[wire.Link], error) {
	result, err := a.DB.Result(link)
	if err != nil {
		return nil, err
	}
	sessions, err := a.sessionsOf(ctx, link)
	if err != nil {
		return nil, err
	}
	return &reply[wire.Link]{wire.Link{LinkSummary: a.fields(ctx, link), Result: result, Sessions: sessions}}, nil
}

func (a *API) cancelLink(ctx context.Context, input *idInput) (*reply[wire.Link], error) {
	link, err := a.link(ctx, input.ID)
	if err != nil {
		return nil, err
	}
	if err := a.Runner.CancelLink(ctx, &link); err != nil {
		return nil, endedIsConflict(err)
	}
	shown, err := a.getLink(ctx, input)
	if err == nil && shown.Body.Status == db.LinkComplete { // its last step was beyond the point of no return
		return nil, db.ErrComplete
	}
	return shown, err
}

// endedIsConflict turns ErrExpired into a conflict, for changes of a link: an
// expired link still exists, so it is not gone.
func endedIsConflict(err error) error {
	if errors.Is(err, db.ErrExpired) {
		return expiredAlready()
	}
	return err
}

func expiredAlready() *problem.Problem {
	return problem.Conflict("link_expired", "The link has expired already.")
}

// deleteLinkData destroys the data of a link and blanks what names its person. Its
// rows and statuses stay.
func (a *API) deleteLinkData(ctx context.Context, input *idInput) (*struct{}, error) {
	if err := a.mayChange(ctx, input.ID); err != nil {
		return nil, err
	}
	return nil, a.DB.DestroyData(ctx, organization(ctx), input.ID)
}

type listLinksInput struct {
	Limit          int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many on a page."`
	Cursor         string `query:"cursor" doc:"The nextCursor of the page before."`
	Status         string `query:"status" enum:"pending,active,complete,failed,expired" doc:"Only links in this state, as of now."`
	IntegrationID  string `query:"integrationId" doc:"Only links to this service."`
	ExternalUserID string `query:"externalUserId" doc:"Only links of this user of yours."`
	ErrorCode      string `query:"errorCode" doc:"The code of the error that the link has now."`
	CreatedAfter   int64  `query:"createdAfter" minimum:"0" doc:"Unix milliseconds: only links created later."`
	Reference      string `query:"reference" pattern:"^sess_[0-9A-Za-z_-]{8,}$" patternDescription:"a reference" doc:"What a person was shown for support, such as sess_4KwX0b2N: the link of that session."`
}

func (a *API) listLinks(ctx context.Context, input *listLinksInput) (*reply[wire.LinkList], error) {
	links, next, err := a.DB.Links(ctx, db.LinkFilter{
		OrganizationID: organization(ctx), TestOnly: keyOf(ctx).Test, Status: db.LinkStatus(input.Status), IntegrationID: input.IntegrationID,
		ExternalUserID: input.ExternalUserID, ErrorCode: input.ErrorCode, CreatedAfter: input.CreatedAfter,
		Reference: input.Reference, Cursor: input.Cursor, Limit: input.Limit,
	})
	if err != nil {
		return nil, err
	}
	list := wire.LinkList{Links: make([]wire.LinkSummary, len(links)), NextCursor: wire.OrNull(next)}
	for n := range links {
		list.Links[n] = a.fields(ctx, &links[n])
	}
	return &reply[wire.LinkList]{list}, nil
}

func (a *API) fields(ctx context.Context, link *db.Link) wire.LinkSummary {
	fields := wire.LinkSummary{
		ID: link.ID, IntegrationID: link.IntegrationID,
		Resource: link.Operations[0].Resource, Action: link.Operations[0].Action,
		ExternalUserID: wire.OrNull(link.ExternalUserID), Metadata: link.Metadata, Status: link.Status,
		CurrentSessionID: wire.OrNull(link.CurrentSessionID), Error: wire.NewSessionError(link.Error), Test: link.Test,
		Debug: link.Debug, Reusable: link.Reusable, ReturnRequired: link.AwaitsReturn(), ExpiresAt: link.ExpiresAt, CreatedAt: link.CreatedAt,
		UpdatedAt: link.UpdatedAt, CompletedAt: link.CompletedAt, DataDeletedAt: link.DataDeletedAt,
	}
	if keyOf(ctx).Scope.Covers(db.ScopeLinks) {
		fields.ClaimURL = wire.OrNull(a.claimURL(link))
	}
	if link.ReturnURL != "" {
		fields.ReturnURL = wire.OrNull(db.ReturnTo(link.ReturnURL, link.ID))
	}
	for _, o := range link.Operations {
		fields.Operations = append(fields.Operations, wire.Operation{Resource: o.Resource, Action: o.Action, Status: o.Status})
	}
	return fields
}
