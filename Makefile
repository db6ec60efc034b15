# Everything a person or a machine does with this repository. `make` alone lists it.

PY    := .venv/bin/python
# The environment is rebuilt when what it is made from, or where it lies, has changed.
STAMP := .venv/.installed-$(shell { echo "$(CURDIR)"; cat requirements/dev.txt requirements/uv.txt pyproject.toml scripts/install; } | sha256sum | cut -c1-12)
# The peers that benchmarks measure us against stay out of it.
PEERS := .venv-peers/.installed-$(shell { echo "$(CURDIR)"; cat requirements/peers.txt requirements/uv.txt pyproject.toml scripts/install; } | sha256sum | cut -c1-12)

.DEFAULT_GOAL := help
.PHONY: help install install-browser install-go install-java run test soak check bench docs lock wheel clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{ printf "  make %-16s %s\n", $$1, $$2 }'

install: $(STAMP) ## the locked environment, in .venv

$(STAMP):
	@scripts/install $@ requirements/dev.txt

$(PEERS):
	@scripts/install $@ requirements/peers.txt

install-browser: ## Chromium and a Chinese font, which the browser tests need
	@scripts/install-browser

install-go: ## Go and its transparency log, which the soak has verify ours
	@scripts/install-go

install-java: ## the Java runtime that the tests of the Spark carrier need
	@scripts/install-java

run: install ## build the sample platform and open an answered question on 127.0.0.1:8420
	@.venv/bin/lawful demo

test: install install-browser install-java ## every test but the soak (ARGS="-k words" to choose)
	@scripts/test $(ARGS)

soak: install install-go install-java ## the large counts, seeded (SEED=n, ARGS=tests/evidence for some); writes benchmarks/soak.json
	@LAWFUL_SOAK=1 $(PY) scripts/soak $(if $(SEED),--seed $(SEED)) $(ARGS)

check: install ## style, types, floors, rulebook and house rules
	@scripts/check

bench: $(PEERS) ## figures beside a peer's (NAME=law|decide|…); writes benchmarks/latest.json
	@.venv-peers/bin/python benchmarks/bench.py $(NAME)

docs: install ## write docs/reference anew, and the law book in English and Chinese under build/docs
	@$(PY) scripts/docs
	@$(PY) scripts/lawbook

lock: install ## pin the requirements anew, with hashes (UPGRADE=name for a newer one)
	@scripts/lock $(UPGRADE)

wheel: install ## the package, in dist
	@$(PY) -m build --wheel --no-isolation

clean: ## remove what the tools leave, the environment too (never a deployment's state)
	@rm -rf .venv .venv-peers .uv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
