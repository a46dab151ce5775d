# Gridwarden: `make demo` and `make test` set up everything they need below this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test bench lint format desk clean help

help:
	@echo "make demo    start the whole system on a simulated campus and print the page's address"
	@echo "make test    set up, check and run all tests"
	@echo "make lint    format check, linter, types, import contracts"
	@echo "make format  format the source"
	@echo "make bench NAME=…  measure; the last line is one JSON object"

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Gridwarden needs Python 3.11 or later; set PYTHON=… to one")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

