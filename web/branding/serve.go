package branding

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"passage/db"
	"passage/web/problem"
)

// The addresses that Server answers. What is at one never changes.
const (
	LogoRoute    = "/logos/{logo}.png"
	AccentRoute  = "/accents/{accent}.css"
	PreviewRoute = "/accents/preview/{accent}.css"
)

// LogoPath is where a logo is; empty where there is none.
func LogoPath(hash string) string {
	if hash == "" {
		return ""
	}
	return strings.Replace(LogoRoute, "{logo}", hash, 1)
}

// AccentPath is where the style sheet of an accent is; empty where there is none.
func AccentPath(accent string) string { return accentPath(AccentRoute, accent) }

// PreviewPath is the same for the dashboard, which shows both themes at once.
func PreviewPath(accent string) string { return accentPath(PreviewRoute, accent) }

func accentPath(route, accent string) string {
	if accent == "" {
		return ""
	}
	return strings.Replace(route, "{accent}", strings.TrimPrefix(accent, "#"), 1)
}

// Server serves logos and colours.
type Server struct{ DB *db.DB }

// ShowLogo serves a logo: always a PNG that was made here.
func (s *Server) ShowLogo(w http.ResponseWriter, r *http.Request) error {
	png, err := s.DB.Logo(r.Context(), chi.URLParam(r, "logo"))
	if err != nil {
		return err
	}
	serve(w, "image/png", png)
	return nil
}

// ShowAccent serves the style sheet that gives the hosted pages an accent. It is
// made of the address alone.
func (s *Server) ShowAccent(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, `@media screen {
  :root { --accent: %s; --on-accent: %s; }
  @media (prefers-color-scheme: dark) { :root { --accent: %s; --on-accent: %s; } }
}
`)
}

// ShowPreview serves the same for the two halves of the dashboard's preview.
func (s *Server) ShowPreview(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, `.preview-light { --accent: %s; --on-accent: %s; }
.preview-dark { --accent: %s; --on-accent: %s; }
`)
}

func show(w http.ResponseWriter, r *http.Request, sheet string) error {
	asked := "#" + chi.URLParam(r, "accent")
	accent, fault := readAccent(asked)
	if fault != "" || accent != asked {
		return problem.NotFound()
	}
	shades := ShadesOf(accent)
	serve(w, "text/css; charset=utf-8", fmt.Appendf(nil, sheet, shades.Light, shades.OnLight, shades.Dark, shades.OnDark))
	return nil
}

func serve(w http.ResponseWriter, mediaType string, content []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if _, err := w.Write(content); err != nil {
		return // the reader is gone
	}
}
