package chrome

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
)

// NewWorld makes an isolated world in a frame's present document. Its scripts
// share the document with the site's scripts, and nothing else.
func (s Session) NewWorld(ctx context.Context, frame FrameID, name string) (WorldID, error) {
	made, err := proto.PageCreateIsolatedWorld{FrameID: proto.PageFrameID(frame), WorldName: name}.Call(s.at(ctx))
	if err != nil {
		return 0, err
	}
	return WorldID(made.ExecutionContextID), nil
}

// Exception is the error of a script that threw.
type Exception struct {
	Line int    `json:"lineNumber"`
	Text string `json:"text"`
}

func (e *Exception) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Run runs a script in a world.
func (s Session) Run(ctx context.Context, world WorldID, script string) error {
	_, err := s.evaluate(ctx, world, script, false)
	return err
}

// Evaluate runs a script in a world and decodes its value.
func (s Session) Evaluate(ctx context.Context, world WorldID, script string, into any) error {
	result, err := s.evaluate(ctx, world, script, true)
	if err != nil {
		return err
	}
	return result.Value.Unmarshal(into)
}

func (s Session) evaluate(ctx context.Context, world WorldID, script string, byValue bool) (*proto.RuntimeRemoteObject, error) {
	result, err := proto.RuntimeEvaluate{
		Expression: script, ContextID: proto.RuntimeExecutionContextID(world), ReturnByValue: byValue,
	}.Call(s.at(ctx))
	if err != nil {
		return nil, err
	}
	if e := result.ExceptionDetails; e != nil {
		return nil, &Exception{e.LineNumber, e.Text}
	}
	return result.Result, nil
}

// Argument is an argument of CallFunction: a value, or a node that
// ResolveNodes found.
type Argument struct {
	Value  any                         `json:"value,omitempty"`
	Object proto.RuntimeRemoteObjectID `json:"objectId,omitempty"`
}

// CallFunction calls a function in a world, waits for its promise, and decodes
// what it gives. into, a pointer, stays as it is if the function returns nothing.
func (s Session) CallFunction(ctx context.Context, world WorldID, function string, arguments []Argument, into any) error {
	message, err := s.process.client.Call(ctx, string(s.id), "Runtime.callFunctionOn", map[string]any{
		"functionDeclaration": function,
		"executionContextId":  world,
		"arguments":           arguments,
		"awaitPromise":        true,
		"returnByValue":       true,
	})
	if err != nil {
		return err
	}
	var reply struct {
		Result           struct{ Value any }
		ExceptionDetails *Exception
	}
	reply.Result.Value = into // decoding fills what it points to
	if err := json.Unmarshal(message, &reply); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if reply.ExceptionDetails != nil {
		return reply.ExceptionDetails
	}
	return nil
}

// FrameIn returns the frame inside the iframe that a script's value is. If it
// is none, the error is one that IsDetached reports.
func (s Session) FrameIn(ctx context.Context, world WorldID, script string) (FrameID, error) {
	element, err := s.evaluate(ctx, world, script, false)
	if err != nil {
		return "", err
	}
	if element == nil || element.ObjectID == "" {
		return "", cdp.ErrCtxDestroyed
	}
	described, err := proto.DOMDescribeNode{ObjectID: element.ObjectID}.Call(s.at(ctx))
	if err != nil {
		return "", err
	}
	return FrameID(described.Node.FrameID), nil
}
