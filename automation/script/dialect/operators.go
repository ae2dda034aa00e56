package dialect

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// guards returns the guard functions by name.
func guards() starlark.StringDict {
	functions := starlark.StringDict{
		guardMethod: starlark.NewBuiltin(guardMethod, methodGuard),
		guardSlice:  starlark.NewBuiltin(guardSlice, copyGuard),
		guardCopy:   starlark.NewBuiltin(guardCopy, copyGuard),
		guardKey:    starlark.NewBuiltin(guardKey, keyGuard),
	}
	for operator := range guardedOperators {
		functions[operator.String()] = operatorGuard(operator)
	}
	return functions
}

// operatorGuard returns the function that replaces an operator.
func operatorGuard(operator syntax.Token) *starlark.Builtin {
	return starlark.NewBuiltin(operator.String(), func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		x, y := args[0], args[1]
		for _, operand := range args {
			if secret, ok := operand.(*Opaque); ok {
				return nil, secret.Refuse(fmt.Sprintf("it cannot be used with %s", operator))
			}
		}
		if err := checkOperator(AllowanceOf(thread), operator, x, y); err != nil {
			return nil, err
		}
		switch operator {
		case syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE:
			if err := spendComparison(thread, x, y); err != nil {
				return nil, err
			}
			holds, err := starlark.Compare(operator, x, y)
			return starlark.Bool(holds), err
		case syntax.IN, syntax.NOT_IN:
			if err := spendSearch(thread, y, x); err != nil {
				return nil, err
			}
		}
		return starlark.Binary(operator, x, y)
	})
}

// checkOperator spends what x operator y is about to make.
func checkOperator(a *Allowance, operator syntax.Token, x, y starlark.Value) error {
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

func checkSum(a *Allowance, x, y starlark.Value) error {
	switch x := x.(type) {
	case starlark.Int, starlark.Float:
		return nil
	case starlark.String:
		if y, ok := y.(starlark.String); ok {
			return a.Text(len(x) + len(y))
		}
		return nil
	default:
		return a.Items(max(0, starlark.Len(x)) + max(0, starlark.Len(y)))
	}
}

func checkProduct(a *Allowance, x, y starlark.Value) error {
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
	if !ok || times > MaxText {
		times = MaxText + 1
	}
	if _, ok := y.(starlark.String); ok {
		return a.Text(n * int(times))
	}
	return a.Items(n * int(times))
}

func bits(n starlark.Int) int {
	if small, ok := n.Int64(); ok {
		return big.NewInt(small).BitLen()
	}
	return n.BigInt().BitLen()
}

// checkFormat spends a formatted text. At most, every mark stands for all of
// the values.
func checkFormat(a *Allowance, format string, mark byte, values ...starlark.Value) error {
	size := 0
	for _, v := range values {
		one, err := printedSize(v)
		if err != nil {
			return err
		}
		size += one
	}
	return a.Text(len(format) + strings.Count(format, string(mark))*size)
}

// copyGuard spends another copy of its operand and returns the operand.
func copyGuard(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if secret, ok := args[0].(*Opaque); ok {
		return nil, secret.Refuse("it cannot be taken apart or added to")
	}
	return args[0], AllowanceOf(thread).copyOf(args[0])
}

// keyGuard spends the reading of a key and returns the key.
func keyGuard(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return args[0], SpendReading(thread, args[0])
}

// methodGuard replaces x.name if name is a guarded or a searching method. The
// method that it returns checks its arguments first.
func methodGuard(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	x, name := args[0], string(args[1].(starlark.String))
	if secret, ok := x.(*Opaque); ok {
		return nil, secret.Refuse("it has no ." + name)
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
		err := spendSearch(thread, x, Values(args, kwargs)...)
		if err == nil && guardedMethods[name] {
			err = checkMethod(AllowanceOf(thread), x, name, args, kwargs)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		made, err := method.CallInternal(thread, args, kwargs)
		if err != nil || !listingMethods[name] {
			return made, err
		}
		return asList(made)
	}), nil
}

// asList makes a list of what can be iterated over.
func asList(v starlark.Value) (starlark.Value, error) {
	iterable, ok := v.(starlark.Iterable)
	if !ok {
		return v, nil
	}
	return starlark.NewList(slices.Collect(starlark.Elements(iterable))), nil
}

func checkMethod(a *Allowance, x starlark.Value, name string, args starlark.Tuple, kwargs []starlark.Tuple) error {
	values := Values(args, kwargs)
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
		length, err := lengthOf(args[0])
		if err != nil {
			return err
		}
		return a.Text(size + len(receiver)*length)
	case isText && name == "replace" && len(args) >= 2:
		return checkReplace(a, string(receiver), args)
	case listingMethods[name]:
		return a.Items(max(0, starlark.Len(x))) // one a byte at most
	case isText && strings.HasSuffix(name, "split"), isText && name == "splitlines":
		return a.Spend(len(receiver) * itemSize / 2) // at most every other byte starts a part
	}
	for _, v := range append(values, x) {
		if err := a.copyOf(v); err != nil {
			return err
		}
	}
	return nil
}

func checkReplace(a *Allowance, s string, args starlark.Tuple) error {
	old, ok1 := args[0].(starlark.String)
	fresh, ok2 := args[1].(starlark.String)
	if !ok1 || !ok2 {
		return nil // the method itself reports it
	}
	times := strings.Count(s, string(old))
	if len(args) > 2 {
		if most, err := starlark.AsInt32(args[2]); err == nil && most >= 0 {
			times = min(times, most)
		}
	}
	return a.Text(len(s) + times*(len(fresh)-len(old)))
}
