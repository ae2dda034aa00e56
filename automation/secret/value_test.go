package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const canary = "hunter2-canary-wolf"

func TestValue_IsRedactedHoweverItIsPrinted(t *testing.T) {
	t.Parallel()
	value := New(canary)
	type answer map[string]Value
	type holder struct {
		Open   Value
		hidden Value
		Answer answer
		ptr    *Value
	}
	held := holder{value, value, answer{"password": value}, &value}
	var printed []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%T", "%10.3s"} {
		for _, v := range []any{value, &value, held, &held, answer{"p": value}, []Value{value}} {
			printed = append(printed, fmt.Sprintf(verb, v))
		}
	}
	for _, v := range []any{value, held, answer{"p": value}, map[string]Value{"p": value}} {
		encoded, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		printed = append(printed, string(encoded))
	}
	type element struct{ S Value }
	encoded, err := xml.Marshal(element{value})
	if err != nil {
		t.Fatal(err)
	}
	printed = append(printed, string(encoded), fmt.Errorf("oh: %v", value).Error())
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("m", "secret", value, "answer", answer{"p": value}, "held", held)
	}
	printed = append(printed, log.String())
	for _, text := range printed {
		if leaks(text) {
			t.Errorf("leaked: %s", text)
		}
	}
	if value.Reveal() != canary || (Value{}).Reveal() != "" {
		t.Error("Reveal does not give the text")
	}
}

// leaks looks for the canary and for a long part of it, plain and in hex.
func leaks(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "canary") || strings.Contains(text, fmt.Sprintf("%x", "canary")) || strings.Contains(text, "wolf")
}
