# Prerequisites: make, git, Python 3.11 or newer with pip. Everything else is fetched into the project.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test check train bench bench-language bench-oncall mutants-oncall chaos walks screens words clean

PYTHON ?= $(shell for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	if $$python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$python; break; fi; done)
BOOTSTRAP = $(or $(PYTHON),$(error Python 3.11 or newer with pip was not found; install it, or say where: make PYTHON=/path/to/python3)) deploy/bootstrap.py
SAMPAN = .venv/bin/sampan
PYTEST_ARGS ?=
WALKS_ARGS ?=
ONCALL_ARGS ?=
MUTANTS_ARGS ?=

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile

setup:  ## both environments (done by the other targets when needed)
	@$(BOOTSTRAP) bot nlu

demo: setup  ## everything on this machine, with three phones on http://127.0.0.1:8000/
	@exec $(SAMPAN) demo

run: setup  ## the real installation that `sampan init` described
	@exec $(SAMPAN) run

train: setup  ## the dialogue model, if what it is trained from has changed
	@nlu/.venv/bin/python -m nlu.train --out $${SAMPAN_DATA_DIR:-var}/models

check:  ## formatting, style, types, import rules
	@$(BOOTSTRAP) bot
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

test: setup  ## all tests, also those with a browser and with Rasa; PYTEST_ARGS goes to pytest
	@$(BOOTSTRAP) browser
	@$(MAKE) --no-print-directory train
	@.venv/bin/python -m tests.fakes.telegram_test_api.install
	.venv/bin/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

bench: setup  ## latency, memory, start-up, beside stock Rasa
	@exec .venv/bin/python -m bench

bench-language: setup  ## language, intents, urgency, false alarms, beside other tools and stock Rasa
	@$(BOOTSTRAP) peers
	@exec .venv/bin/python -m bench.language

bench-oncall: setup  ## nights on call in virtual time under 37 kinds of faults, beside other engines' rules; ONCALL_ARGS
	@exec .venv/bin/python -m bench.oncall $(ONCALL_ARGS)

mutants-oncall: setup  ## each of the 33 rules of the on-call engine taken out of a copy: its tests must fail; MUTANTS_ARGS
	@exec .venv/bin/python -m tests.unit.escalation.check_mutants $(MUTANTS_ARGS)

chaos: setup  ## kill -9 at named points of the path, hundreds of times
	@exec .venv/bin/python -m bench.chaos

walks: setup  ## ten thousand random walks through each engine, every turn held to docs/dialogue.md (nightly); WALKS_ARGS
	@exec .venv/bin/python -m bench.walks $(WALKS_ARGS)

screens: setup  ## ten conversations, two per language, as pictures of the demo's phones under var/screens
	@$(BOOTSTRAP) browser
	@exec .venv/bin/python -m bench.screens

words: setup  ## the catalogues brought up to date, every rule checked, docs/words.md written, the figures told
	@$(SAMPAN) words update
	@$(SAMPAN) words check
	@$(SAMPAN) words copy

clean:  ## environments, tools, caches; never the data under var/
	rm -rf .venv nlu/.venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .rasa build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
