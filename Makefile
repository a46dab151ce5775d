# Gridwarden: each target sets up everything it needs below this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# Some libraries ship files for other Pythons, which do not compile: no error.
COMPILE := $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
ARGS ?=
# One more than cores: many tests wait for the world.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
NAME ?=
PACKAGES := edge ingest hub dashboards gridwarden
DESK := hub/desk
TIMESCALE := tests/timescale
DESK_SOURCES := $(shell find $(DESK)/src $(DESK)/index.html $(DESK)/*.json $(DESK)/*.ts -type f ! -name api.d.ts ! -name openapi.json 2>/dev/null)
API_SOURCES := $(shell find hub -name '*.py' 2>/dev/null)

# The tests start some hundred commands, each of which would compile our source anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test lint check-desk format bench chaos requirements desk lock clean

help:
	@echo "make demo                start the whole system on a simulated campus; ARGS=\"--for 60\" etc."
	@echo "make test                set up, check and run all tests; ARGS go to pytest"
	@echo "make lint                format check, linter, types, import contracts"
	@echo "make format              format the source"
	@echo "make bench NAME=ingest   measure; the last line is one JSON object"
	@echo "make chaos               kill everything at random and count; ARGS=\"--kills 20\" etc."
	@echo "make requirements        which requirement is proven by which tests; ARGS=\"--json\" etc."
	@echo "make desk                build the desk page"
	@echo "make lock                resolve and lock the dependencies anew"

demo: $(VENV)/.runtime $(DESK)/dist/index.html
	$(BIN)/gridwarden demo $(ARGS)

test: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j 2 $(if $(filter output-sync,$(.FEATURES)),-O) lint check-desk $(TIMESCALE)/node_modules/.installed
ifeq ($(strip $(ARGS)),)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not alone"
	$(BIN)/python -m pytest -m alone tests/e2e  # alone on the machine: they measure delays
else
	$(BIN)/python -m pytest $(ARGS)
endif

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

check-desk: $(DESK)/dist/index.html
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm run check --silent --prefix $(DESK)
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm test --silent --prefix $(DESK)

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev
	@$(BIN)/python -m tools.bench $(NAME) $(ARGS)

chaos: $(VENV)/.dev
	@$(BIN)/python -m tools.chaos $(ARGS)

requirements: $(VENV)/.dev
	@$(BIN)/python -m tools.requirements $(ARGS)

desk: $(DESK)/dist/index.html

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Gridwarden needs Python 3.11 or later; set PYTHON=… to one")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing what Gridwarden needs into $(VENV) …"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "installing what the tests need into $(VENV) …"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(COMPILE)
	@touch $@

$(DESK)/node_modules/.installed: $(DESK)/package-lock.json | $(VENV)/.runtime
	@echo "installing what the desk page is built with …"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --prefix $(DESK)
	@touch $@

$(TIMESCALE)/node_modules/.installed: $(TIMESCALE)/package-lock.json | $(VENV)/.runtime
	@echo "installing the TimescaleDB that the tests run on …"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --prefix $(TIMESCALE)
	@touch $@

$(DESK)/openapi.json: $(API_SOURCES) | $(VENV)/.runtime
	@$(BIN)/gridwarden openapi > $@.new && mv $@.new $@

$(DESK)/dist/index.html: $(DESK_SOURCES) $(DESK)/openapi.json $(DESK)/node_modules/.installed
	@echo "building the desk page …"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm run build --silent --prefix $(DESK)
	@touch $@

lock: $(VENV)/.dev
	$(BIN)/uv pip compile pyproject.toml --upgrade --extra build --generate-hashes --no-header --python-version 3.11 -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --upgrade --extra build --extra dev --generate-hashes --no-header --python-version 3.11 -q -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) $(TIMESCALE)/node_modules $(DESK)/node_modules $(DESK)/dist $(DESK)/openapi.json
