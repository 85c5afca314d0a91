# The two commands are `make run` and `make test`; each does all the set-up it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENT := src/cosmopolis/world/client/index.html
WEB_SOURCES := $(shell find web/src web/index.html web/figures.html web/public -type f 2>/dev/null) \
	$(wildcard web/*.json web/*.ts web/*.js)
CITY ?=
# Processes for pytest; numba brings its own threads.
JOBS ?= 2
# Of which `quick` runs the tests: a folder of tests/, or web.
ROOM ?=
ROOMS := $(filter-out browser,$(sort $(notdir $(patsubst %/__init__.py,%,$(wildcard tests/*/__init__.py))))) web

.PHONY: setup run test check quick bench format words lint units kernels browser screenshots wheel clean help

help:  ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(VENV)/.ready $(CLIENT)  ## the Python environment and the built client

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Cosmopolis needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

web/node_modules/.ready: web/package.json web/package-lock.json
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null \
		|| { echo "Cosmopolis needs Node.js 20 or newer to build its client (https://nodejs.org)"; exit 1; }
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(CLIENT): web/node_modules/.ready $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

run: setup  ## start the city at http://localhost:8000 (CITY=folder for another one)
	$(BIN)/cosmopolis run $(CITY)

browser:  ## a Chromium for the tests: the one there is, or Debian's where we may install it
	@$(PYTHON) tests/browser/find_chromium.py --install

lint: setup  ## style, types and import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd web && npm run --silent lint && npm run --silent typecheck

units: setup  ## the client's own tests
	cd web && npm run --silent test

kernels: $(VENV)/.ready  ## compiles what most tests run, once for all processes of pytest
	$(BIN)/python -m tests.compile_kernels

test:  ## everything
	$(MAKE) --jobs=2 kernels browser lint units
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not browser"
	$(BIN)/python -m pytest -m browser

check:  ## the quick part of `test`
	$(MAKE) --jobs=2 kernels lint units
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not slow and not browser" -q

quick: $(VENV)/.ready  ## one room's tests, as ROOM=world or ROOM=web
ifeq ($(ROOM),web)
	$(MAKE) web/node_modules/.ready
	cd web && npm run --silent test
else ifneq ($(filter $(ROOM),$(ROOMS)),)
	$(BIN)/python -m pytest -q -m "not slow and not browser" tests/$(ROOM)
else
	@echo "There is no room '$(ROOM)': give ROOM= one of $(ROOMS)"; exit 2
endif

bench: setup  ## every benchmark, one JSON object a line
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,bench]'
	$(BIN)/cosmopolis bench --json

screenshots: setup browser  ## the pictures in docs/
	$(BIN)/python docs/make_screenshots.py

wheel: setup  ## dist/cosmopolis-*.whl, with the client inside
	$(BIN)/python -m build --no-isolation

words: $(VENV)/.ready  ## the client's codes, lengths and limits, made of the server's sources
	$(BIN)/python -m cosmopolis.world.client_words

format: setup  ## let the formatters write
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .
	cd web && npm run --silent format

clean:  ## remove all that set-up made
	rm -rf $(VENV) web/node_modules src/cosmopolis/world/client dist build
