package script

import (
	"fmt"
	"math/big"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// operatorGuard makes the function that stands for an operator.
func operatorGuard(operator syntax.Token) *starlark.Builtin {
	return starlark.NewBuiltin(operator.String(), func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		x, y := args[0], args[1]
		for _, operand := range args {
			if secret, ok := operand.(*opaque); ok {
				return nil, secret.refuse(fmt.Sprintf("it cannot be used with %s", operator))
			}
		}
		if err := checkOperator(allowanceOf(thread), operator, x, y); err != nil {
			return nil, err
		}
		if operator == syntax.EQL || operator == syntax.NEQ {
			same, err := starlark.Compare(operator, x, y)
			return starlark.Bool(same), err
		}
		return starlark.Binary(operator, x, y)
	})
}

// checkOperator allows what x operator y is about to make.
func checkOperator(a *allowance, operator syntax.Token, x, y starlark.Value) error {
	switch operator {
	case syntax.PLUS, syntax.PIPE:
		return checkSum(a, x, y)
	case syntax.STAR:
		return checkProduct(a, x, y)
	case syntax.LTLT:
		if n, ok := x.(starlark.Int); ok && n.BigInt().BitLen() > maxBits {
			return errTooManyBits
		}
	case syntax.PERCENT:
		if format, ok := x.(starlark.String); ok {
			return checkFormat(a, string(format), '%', y)
		}
	}
	return nil
}

var errTooManyBits = fmt.Errorf("this number has more than %d bits", maxBits)

func checkSum(a *allowance, x, y starlark.Value) error {
	switch x := x.(type) {
	case starlark.Int, starlark.Float:
		return nil
	case starlark.String:
		if y, ok := y.(starlark.String); ok {
			return a.text(len(x) + len(y))
		}
		return nil
	default:
		return a.items(max(0, starlark.Len(x)) + max(0, starlark.Len(y)))
	}
}

func checkProduct(a *allowance, x, y starlark.Value) error {
	if _, ok := x.(starlark.Int); !ok {
		x, y = y, x
	}
	factor, ok := x.(starlark.Int)
	if !ok {
		return nil
	}
	if other, ok := y.(starlark.Int); ok {
		if bits(factor)+bits(other) > maxBits {
			return errTooManyBits
		}
		return nil
	}
	n := starlark.Len(y)
	if s, ok := y.(starlark.String); ok {
		n = len(s)
	}
	if n <= 0 || factor.Sign() <= 0 {
		return nil
	}
	times, ok := factor.Int64()
	if !ok || times > maxText {
		times = maxText + 1
	}
	if _, ok := y.(starlark.String); ok {
		return a.text(n * int(times))
	}
	return a.items(n * int(times))
}

func bits(n starlark.Int) int {
	if small, ok := n.Int64(); ok {
		return big.NewInt(small).BitLen()
	}
	return n.BigInt().BitLen()
}

// checkFormat allows a formatted text: at most, every mark stands for
// everything that was given.
func checkFormat(a *allowance, format string, mark byte, values ...starlark.Value) error {
	size := 0
	for _, v := range values {
		one, err := printedSize(v)
		if err != nil {
			return err
		}
		size += one
	}
	return a.text(len(format) + strings.Count(format, string(mark))*size)
}

// copyGuard allows another copy of its operand and returns the operand.
func copyGuard(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if secret, ok := args[0].(*opaque); ok {
		return nil, secret.refuse("it cannot be taken apart or added to")
	}
	return args[0], allowanceOf(thread).value(args[0])
}

// methodGuard stands for x.name, where name is a method that makes something
// new. The method that it returns checks its arguments first.
func methodGuard(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x, name := args[0], string(args[1].(starlark.String))
	if secret, ok := x.(*opaque); ok {
		return nil, secret.refuse("it has no ." + name)
	}
	owner, ok := x.(starlark.HasAttrs)
	if !ok {
		return nil, fmt.Errorf("%s has no .%s field or method", x.Type(), name)
	}
	attribute, err := owner.Attr(name)
	if err != nil {
		return nil, err
	}
	if attribute == nil {
		return nil, fmt.Errorf("%s has no .%s field or method%s", x.Type(), name, Suggest(name, owner.AttrNames()))
	}
	method, ok := attribute.(*starlark.Builtin)
	if !ok || method.Receiver() == nil {
		return attribute, nil
	}
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := checkMethod(allowanceOf(thread), x, name, args, kwargs); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return method.CallInternal(thread, args, kwargs)
	}), nil
}

func checkMethod(a *allowance, x starlark.Value, name string, args starlark.Tuple, kwargs []starlark.Tuple) error {
	values := append(starlark.Tuple{}, args...)
	for _, pair := range kwargs {
		values = append(values, pair[1])
	}
	receiver, isText := x.(starlark.String)
	if isText {
		if err := refuseOpaque("a text", values); err != nil {
			return err
		}
	}
	switch {
	case isText && name == "format":
		return checkFormat(a, string(receiver), '{', values...)
	case isText && name == "join" && len(args) == 1:
		size, err := printedSize(args[0])
		if err != nil {
			return err
		}
		return a.text(size + len(receiver)*max(0, starlark.Len(args[0])))
	case isText && name == "replace" && len(args) >= 2:
		return checkReplace(a, string(receiver), args)
	case isText && strings.HasSuffix(name, "split"), isText && name == "splitlines":
		return a.spend(len(receiver) * itemSize / 2) // at most every other byte starts a part
	}
	for _, v := range append(values, x) {
		if err := a.value(v); err != nil {
			return err
		}
	}
	return nil
}

func checkReplace(a *allowance, s string, args starlark.Tuple) error {
	old, ok1 := args[0].(starlark.String)
	fresh, ok2 := args[1].(starlark.String)
	if !ok1 || !ok2 {
		return nil // the method itself says what it wants
	}
	times := strings.Count(s, string(old))
	if len(args) > 2 {
		if most, err := starlark.AsInt32(args[2]); err == nil && most >= 0 {
			times = min(times, most)
		}
	}
	return a.text(len(s) + times*(len(fresh)-len(old)))
}

// guards returns the guarding functions by name.
func guards() starlark.StringDict {
	words := starlark.StringDict{
		guardMethod: starlark.NewBuiltin(guardMethod, methodGuard),
		guardSlice:  starlark.NewBuiltin(guardSlice, copyGuard),
		guardCopy:   starlark.NewBuiltin(guardCopy, copyGuard),
	}
	for operator := range guardedOperators {
		words[operator.String()] = operatorGuard(operator)
	}
	return words
}
