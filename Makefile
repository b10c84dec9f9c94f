# Everything one can do here. Two commands on a fresh machine with Python 3.11+, git and make:
#   make demo    the whole story on the example cases, kept in build/demo
#   make test    the tests

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
EVERY ?= 15
KEEP ?= build/demo

# What a thousand processes of the tests start from is compiled once, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo up test test-cov test-exhaustive test-all bench check pages release base wheels lock tools machines peers clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: $(READY) ## the virtual environment with the locked packages

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## play the whole story and keep it in build/demo
	$(BIN)/equipoise demo --keep $(KEEP)

up: $(READY) ## run the desk and the flows on the home in ./equipoise, else on the sample, until Ctrl-C
	@if [ -n "$$EQUIPOISE_HOME" ] || [ -d equipoise ]; then $(BIN)/equipoise up --every $(EVERY); \
	else $(BIN)/equipoise demo --keep $(KEEP) --open; fi

# Three at a time on two cores: many tests wait for a server or a browser.
PYTEST = $(BIN)/python -m pytest -n 3 --dist worksteal

test: $(READY) tools ## all tests but the exhaustive ones
	$(PYTEST) -m "not exhaustive"

test-cov: $(READY) tools ## the same, and how much of the program they run
	$(PYTEST) -m "not exhaustive" --cov --cov-report=term:skip-covered
	$(BIN)/python -m coverage report --include='flows/domain/*,flows/register/*' --fail-under=95 --format=total

test-exhaustive: $(READY) tools machines ## the exhaustive tests; MINUTES=60 begins none after an hour, and names what is left
	$(BIN)/python -m pytest -n 2 --maxschedchunk 1 -m exhaustive $(if $(MINUTES),--minutes $(MINUTES))

test-all: test test-exhaustive ## all tests

bench: $(READY) tools peers ## speed beside peers and floors, as ratios in one run
	$(BIN)/python -m tests.benchmarks

check: $(READY) ## formatting, lint, types, the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@# one folder of tests at a time: their conftest.py files share a name
	@for part in flows tests/*.py $$(ls -d tests/*/ | grep -v __pycache__); do echo "mypy $$part"; $(BIN)/mypy $$part || exit 1; done
	$(BIN)/lint-imports

pages: $(READY) ## write the pages of docs/ that are made from data
	$(BIN)/python -m tests.docs.pages

release: $(READY) ## list what makes the papers of this version, before it is tagged
	$(BIN)/python -m tests.releases

base: ## make the root of the image from Debian's packages, by Debian's keys; as root, with mmdebstrap
	deploy/container/debian.sh

wheels: $(READY) ## fetch what a container is built from into build/wheels, by the hashes of the lock; EXTRAS="servers token" for more
	$(BIN)/python deploy/container/wheels.py $(EXTRAS)

lock: ## choose package versions anew and write requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-strip-extras --upgrade --quiet --output-file requirements.lock

FETCH = if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	  else echo "Please install $$missing"; exit 1; fi

# The tests look at PDFs with poppler, NSS and qpdf and at pages with Chromium, start ssh-keygen, sign with a
# token made of software, put nginx before the desk, and take and send mail by Dovecot and Postfix; a Debian
# machine can fetch them.
tools:
	@missing=""; \
	command -v pdftotext >/dev/null && command -v pdffonts >/dev/null || missing="$$missing poppler-utils"; \
	command -v qpdf >/dev/null || missing="$$missing qpdf"; \
	command -v certutil >/dev/null || missing="$$missing libnss3-tools"; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  missing="$$missing chromium"; \
	command -v softhsm2-util >/dev/null || missing="$$missing softhsm2"; \
	command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="$$missing nginx-light"; \
	[ -x /usr/sbin/dovecot ] || missing="$$missing dovecot-imapd"; \
	[ -x /usr/sbin/postfix ] || missing="$$missing postfix"; \
	command -v ssh-keygen >/dev/null && command -v ssh-agent >/dev/null || missing="$$missing openssh-client"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	if [ -n "$$missing" ]; then $(FETCH); fi

# The run of many machines on one takes what several Prefect servers share, and network namespaces.
machines:
	@missing=""; \
	command -v redis-server >/dev/null || missing="$$missing redis-server"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	command -v ip >/dev/null || [ -x /usr/sbin/ip ] || missing="$$missing iproute2"; \
	command -v nsenter >/dev/null || missing="$$missing util-linux"; \
	if [ -n "$$missing" ]; then $(FETCH); fi

# WeasyPrint, a peer in the benchmarks, draws with Pango; without HarfBuzz's subsetting it does, but slower.
peers: $(READY)
	@missing="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"; \
	$(BIN)/python -W error::DeprecationWarning:weasyprint.text.ffi -c 'import weasyprint' >/dev/null 2>&1 || $(FETCH)

clean: ## remove what was built
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
