package automation

import (
	"errors"
	"testing"
	"time"

	"passage/automation/prompt"
)

// Once an attempt is over, nobody would take the browser whose turn it comes to
// be, nor leave the line.
func TestNoAnswerTakesAPlaceAfterTheAttempt(t *testing.T) {
	t.Parallel()
	s := &session{opening: newQuestion("question", prompt.Prompt{Kind: prompt.Credentials}, time.Minute)}
	s.question = s.opening
	s.leaveLine()
	if err := s.take(t.Context(), "question", map[string]string{}); !errors.Is(err, ErrAnswered) {
		t.Errorf("an answer that is late gets %v", err)
	}
}
