# robotplus: `make help` lists what can be made.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/' | sort

$(VENV)/.installed: pyproject.toml
	@command -v $(PYTHON) >/dev/null 2>&1 && $(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

build: $(VENV)/.installed ## environment and compiled kernels
	$(BIN)/python -m robotplus.proving.kernels

lint: build ## ruff, mypy --strict, import-linter, deptry
	$(BIN)/ruff check src tests scripts benchmarks
	$(BIN)/ruff format --check src tests scripts benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry src

test: build ## the whole suite
	$(BIN)/pytest -n 2 --dist worksteal

clean: ## remove everything that can be made again
	rm -rf $(VENV) build src/robotplus/proving/kernels/*.so src/robotplus/reporting/assets

.PHONY: help build lint test clean
