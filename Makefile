# `make help` lists what there is. Each step is done once and again only when what it depends on has changed.
.DEFAULT_GOAL := help
.PHONY: help run setup test check bench fuzz clean peers

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock
FRONT_END := $(shell find static/src static/css -type f 2>/dev/null) vite.config.ts tsconfig.json package.json

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/.runtime static/dist/.built ## set everything up and start the product with a demo region in it (PORT=8000)
	@$(BIN)/python app.py demo --port $(PORT)

setup: .venv/.runtime .venv/.development static/dist/.built peers ## do the set-up of run and test, and start nothing
	@echo "Ready: .venv/bin/python app.py --help"

test: setup ## set everything up, then every check and every test
	@$(BIN)/python -m tests.suite

check: .venv/.runtime .venv/.development static/dist/.built ## only the quick checks: lint, types, imports, unit tests
	@$(BIN)/python -m tests.suite --quick

bench: setup ## every benchmark, each with its table; under a quarter of an hour
	@sh bench/install.sh
	@ended=0; for bench in "serve --seconds 3" "frames --runs 2 --only shared" "gather --runs 1" \
		"record" "board" "pages" "memory --instances 2000" "paint --steps 40" "live --quick"; do \
		name=$${bench%% *}; echo; echo "== bench/$$name.py"; \
		timeout --signal=INT --kill-after=30 300 $(BIN)/python -m bench.$$name $${bench#$$name} \
			|| { echo "bench/$$name.py did not end well."; ended=1; }; \
	done; exit $$ended

fuzz: setup ## a thousand bad days in the live room, by seed; an hour on two idle cores
	@$(BIN)/python -m tests.fuzz --seeds 1000 --jobs 2

clean: ## remove what was installed and built (never the data)
	rm -rf .venv node_modules static/dist

.venv/bin/python:
	@echo "Making the virtual environment .venv"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt requirements.lock | .venv/bin/python
	@echo "Installing what the product needs"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt requirements.lock | .venv/.runtime
	@echo "Installing what the tests need"
	@$(PIP) -r requirements-dev.txt
	@touch $@

peers:
	@sh tests/peers/install.sh

node_modules/.installed: package-lock.json | .venv/bin/python
	@echo "Installing what the front end is built from"
	@sh static/npm.sh ci --silent --ignore-scripts
	@touch $@

static/dist/.built: $(FRONT_END) node_modules/.installed
	@echo "Building the front end"
	@sh static/npm.sh run build --silent
	@touch $@
