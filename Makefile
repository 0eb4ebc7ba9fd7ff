# The commands of the house. Python 3.11 or later and make are all they need.
#
#   make demo         start Kafka and PostgreSQL and play the story (STOP=1 ends them after)
#   make reset        stop Kafka and PostgreSQL and delete their data: an empty platform, the wall clock
#   make unit         the tests that need no server, in about a minute
#   make test         every test but the long ones, on a Kafka and PostgreSQL of their own
#   make faults       kill each part many times under load
#   make bench        measure, into build/bench.json and docs/benchmarks.md
#   make image-check  build the image without an engine, and run it
#   make lint         style, types, import contracts, dead code, generated code

# The first of these that runs and is new enough; `make PYTHON=…` names another.
PYTHON ?= $(shell for each in python3.11 python3.12 python3.13 python3; do \
    $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
VENV := .venv
BIN := $(VENV)/bin
LOCKS := requirements.lock requirements-stack.lock requirements-dev.lock
READY := $(VENV)/ready

.PHONY: demo reset unit test faults bench lint venv browser image-check

demo: $(READY)
	@$(BIN)/lienthong up
	@$(BIN)/lienthong demo
	@$(if $(STOP),$(BIN)/lienthong down,echo "Kafka and PostgreSQL stay up; $(BIN)/lienthong down stops them.")

reset: $(READY)
	@LIENTHONG_HOME=.lienthong $(BIN)/lienthong down
	@rm -rf .lienthong

unit: $(READY)
	@$(BIN)/pytest tests/unit -q -n 2 --dist worksteal --durations=10 $(ARGS)

test: $(READY) browser
	@$(BIN)/pytest -m "not faults and not bench" -n 4 --dist worksteal --durations=10 $(ARGS)

# Pages are tested in Debian's chromium; where it cannot be had, those tests are left out.
browser:
	@command -v chromium >/dev/null || { \
	    [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	} || echo "chromium is missing and could not be installed: the tests in tests/browser are left out" >&2

faults: $(READY)
	@$(BIN)/pytest -m faults -q -s --timeout 3600 tests/faults tests/acceptance $(ARGS)

bench: $(READY)
	@$(BIN)/python -m tests.bench $(ARGS)

# Builds the image with buildah, without an engine, and runs it; needs root on Debian.
image-check: $(READY)
	@deploy/images/check

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/vulture
	@$(BIN)/lienthong schemas check
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

venv: $(READY)

# Made anew only when a lock changed; every package is checked against its hash.
$(READY): $(LOCKS) pyproject.toml
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or later found: install one, or name it with make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "making $(VENV) from $(LOCKS) …"
	@if command -v uv >/dev/null 2>&1; then \
	    uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	    uv pip sync --quiet --python $(BIN)/python --require-hashes $(LOCKS) && \
	    uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
	    $(PYTHON) -m venv $(VENV) && \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(LOCKS:%=--requirement %) && \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi
	@touch $(READY)
