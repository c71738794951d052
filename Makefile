# The commands a newcomer needs. Each does all of its own set-up, once; `deploy/install.sh` says how.
#
#   make run      the whole stack on this machine, with the story told into it; Ctrl-C stops all of it
#   make test     every test, on a real broker and a real database of its own
#   make coverage which lines and branches the tests reach, with a floor for each room
#   make check    lint, format, types, the rules of the house: in seconds
#   make bench    the measurements
#   make release  source archive, wheel and list of components in dist/, and the tag
#
# A taken port is changed on the command line: make run GATEWAY_PORT=8001

PYTHON := .venv/bin/python
.PHONY: run test coverage check bench release install
.DEFAULT_GOAL := help

.PHONY: help
help:
	@sed -n 's/^#   //p' Makefile

run:
	@deploy/install.sh run
	@exec $(PYTHON) -m deploy.cli run $(ARGUMENTS)

test:
	@deploy/install.sh test
	@exec $(PYTHON) -m pytest -n auto --dist loadscope --no-loadscope-reorder $(ARGUMENTS)

coverage:
	@deploy/install.sh test
	@rm -rf var/coverage && mkdir -p var/coverage
	@$(PYTHON) -m coverage run -m pytest -n auto --dist loadscope --no-loadscope-reorder tests/unit tests/contract tests/services tests/integration
	@$(PYTHON) -m tests.coverage_floors

check:
	@deploy/install.sh check
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@if [ -d tests/unit/house ]; then $(PYTHON) -m pytest -q tests/unit/house; fi

bench:
	@deploy/install.sh bench
	@exec $(PYTHON) -m tests.benchmarks $(ARGUMENTS)

release:
	@deploy/install.sh release
	@deploy/release.sh

install:
	@deploy/install.sh run
