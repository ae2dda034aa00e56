package automation

import (
	"errors"
	"testing"
	"time"

	"passage/automation/prompt"
)

// After the attempt nobody would use the browser, or leave the queue.
func TestSession_EnqueuesNothingAfterItsAttempt(t *testing.T) {
	t.Parallel()
	s := &session{}
	s.conversation.begin(newQuestion("question", prompt.Prompt{Kind: prompt.Credentials}, time.Minute))
	s.conversation.close()
	if err := s.answer(t.Context(), "question", map[string]string{}); !errors.Is(err, ErrPromptClosed) {
		t.Errorf("a late answer gets %v", err)
	}
}
