package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	"passage/automation/outcome"
	"passage/automation/prompt"
	"passage/db"
	view "passage/views/admin"
)

// ShowSession shows everything that is known of a session.
func (h *Handler) ShowSession(w http.ResponseWriter, r *http.Request) error {
	session, link, err := h.DB.Session(r.Context(), chi.URLParam(r, "sessionID"))
	if err != nil {
		return err
	}
	organization, err := h.DB.Organization(r.Context(), link.OrganizationID)
	if err != nil {
		return err
	}
	model := view.Session{
		ID: session.ID, Status: string(session.Status), Suspect: session.Suspect, LinkID: link.ID, LinkStatus: string(link.Status),
		Organization: organization.DisplayName, Integration: link.IntegrationID, Version: shortHash(session.Version),
		Attempt: session.Attempt, Language: consentLanguage(session.Consent), Created: time.UnixMilli(session.CreatedAt),
		Started: timeOf(session.StartedAt), Ended: timeOf(session.EndedAt),
	}
	for _, fill := range []func(context.Context, *view.Session, db.Session) error{
		h.fillOperations, h.fillTimeline, h.fillPrompts, h.fillPicture, h.fillScript, h.fillAttempts, h.fillWebhooks,
	} {
		if err := fill(r.Context(), &model, session); err != nil {
			return err
		}
	}
	return render(w, r, http.StatusOK, view.SessionPage(h.layout(r), model))
}

func consentLanguage(consent db.Consent) string {
	if consent.Language == "" {
		return consent.Via
	}
	return consent.Language
}

func timeOf(moment *int64) time.Time {
	if moment == nil {
		return time.Time{}
	}
	return time.UnixMilli(*moment)
}

// durationBetween is how long something lasted that may not have begun or ended.
func durationBetween(from, to *int64) time.Duration {
	if from == nil || to == nil {
		return 0
	}
	return time.Duration(*to-*from) * time.Millisecond
}

func (h *Handler) fillOperations(ctx context.Context, model *view.Session, session db.Session) error {
	operations, err := h.DB.SessionOperations(ctx, session.ID)
	for _, o := range operations {
		model.Operations = append(model.Operations, view.Operation{Name: o.Name(), Status: string(o.Status),
			Started: timeOf(o.StartedAt), Took: durationBetween(o.StartedAt, o.EndedAt), Submitted: timeOf(o.SubmittedAt)})
	}
	if session.Error != nil {
		model.Verdict.Code, model.Verdict.Detail = outcome.Code(session.Error.Code), session.Error.Detail
		model.Verdict.Cause = outcome.Code(session.Error.Cause)
		if position := session.Error.Operation; position != nil && *position < len(operations) {
			model.Verdict.Operation = operations[*position].Name()
		}
	}
	return err
}

func (h *Handler) fillPrompts(ctx context.Context, model *view.Session, session db.Session) error {
	prompts, err := h.DB.Prompts(ctx, session.ID)
	if err != nil {
		return err
	}
	for _, p := range prompts {
		var question prompt.Prompt
		if err := json.Unmarshal(p.Question, &question); err != nil {
			return fmt.Errorf("read prompt: %w", err)
		}
		model.Prompts = append(model.Prompts, view.Prompt{Kind: p.Kind, Reason: question.Reason,
			Opened: time.UnixMilli(p.CreatedAt), Took: durationBetween(&p.CreatedAt, p.ClosedAt), Status: string(p.Status)})
	}
	return nil
}

func (h *Handler) fillPicture(ctx context.Context, model *view.Session, session db.Session) error {
	artifacts, err := h.DB.Artifacts(ctx, session.ID)
	for n, artifact := range artifacts {
		picture := artifactPath + "/" + url.PathEscape(artifact.ID)
		if n < len(artifacts)-1 {
			model.Earlier = append(model.Earlier, picture)
		} else {
			model.Picture = picture
		}
	}
	return err
}

func (h *Handler) fillScript(ctx context.Context, model *view.Session, session db.Session) error {
	script, err := h.DB.Script(ctx, session.Version)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	model.Script = view.Script{Name: shortHash(session.Version), Source: script.Source, Failed: model.Verdict.Line}
	return err
}

func (h *Handler) fillAttempts(ctx context.Context, model *view.Session, session db.Session) error {
	attempts, err := h.DB.SessionsOf(ctx, session.LinkID)
	for _, attempt := range attempts {
		model.Attempts = append(model.Attempts, view.Attempt{Here: attempt.ID == session.ID,
			Row: h.row(attempt, model.Integration, model.Organization)})
	}
	return err
}

// ShowArtifact sends a recorded picture.
func (h *Handler) ShowArtifact(w http.ResponseWriter, r *http.Request) error {
	artifact, content, err := h.DB.ArtifactContent(r.Context(), chi.URLParam(r, "artifactID"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", artifact.MediaType)
	if _, err := w.Write(content); err != nil && r.Context().Err() == nil {
		return fmt.Errorf("write artifact: %w", err)
	}
	return nil
}
