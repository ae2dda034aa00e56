package db

import "errors"

// orEmpty reads a null as an empty text.
func orEmpty(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

// orNull stores a zero value, such as an empty text, as null: it was not given.
func orNull[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// staleIsActive is for changes that only work in progress stands against.
func staleIsActive(err error) error {
	if errors.Is(err, ErrStale) {
		return ErrActive
	}
	return err
}

// staleIsNotFound is for changes of rows that have no states.
func staleIsNotFound(err error) error {
	if errors.Is(err, ErrStale) {
		return ErrNotFound
	}
	return err
}
