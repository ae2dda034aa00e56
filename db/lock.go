package db

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// LockFolder makes this process the one that serves a data folder, until the
// returned function is called or the process ends. The error names the holder
// where there is another.
func LockFolder(folder string) (unlock func() error, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	path := filepath.Join(folder, "serve.lock")
	file, err := lockFile(path, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, readErr := os.ReadFile(path)
		return nil, errors.Join(fmt.Errorf("%s is served by process %s already: stop that one, or use another --data",
			folder, strings.TrimSpace(string(holder))), readErr)
	}
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := writeHolder(file); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the data folder: %w", err), file.Close())
	}
	return file.Close, nil
}

// lockFile opens a file and locks it, as flock(2) says. The lock ends with the
// file, or with the process.
func lockFile(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), how); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return file, nil
}

func writeHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}
