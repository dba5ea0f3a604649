# Two commands on a fresh machine: `make demo` and `make test`. Both need Python 3.11 and make, nothing else.
.DEFAULT_GOAL := help
.PHONY: help demo test check fix bench lock clean
SHELL := /bin/sh
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
# `make check test` does both at the same time: types are checked by one process, and tests wait now and then.
MAKEFLAGS += --jobs=2
# Demo and tests start many processes; without bytecode each would compile all of the product again.
unexport PYTHONDONTWRITEBYTECODE

help: ## what can be done here
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

$(RUN): requirements.lock pyproject.toml scripts/bootstrap.sh
	@PYTHON="$(PYTHON)" sh scripts/bootstrap.sh requirements.lock
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml scripts/bootstrap.sh
	@PYTHON="$(PYTHON)" sh scripts/bootstrap.sh requirements-dev.lock
	@touch $(RUN) $@  # all that the product needs is in it too

demo: $(RUN) ## the product with sample data, at one address; Ctrl-C stops all of it
	@exec $(BIN)/rapport demo

test: $(DEV) ## every test, on a real PostgreSQL that comes with the packages
	@$(BIN)/python -m pytest -n $${TEST_WORKERS:-auto} --dist loadfile

check: $(DEV) ## lint, types, architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

fix: $(DEV) ## let the linter mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(DEV) ## each hot path beside its floor, in one run
	@$(BIN)/python -m bench

lock: ## pin what pyproject.toml names (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --upgrade -q pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  -q --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	echo uv | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --upgrade -q - -o requirements-uv.lock

clean: ## forget the environment and the embedded database
	rm -rf $(VENV) .rapport build *.egg-info
