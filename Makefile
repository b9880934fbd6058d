# `make run` and `make test` set everything up themselves: all that is needed is Python 3.11 or later.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help install run test check lint types oracle pyright bench fuzz vectors lock clean

help:
	@echo "make run      set up, then deliver examples/events.jsonl to the built-in UserMotion partner"
	@echo "make test     set up, then run the tests"
	@echo "make check    lint, types and tests: what CI runs"
	@echo "make oracle   install Segment's own runtime (needs Node.js), for the tests that compare with it"
	@echo "make pyright  install pyright (needs Node.js), for the tests of what type checkers find"
	@echo "make bench    measure side by side with Segment's own runtime: a quarter of an hour (docs/performance.md)"
	@echo "make fuzz     compare with Segment's own runtime for MINUTES=30"
	@echo "make vectors  ask Segment's own runtime for the answers of conformance/vectors anew"
	@echo "make lock     pin the newest versions of everything in requirements.lock"

install: $(VENV)/installed

# The lock pins every package with its hashes; ours is then built and linked without asking any registry.
$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; this is $$($(PYTHON) --version). Try: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --no-index -e .
	@touch $@

# Exit status 1 says that some events were rejected, and the example file has some that should be.
run: install
	@$(BIN)/actions deliver examples/events.jsonl --setting apiKey=local-test-key; test $$? -le 1

test: install
	$(BIN)/python -m pytest -q -n auto

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

check: lint types test

tests/oracle/node_modules: tests/oracle/package-lock.json
	cd tests/oracle && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

oracle: tests/oracle/node_modules

tests/types/node_modules: tests/types/package-lock.json
	cd tests/types && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

pyright: tests/types/node_modules

# The report goes to benchmarks/results.json, the tables into the documentation.
bench: install oracle
	$(BIN)/python -m benchmarks --json benchmarks/results.json --markdown docs/performance.md
	$(BIN)/python -m benchmarks profile --markdown docs/performance.md --flame docs/performance.svg

# Other inputs every time; stops at the first difference.
MINUTES ?= 30
fuzz: install oracle
	$(BIN)/python -m tests.oracle.fuzz --minutes $(MINUTES)

vectors: install oracle
	$(BIN)/python -m tests.oracle.make_vectors

lock: install
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --upgrade --all-extras --output-file requirements.lock pyproject.toml requirements.in

clean:
	rm -rf $(VENV) tests/oracle/node_modules
