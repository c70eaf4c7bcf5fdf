# Throughcare. `make demo` shows a living agency, `make test` proves everything; both do all set-up themselves.

.PHONY: help setup chromium demo test test-quick test-long check bench coverage docs lock clean
.DEFAULT_GOAL := help

BIN := .venv/bin
WORKERS ?= 2

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## make .venv from the locked, hashed list (again only when the list changes)
	@tools/setup venv

chromium: setup
	@tools/setup chromium

demo: setup ## a living synthetic agency on http://127.0.0.1:8000 (THROUGHCARE_PORT, THROUGHCARE_HOME)
	@exec $(BIN)/throughcare demo

test: setup chromium check ## everything that must pass
	@exec $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not long"

test-quick: setup ## what to run while working: no browser, nothing slow
	@exec $(BIN)/python -m pytest -n $(WORKERS) -m "not long and not slow and not browser"

test-long: setup chromium ## full sizes, the wheel, long simulations; properties on new draws; each page at every size in both themes
	@exec $(BIN)/python -m pytest -m long
	@exec env DRAWS=new $(BIN)/python -m pytest -m "hypothesis and not long"
	@exec env ROOM_LOOKS=every $(BIN)/python -m pytest -m "browser and not long"

check: setup ## lint, format, types, floors
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup ## measure the budgets and print a table (SIZE=full: 60,000 people too)
	@exec $(BIN)/python -m bench

COVERED = $(addprefix tests/,kernel ledger access people custody duties devices chart care)
coverage: setup $(if $(or $(ALL),$(TESTS)),chromium) ## line and branch coverage by room and floor: docs/coverage.md, each line in htmlcov/ (ALL=yes, TESTS=tests/kernel: shown only)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not long $(if $(ALL),,and not slow and not browser)" $(or $(TESTS),$(if $(ALL),,$(COVERED))) --cov --cov-report=html --cov-report=json:htmlcov/coverage.json
	@$(BIN)/python docs/coverage.py $(if $(TESTS),--show,$(if $(ALL),,$(COVERED)))

docs: setup ## make the reference and the notices anew from code and content
	@$(BIN)/python docs/build.py

lock: ## resolve the dependencies anew into requirements*.lock (needs uv)
	@tools/lock

clean: ## forget the environment and the test database
	rm -rf .venv .test-home .mypy_cache .ruff_cache htmlcov
