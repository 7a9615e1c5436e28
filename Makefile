# `make help` lists the commands. Each works alone on a fresh machine with Python 3.11 or newer, git and make (3.81 or newer).

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup repro demo test check lock bench clean unusable

export DVC_NO_ANALYTICS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Stages call `python`, which has to be the environment's own.
IN_VENV = PATH="$(CURDIR)/.venv/bin:$$PATH"

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile ci.mk | awk -F'|' '{ printf "%-14s  %s\n", $$1, $$2 }'

setup: .venv/.stamp-runtime  ## install what is needed; later steps of a CI job find its commands
	@if [ -n "$$GITHUB_PATH" ]; then echo "$(CURDIR)/.venv/bin" >>"$$GITHUB_PATH"; \
	elif [ -n "$$TF_BUILD" ]; then echo "##vso[task.prependpath]$(CURDIR)/.venv/bin"; fi

repro: .venv/.stamp-runtime  ## bring every stage up to date and print the verdict
	@$(ENSURE_REPOSITORY)
	@$(PULL)
	@$(IN_VENV) .venv/bin/dvc repro
	@$(IN_VENV) .venv/bin/ratchet gate

demo: .venv/.stamp-runtime  ## play a small loop in build/demo, in two minutes: a promotion, a harmful candidate, a rollback, a report
	@$(IN_VENV) .venv/bin/python -m tools.demo

test: .venv/.stamp-dev  ## run the whole test suite
	@$(IN_VENV) OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv/bin/python -m pytest -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder

check: .venv/.stamp-dev  ## lint code and workflows, check the types, and compare params.schema.json with the settings
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary
	@$(IN_VENV) python -c 'import sys; from stages.settings import SCHEMA, schema_text; sys.exit(SCHEMA.read_text() != schema_text())' \
	  || { echo 'params.schema.json must match stages/settings.py; run: .venv/bin/python -m stages.settings' >&2; exit 1; }
	@.venv/bin/zizmor --quiet --offline --pedantic --no-progress .github
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.azure-pipelines --regex-variant nonunicode azure-pipelines.yml
	@echo 'ruff, mypy, params.schema.json and workflows: nothing to report'

include ci.mk

bench: .venv/.stamp-runtime  ## measure time and memory
	@$(IN_VENV) .venv/bin/python -m bench

# One version of each package on every Python (--fork-strategy fewest), so that a model's bytes do not depend on it.
COMPILE = .venv/bin/uv pip compile pyproject.toml --group build --quiet --universal --python-version 3.11 --fork-strategy fewest \
  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

lock: .venv/.stamp-dev  ## write the lock files again after pyproject.toml changed (UPGRADE=1: newest versions)
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --extra dev --constraints requirements.lock --output-file requirements-dev.lock

clean:  ## remove the environment, caches and build leftovers; data, models and DVC's cache stay
	@rm -rf .venv .venv.lock .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist ratchet_loop.egg-info
	@find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment ------------------------------------------------------------------------------------------------
# A stamp says that .venv is complete and holds the folder it was built in. It goes away before an install and comes back
# after it, so an install that was cut short is never taken for a good one: without a stamp, .venv is built from nothing.

ifneq ($(shell test -x .venv/bin/python && cat .venv/.stamp-runtime 2>/dev/null),$(CURDIR))
.venv/.stamp-runtime: unusable
endif
.venv/.stamp-runtime: requirements.lock pyproject.toml
.venv/.stamp-dev: .venv/.stamp-runtime requirements-dev.lock

# Waits here while another make builds .venv. The kernel lets go of the lock when its last holder ends, however it ends.
define TAKE_LOCK
import fcntl, os, sys
lock = open(".venv.lock", "w")
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Another make is building .venv; waiting for it", file=sys.stderr)
    fcntl.flock(lock, fcntl.LOCK_EX)
