# Loket. `make demo` and `make test` do all their own set-up on Debian 12 (apt packages, Python).
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
LOKET := $(VENV)/bin/loket
DATA ?= /var/lib/loket
WORKERS ?= 2
# devices and the agent wait for their wires most of the time: more of them at once than processors
PATIENT ?= 3
# each group in processes of its own; one that fails does not hide what the next ones say
GROUPS := test-devices test-hub test-office test-kiosk
TESTS := $(VENV)/bin/python scripts/run_tests.py --dist loadfile

.PHONY: help demo run test check fast format bench lock clean setup setup-dev

help: ## Show the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

demo: setup ## Open a whole office with simulated peripherals (ONCE=1: one applicant, no person)
	$(LOKET) demo $(if $(ONCE),--once) $(if $(OUT),--out $(OUT))

run: setup ## Serve a real office from DATA=/var/lib/loket (no simulators)
	@test -e $(DATA)/office.toml || $(LOKET) hub init --data $(DATA)
	$(LOKET) hub serve --data $(DATA) $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: setup-dev ## Run every check and every test
	@$(MAKE) --no-print-directory check-code
	@$(MAKE) --no-print-directory --keep-going $(GROUPS)

.PHONY: $(GROUPS)
test-devices:
	$(TESTS) -n $(PATIENT) tests/devices tests/peers tests/counter_agent

test-hub:
	$(TESTS) -n $(WORKERS) tests/simulation tests/test_wheel.py tests/hub tests/test_contracts.py

test-office:
	$(TESTS) -n $(WORKERS) tests/kiosk/living tests/journeys tests/faults tests/postgres

test-kiosk:
	$(TESTS) -n $(WORKERS) tests/kiosk --ignore tests/kiosk/living

check: setup-dev check-code fast ## Format, lint, types, import rules and the fast tests

.PHONY: check-code
check-code:
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

fast:
	$(VENV)/bin/python scripts/run_tests.py -n $(WORKERS) --dist loadgroup -m "not slow"

format: setup-dev ## Format the code
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: setup-dev ## Measure against the floors of the same run
	$(VENV)/bin/python -m bench

lock: setup-dev ## Write requirements/*.txt anew from pyproject.toml
	scripts/lock.sh

setup:
	@scripts/setup.sh loket

setup-dev:
	@scripts/setup.sh dev

clean: ## Remove the environment and the demo's office
	rm -rf $(VENV) demo-office demo-out
