# Relevé: `make` lists what there is to do. Each target does its own set-up.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench docs lock setup clean

help: ## list the targets
	@awk -F ': ## ' '/^[a-z]+: ## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

demo: ## run the whole service on a virtual home (DEMO_SECONDS=20 stops by itself)
	@scripts/setup runtime
	@scripts/demo

test: ## run every check and every test
	@scripts/setup dev
	@scripts/check
	@scripts/test

check: ## read the code: style, types, imports; see that each test loads
	@scripts/setup dev
	@scripts/check

bench: ## print the table of what was measured, beside its limits
	@scripts/setup dev
	@.venv/bin/python -m bench

docs: ## write the generated pages of docs/ anew
	@scripts/setup dev
	@scripts/docs

lock: ## write requirements/*.lock anew, in the newest versions
	@scripts/lock

setup: ## make .venv, to run Relevé
	@scripts/setup runtime

clean: ## remove .venv and what the tools left
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache .coverage .coverage.json demo-data
