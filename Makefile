# The tasks of a developer. `make` alone lists them.

MAKEFLAGS += --no-print-directory
GO        ?= go
LINT      := $(GO) tool -modfile=.tools/go.mod golangci-lint

# The race detector watches all Go code but two exceptions, which took most of
# the tests' time. SQLite is translated C: its data is outside Go's memory, which
# the detector does not watch. Argon2 computes on 64 MB that it shares with no
# other goroutine.
UNWATCHED := modernc.org/sqlite/lib modernc.org/libc/... modernc.org/memory golang.org/x/crypto/argon2 golang.org/x/crypto/blake2b
RACE      := -race $(UNWATCHED:%=-gcflags=%=-race=false)

# Chromium's sandbox does not run as root, which many containers build as. The
# tests and the demo open pages of this repository only, so they can do without.
ifeq ($(shell id -u),0)
export PASSAGE_BROWSER_NO_SANDBOX ?= 1
endif

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: build
build: ## Build bin/passage
	$(GO) build -o bin/passage ./cmd/passage

.PHONY: demo
demo: browser build ## Serve with a demo carrier and a demo shop, and print a link to open
	@bin/passage demo

.PHONY: dev
dev: browser ## Serve the demo on port 7331, rebuilt and reloaded at every change of the source
	@.tools/dev

.PHONY: test-fast
test-fast: browser ## Run the tests that need no browser and one whole flow, without the race detector
	$(GO) test -short -vet=off ./...

.PHONY: test
test: browser ## Run every test, with the race detector
	@# Without go vet: the linter has it, in "make check".
	$(GO) test $(RACE) -vet=off -parallel 6 -timeout 30m ./...

.PHONY: interop
interop: browser ## Run the tests with third-party software: Firefox, Node, Python, PocketBase, Directus, MediaWiki
	@.tools/others
	@.tools/applications
	$(GO) test $(RACE) -tags interop -run '^TestInterop' -timeout 20m ./cmd/passage/...

.PHONY: check
check: fresh lint ## Fail if generated code is stale, go.mod is untidy or the linter objects

.PHONY: fresh
fresh: generate
	@git diff --exit-code -- '*_templ.go' || { echo 'The generated code differs from what is committed: commit the result of "make generate".'; exit 1; }
	$(GO) mod tidy -diff

.PHONY: generate
generate: ## Regenerate the code of the templates
	$(GO) tool templ generate -path views -log-level error

.PHONY: lint
lint: ## Run the linter
	$(LINT) run

.PHONY: bench
bench: browser build ## Compare with a bare browser script and bare SQLite, side by side
	$(GO) run ./cmd/bench

.PHONY: browser
browser: ## Find the browser, or install it from the distribution's packages
	@.tools/browser
