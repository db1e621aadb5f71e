# Everything a fresh machine needs: `make demo` runs the product, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

INSTALLED := $(VENV)/.installed
TESTABLE := $(VENV)/.testable
CHECKABLE := $(VENV)/.checkable
BUILT := tracktor_nb/static/.built
SCRIPTS := $(shell find js -type f -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: help demo test check bench soak

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(BUILT)  ## make demo data, then start server, worker, dashboards and JupyterLab
	$(BIN)/tracktor-nb demo

test: $(BUILT) $(TESTABLE)  ## run every test (installs Chromium when there is none)
	$(BIN)/python -m pytest

check: $(CHECKABLE) $(TESTABLE)  ## style, types and floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy tracktor_nb
	$(BIN)/lint-imports

bench: $(TESTABLE)  ## measure the ingest server, as ratios (quiet machine, a few minutes)
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.backtests
	$(BIN)/python -m benchmarks.campaigns

soak: $(BUILT) $(TESTABLE)  ## new examples for every law, 60 killed workers, a thousand page loads (half an hour)
	HYPOTHESIS_PROFILE=new $(BIN)/python -m pytest tests/semantics tests/test_round_trip.py tests/test_agreement*.py
	$(BIN)/python -m tests.messaging.kills
	$(BIN)/python -m tests.browser.loads

$(INSTALLED): setup.cfg pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[build]'
	touch $@

$(TESTABLE): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	$(BIN)/python tests/browser/install_chromium.py
	touch $@

$(CHECKABLE): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --editable '.[check]'
	touch $@

$(BUILT): $(INSTALLED) $(SCRIPTS)
	$(BIN)/python js/build.py
	touch $@
