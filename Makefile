# The list of commands. `make` alone prints it.
#
# Work that is done is remembered by stamp files under .cache/, so a target that has nothing to do returns at once.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
# "dev" builds the packet core faster; it is far too slow to be measured.
PROFILE ?= release
# How long `make fuzz` searches per target.
FUZZ_SECONDS ?= 60
# More for `make run`, for example: make run ARGS="--lan"
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMPS := .cache/stamps
NATIVE := src/tureen/_native.abi3.so

MATURIN_PROFILE := $(if $(filter release,$(PROFILE)),--release,)
CRATE_SOURCES := Cargo.toml Cargo.lock pyproject.toml $(shell find crates -name fuzz -prune -o \( -name '*.rs' -o -name Cargo.toml \) -print)
WEB_SOURCES := $(shell find web -name node_modules -prune -o -type f ! -name '*.test.ts' -print)

.PHONY: help setup build native web run test test-slow fuzz bench lint lint-python lint-rust lint-web test-rust test-web \
	test-python format wheel-check docs doctor clean

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(STAMPS)/python $(STAMPS)/node ## Check the toolchains and install what development needs.

build: native web ## Build the packet core and the web app.

run: build ## Start the server in development mode (ARGS="--lan" for phones).
	@exec $(BIN)/tureen serve --dev $(ARGS)

test: lint test-rust test-web test-python ## Everything that CI checks, fast things first.

test-slow: build ## Longer searches: slow tests, and properties with fresh examples.
	$(BIN)/pytest -m slow || [ $$? -eq 5 ]
	$(BIN)/pytest -m "not slow and not browser" --hypothesis-profile=default --hypothesis-seed=random tests/unit
	cd web && PROPERTY_SEED=random npm run --silent test

fuzz: ## Search the parsers of network bytes for crashes (nightly Rust and cargo-fuzz; FUZZ_SECONDS each).
	@for target in $(basename $(notdir $(wildcard crates/fuzz/fuzz_targets/*.rs))); do \
		echo "fuzzing $$target"; mkdir -p crates/fuzz/corpus/$$target; \
		cargo +nightly fuzz run --fuzz-dir crates/fuzz $$target crates/fuzz/corpus/$$target crates/fuzz/seeds/$$target \
			-- -max_total_time=$(FUZZ_SECONDS) -max_len=2000 -verbosity=0 || exit 1; \
	done

bench: build ## Measure packets, whole rooms, joins, memory, the native door and people: one JSON line per result (benches/README.md).
	cargo build --release --locked --quiet --package tureen-packet-path --package tureen-load
	$(BIN)/python -m benches.packets
	$(BIN)/python -m benches.load
	$(BIN)/python -m benches.joins
	$(BIN)/python -m benches.memory
	$(BIN)/python -m benches.storage
	$(BIN)/python -m benches.native_door
	$(BIN)/python -m benches.people
	$(BIN)/python -m benches.call_paths

lint: lint-python lint-rust lint-web ## Style, types, import rules, shape, links.

format: setup ## Bring all sources into form.
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	cargo fmt --all

wheel-check: setup ## Build the wheel and prove it in a fresh environment without any toolchain.
	$(BIN)/python tools/wheel_check.py

docs: $(STAMPS)/python ## Write the generated pages of docs/reference, and the protocol's schema and types.
	$(BIN)/python tools/settings_reference.py
	$(BIN)/python tools/calls_reference.py
	$(BIN)/python tools/protocol_reference.py

doctor: ## Explain what is missing or stale, and which tests would be skipped.
	@$(PYTHON) tools/doctor.py

clean: ## Remove what was built; keep downloads and environments.
	rm -rf .cache dist src/tureen/webapp $(NATIVE) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	cargo clean --quiet

# --- parts ---------------------------------------------------------------------------------------------------------

native: $(STAMPS)/native-$(PROFILE)

web: $(STAMPS)/web

lint-python: $(STAMPS)/python
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/shape.py
	$(BIN)/python tools/docs_check.py
	$(BIN)/python tools/settings_reference.py --check
	$(BIN)/python tools/calls_reference.py --check
	$(BIN)/python tools/protocol_reference.py --check
	PYTHONPATH=src $(BIN)/lint-imports --no-logo
	$(BIN)/mypy

lint-rust:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings

lint-web: $(STAMPS)/node
	cd web && npm run --silent lint && npm run --silent types

test-rust:
	cargo test --workspace --locked --quiet

test-web: $(STAMPS)/node
	cd web && npm run --silent test

# What counts pictures or time comes by itself at the end; other pages mostly wait for each other.
test-python: build
	cargo build --locked --quiet --package tureen-load
	$(BIN)/pytest -m "not slow and not browser" --numprocesses auto --dist loadfile
	$(BIN)/pytest -m "not slow and browser and not alone" --numprocesses 2 --dist loadfile
	$(BIN)/pytest -m "not slow and browser and alone"

# --- stamps --------------------------------------------------------------------------------------------------------

$(STAMPS)/python: requirements/dev.txt
	@$(PYTHON) tools/doctor.py --toolchains
	@mkdir -p $(STAMPS)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements/dev.txt
	@touch $@

$(STAMPS)/node: web/package.json web/package-lock.json
	@mkdir -p $(STAMPS)
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/native-$(PROFILE): $(STAMPS)/python $(CRATE_SOURCES)
	@rm -f $(STAMPS)/native-*
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin develop $(MATURIN_PROFILE) --locked --quiet
	@touch $@

$(STAMPS)/web: $(STAMPS)/node $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@
