package script

import "fmt"

// SourceError is something wrong in the source of a script.
type SourceError struct {
	File    string
	Line    int // 0 if it concerns the file as a whole
	Message string
}

func (e *SourceError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Message)
}
