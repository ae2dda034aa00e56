package dialect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// DecodeJSON reads one JSON value and nothing after it. Dicts keep the order of
// their keys. Errors do not quote the text.
func DecodeJSON(text string) (starlark.Value, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	value, err := decodeValue(decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return value, nil
}

func decodeValue(decoder *json.Decoder, depth int) (starlark.Value, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, errors.New("not JSON") // the decoder's own error quotes the text
	}
	switch token := token.(type) {
	case nil:
		return starlark.None, nil
	case bool:
		return starlark.Bool(token), nil
	case string:
		return starlark.String(token), nil
	case json.Number:
		return decodeNumber(token)
	case json.Delim:
		if token == '[' {
			return decodeList(decoder, depth)
		}
		return decodeObject(decoder, depth)
	default:
		return nil, fmt.Errorf("unexpected %T", token)
	}
}

func decodeNumber(number json.Number) (starlark.Value, error) {
	if n, err := strconv.ParseInt(string(number), 10, 64); err == nil {
		return starlark.MakeInt64(n), nil
	}
	f, err := number.Float64()
	if err != nil {
		return nil, errors.New("a number is out of range")
	}
	return starlark.Float(f), nil
}

func decodeList(decoder *json.Decoder, depth int) (starlark.Value, error) {
	var items []starlark.Value
	for decoder.More() {
		item, err := decodeValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := decoder.Token() // ]
	return starlark.NewList(items), err
}

func decodeObject(decoder *json.Decoder, depth int) (starlark.Value, error) {
	object := starlark.NewDict(8)
	for decoder.More() {
		key, err := decodeValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		value, err := decodeValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		if err := object.SetKey(key, value); err != nil {
			return nil, err
		}
	}
	_, err := decoder.Token() // }
	return object, err
}
