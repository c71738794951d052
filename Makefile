# The commands a newcomer needs. Each does all of its own set-up, once; `deploy/install.sh` says how.
#
#   make run      the whole stack on this machine, with the story told into it; Ctrl-C stops all of it
#   make test     every test, on a real broker and a real database of its own, and the coverage of each room
#   make check    lint, format, types, the rules of the house: in seconds
#   make simulate the protocols under many schedules of failures: make simulate SEED=7 RUNS=100000
#   make mutations plants mistakes, one at a time, and expects that the tests notice each: hours
#   make faults   a stack under load whose processes are killed, and a judge: make faults FULL=1 KILLS=1000 SEED=1
#   make bench    the measurements
#   make release  source archive, wheel and list of components in dist/, and the tag
#
# A taken port is changed on the command line: make run GATEWAY_PORT=8001

PYTHON := .venv/bin/python
.PHONY: run test check simulate mutations faults bench release install
.DEFAULT_GOAL := help

.PHONY: help
help:
	@sed -n 's/^#   //p' Makefile

run:
	@deploy/install.sh run
	@exec $(PYTHON) -m deploy.cli run $(ARGUMENTS)

test:
	@deploy/install.sh test
	@rm -rf var/coverage && mkdir -p var/coverage
	@TEST_COVERAGE=$(CURDIR)/var/coverage exec $(PYTHON) -m pytest -n auto --dist loadscope --no-loadscope-reorder $(ARGUMENTS)

check:
	@deploy/install.sh check
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@if [ -d tests/unit/house ]; then $(PYTHON) -m pytest -q tests/unit/house; fi

simulate:
	@deploy/install.sh test
	@PYTHONHASHSEED=0 exec $(PYTHON) -m tests.simulation --seed $(or $(SEED),0) --runs $(or $(RUNS),20000) $(ARGUMENTS)

mutations:
	@deploy/install.sh test
	@exec $(PYTHON) -m tests.mutations $(ARGUMENTS)

faults:
	@deploy/install.sh test
	@exec $(PYTHON) -m tests.trials $(if $(FULL),--full) $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(ARGUMENTS)

bench:
	@deploy/install.sh bench
	@exec $(PYTHON) -m tests.benchmarks $(ARGUMENTS)

release:
	@deploy/install.sh release
	@deploy/release.sh

install:
	@deploy/install.sh run
