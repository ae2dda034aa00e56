package script

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"passage/automation/browser"
	"passage/automation/script/dialect"
)

// urlWord is url(pattern).
func urlWord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return selectorOf("url=", b, args, kwargs, "pattern")
}

// textWord is text(words).
func textWord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return selectorOf("text=", b, args, kwargs, "words")
}

// hiddenWord is hidden(selector). Of a list it makes a list of outcomes.
func hiddenWord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var selector starlark.Value
	if err := dialect.Unpack(b.Name(), args, kwargs, "selector", &selector); err != nil {
		return nil, err
	}
	if _, _, err := selectorText(selector, elementProblem); err != nil {
		return nil, fmt.Errorf("hidden: %w", err)
	}
	if text, ok := starlark.AsString(selector); ok {
		return starlark.String("hidden=" + text), nil
	}
	var all []starlark.Value
	for item := range starlark.Elements(selector.(starlark.Sequence)) {
		all = append(all, starlark.String("hidden=")+item.(starlark.String))
	}
	return starlark.NewList(all), nil
}

// responseWord is response(path, status = …, method = …).
func responseWord(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var path, method string
	var status starlark.Value
	if err := dialect.Unpack(b.Name(), args, kwargs, "path", &path, "status?", &status, "method?", &method); err != nil {
		return nil, err
	}
	statuses, err := statusesOf(status)
	if err != nil {
		return nil, err
	}
	pattern, err := responsePattern(path, statuses, method)
	if err != nil {
		return nil, err
	}
	return starlark.String(pattern.Selector()), nil
}

// statusesOf reads a status, or a list of them: numbers, and classes such as "4xx".
func statusesOf(value starlark.Value) ([]string, error) {
	switch value := value.(type) {
	case nil, starlark.NoneType:
		return nil, nil
	case starlark.Int:
		return []string{value.String()}, nil
	case starlark.String:
		return []string{string(value)}, nil
	case *starlark.List:
		statuses := []string{}
		for item := range starlark.Elements(value) {
			if _, nested := item.(*starlark.List); nested {
				return nil, errors.New("response: status is a list in a list")
			}
			one, err := statusesOf(item)
			if err != nil {
				return nil, err
			}
			statuses = append(statuses, one...)
		}
		if len(statuses) == 0 {
			return nil, errors.New("response: the list of statuses is empty; leave status out for any")
		}
		return statuses, nil
	default:
		return nil, fmt.Errorf(`response: status must be a number, a class such as "4xx" or a list of them, not a %s`, value.Type())
	}
}

// responsePattern makes the pattern of responseWord.
func responsePattern(path string, statuses []string, method string) (browser.ResponsePattern, error) {
	if len(path) > maxPattern {
		return browser.ResponsePattern{}, errors.New("response: path must be 1 to 1000 bytes")
	}
	pattern, err := browser.NewResponsePattern(path, statuses, method)
	if err != nil {
		return browser.ResponsePattern{}, fmt.Errorf("response: %w", err)
	}
	return pattern, nil
}

// selectorOf makes the selector of an outcome.
func selectorOf(kind string, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, name string) (starlark.Value, error) {
	var value string
	if err := dialect.Unpack(b.Name(), args, kwargs, name, &value); err != nil {
		return nil, err
	}
	return starlark.String(kind + value), nil
}