os.set_inheritable(lock.fileno(), True)
os.execvp(sys.argv[1], sys.argv[1:])
endef
export TAKE_LOCK

FIND_PYTHON = \
  for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 none; do \
    "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && break; \
  done; \
  if [ "$$python" = none ]; then \
    echo "Python 3.11 or newer with the venv module must be on the PATH, got $$(python3 --version 2>/dev/null || echo none);" \
      "install it, or name it: make PYTHON=/path/to/python3" >&2; \
    exit 1; \
  fi

INSTALL = .venv/bin/python -m pip install --quiet --progress-bar off
COUNT = $$(grep -c '^[a-z0-9]' $(1)) packages

ifndef UNDER_LOCK

.venv/.stamp-runtime .venv/.stamp-dev:
	@$(FIND_PYTHON); "$$python" -c "$$TAKE_LOCK" $(MAKE) --silent --no-print-directory UNDER_LOCK=1 PYTHON="$$python" $@

else
# A second look, now that nobody else is installing: these rules run only when there is still work to do.

.venv/.stamp-runtime:
	@if [ "$$(cat $@ 2>/dev/null)" = "$(CURDIR)" ] && .venv/bin/python -c 'import pip' 2>/dev/null; then \
	  rm -f .venv/.stamp-*; \
	else \
	  rm -f .venv/.stamp-*; "$(PYTHON)" -m venv --clear .venv; \
	fi
	@echo "Installing $(call COUNT,requirements.lock) into .venv (about two minutes the first time)" >&2
	@awk '/^(packaging|setuptools|wheel)==/ { on = 1 } on { print } !/\\$$/ { on = 0 }' requirements.lock >.venv/build.lock
	@$(INSTALL) --require-hashes -r .venv/build.lock
	@$(INSTALL) --require-hashes --no-build-isolation -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" >$@

.venv/.stamp-dev:
	@rm -f .venv/.stamp-*
	@echo "Installing the test tools into .venv (under a minute)" >&2
	@$(INSTALL) --require-hashes --no-build-isolation -r requirements-dev.lock
	@for stamp in .venv/.stamp-runtime $@; do echo "$(CURDIR)" >"$$stamp"; done

endif

# --- the repository -------------------------------------------------------------------------------------------------
# DVC and the gate need Git. A source archive has no repository, or sits inside one that is not its own.
ENSURE_REPOSITORY = \
  if up=$$(git rev-parse --show-cdup 2>/dev/null) && [ -z "$$up" ]; then exit 0; fi; \
  if [ -e .git ]; then git rev-parse --show-cdup >/dev/null; echo '.git must be a repository that Git can read' >&2; exit 1; fi; \
  trap 'rm -rf .git; exit 1' HUP INT TERM; \
  identity=; \
  git var GIT_AUTHOR_IDENT >/dev/null 2>&1 && git var GIT_COMMITTER_IDENT >/dev/null 2>&1 \
    || identity='-c user.name=ratchet -c user.email=ratchet@localhost'; \
  git init --quiet && git symbolic-ref HEAD refs/heads/main && git add --all \
    && git $$identity -c commit.gpgSign=false commit --quiet --no-verify --message 'Start from the source archive' \
    || { rm -rf .git; exit 1; }; \
  echo 'This folder had no Git repository of its own: initialised one and committed its files' >&2

# One data file at a time: what is not here is fetched, what is out of date is updated, and rows that only exist here stay.
PULL = \
  git ls-files '*.dvc' | while IFS= read -r pointer; do \
    data=$${pointer%.dvc}; \
    if [ ! -e "$$data" ]; then $(IN_VENV) .venv/bin/dvc pull "$$pointer" </dev/null >/dev/null || exit 1; \
    elif ! $(IN_VENV) .venv/bin/dvc pull --quiet "$$pointer" </dev/null >/dev/null 2>&1; then \
      echo "$$data stays as it is here ('dvc pull $$pointer' says why)" >&2; \
    fi; \
  done
