package script

import "fmt"

// SourceError is one thing that is wrong with a script, at the line where its author
// can find it.
type SourceError struct {
	File    string
	Line    int // 0 if it concerns the file as a whole
	Message string
}

func (f *SourceError) Error() string {
	if f.Line == 0 {
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message)
}
