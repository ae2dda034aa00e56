package db

import (
	"context"
	"fmt"

	"passage/automation/event"
	"passage/db/engine"
	"passage/db/seal"
)

// MaxArtifactBytes is how large a recording's picture may be, in bytes.
const MaxArtifactBytes = 2 << 20

// Artifact is a picture of a session's page, masked before it was taken.
type Artifact struct {
	ID        string
	SessionID string
	Seq       int // of the event that it belongs to
	Kind      string
	MediaType string
	CreatedAt int64
}

const artifactColumns = `a.id, a.session_id, a.seq, a.kind, a.media_type, a.created_at`

func artifactAAD(organizationID, id string) seal.AAD {
	return seal.AAD{Organization: organizationID, Table: "artifacts", Row: id, Column: "content"}
}

// SaveScreenshot stores a picture, encrypted with its link's data key. The event's data is
// {"artifact": id}.
func (db *DB) SaveScreenshot(ctx context.Context, lease Lease, mediaType string, content []byte) error {
	if len(content) > MaxArtifactBytes {
		return fmt.Errorf("save screenshot: %d bytes are more than %d", len(content), MaxArtifactBytes)
	}
	id, err := db.newID(artifactPrefix)
	if err != nil {
		return err
	}
	encrypted, err := db.encryptForLink(ctx, lease.LinkID, content, func(l *Link) seal.AAD { return artifactAAD(l.OrganizationID, id) })
	if err != nil {
		return fmt.Errorf("save screenshot: %w", err)
	}
	err = db.transact(ctx, func(tx *tx) error {
		seq, err := tx.record(lease, anyOpen, "", event.EvidenceKept, event.Evidence{Artifact: id})
		if err != nil {
			return err
		}
		return tx.exec(`INSERT INTO artifacts (id, session_id, seq, kind, media_type, content, created_at)
			VALUES ($1, $2, $3, 'screenshot', $4, $5, $6)`, id, lease.SessionID, seq, mediaType, encrypted, tx.Now)
	})
	if err != nil {
		return fmt.Errorf("save screenshot: %w", err)
	}
	return nil
}

// Artifacts lists what was recorded of a session, without the content.
func (db *DB) Artifacts(ctx context.Context, sessionID string) ([]Artifact, error) {
	found, err := engine.Collect(ctx, db.read, func(r engine.Row) (a Artifact, err error) {
		return a, r.Scan(&a.ID, &a.SessionID, &a.Seq, &a.Kind, &a.MediaType, &a.CreatedAt)
	}, `SELECT `+artifactColumns+` FROM artifacts a WHERE a.session_id = $1 ORDER BY a.seq, a.id`, sessionID)
	if err != nil {
		return nil, fmt.Errorf("list artifacts: %w", err)
	}
	return found, nil
}

// ArtifactContent decrypts one. ErrNotFound says that it or its key is gone.
func (db *DB) ArtifactContent(ctx context.Context, id string) (Artifact, []byte, error) {
	var a Artifact
	var encrypted []byte
	err := db.read.QueryRowContext(ctx, `SELECT `+artifactColumns+`, a.content FROM artifacts a WHERE a.id = $1`, id).
		Scan(&a.ID, &a.SessionID, &a.Seq, &a.Kind, &a.MediaType, &a.CreatedAt, &encrypted)
	if err != nil {
		return Artifact{}, nil, fmt.Errorf("find artifact: %w", orNotFound(err))
	}
	_, link, err := db.Session(ctx, a.SessionID)
	if err != nil {
		return Artifact{}, nil, err
	}
	key, err := db.dataKey(&link)
	if err != nil {
		return Artifact{}, nil, fmt.Errorf("decrypt artifact: %w", err)
	}
	content, err := key.Decrypt(artifactAAD(link.OrganizationID, a.ID), encrypted)
	return a, content, err
}
