# `make help` lists the commands. Each sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help
help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

.PHONY: serve
serve: ## Set up, load the content and serve on http://127.0.0.1:8000 (PORT=8001 for another port)
	@$(PYTHON) deploy/venv.py
	@PORT="$(PORT)" $(BIN)/python deploy/serve.py

.PHONY: dev
dev: environment ## Serve for developers: shows what you edit at once, explains errors, prints mails (PORT=8001)
	@PORT="$(PORT)" $(BIN)/python deploy/serve.py --dev

.PHONY: demo
demo: ## Serve a trial site of its own in var/demo, full of demonstration content (SCALE=100 for more)
	@$(PYTHON) deploy/venv.py
	@mkdir -p var
	@DATA_DIR="$(CURDIR)/var/demo" DATABASE_URL= CACHE_URL= SITE_URL= PORT="$(PORT)" $(BIN)/python deploy/serve.py --demo $(or $(SCALE),10)

.PHONY: test
test: environment ## Set up and run all tests
	@$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4

.PHONY: quick
quick: environment ## Run the tests that need no browser and no server and take no time, in about a minute
	@$(BIN)/python -m pytest -m "not browser and not server and not slow" --numprocesses=auto --maxprocesses=4 $(QUICK)

.PHONY: slow
slow: environment ## Measure which tests are too slow for make quick (takes some minutes)
	@$(BIN)/python -m pytest -q -p no:xdist -p tests.slow -m "not browser and not server"

.PHONY: fuzz
fuzz: environment ## Send every address many requests that make no sense (FUZZ=100000 for more, FUZZ_SEED=random for others)
	@FUZZ=$(or $(FUZZ),20000) $(BIN)/python -m pytest tests/site/test_fuzz.py --numprocesses=auto --maxprocesses=4 --tb=short

.PHONY: bench
bench: environment ## Measure the site and keep the figures in bench/RESULTS.md (BENCH=--help for how; needs wrk)
	@$(BIN)/python bench/run.py $(BENCH)

.PHONY: chaos
chaos: environment ## Break the site in every way we know, and write what happened in docs/chaos.md (takes some minutes)
	@CHAOS=full CHAOS_REPORT="$(or $(REPORT),docs/chaos.md)" $(BIN)/python -m pytest tests/chaos $(CHAOS_OPTIONS)

.PHONY: lint
lint: environment ## Check the code, the types, the templates, the style sheet and the arrows between the apps
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --lint templates publishing/templates
	@$(BIN)/lint-imports
	@$(BIN)/python tools/build_styles.py --check
	@$(BIN)/mypy .
	@$(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: format
format: environment ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: messages
messages: environment ## Collect the words of the interface and compile their translations (needs gettext)
	@$(BIN)/python manage.py makemessages --all --extension=html,txt,py,svg --no-obsolete --no-location --ignore='.venv*/*' --ignore='tests/*'
	@$(BIN)/python manage.py compilemessages --ignore='.venv*' --verbosity=0

.PHONY: styles
styles: environment ## Make the sheet of the site from its sources, for browsers since 2020 (`make dev` does so by itself)
	@$(BIN)/python tools/build_styles.py

.PHONY: pins
pins: environment ## Work out the exact packages and their hashes from requirements*.in (PINS=--upgrade for newer ones)
	@for name in requirements requirements-scale requirements-dev; do \
		$(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--annotation-style=line --custom-compile-command "make pins" $(PINS) $$name.in -o $$name.txt || exit 1; \
	done

.PHONY: sbom
sbom: environment ## Write the list of all packages that the site runs on, as CycloneDX, in var/sbom.cdx.json
	@mkdir -p var
	@$(BIN)/cyclonedx-py requirements requirements-scale.txt --pyproject pyproject.toml --output-reproducible --output-file var/sbom.cdx.json
	@echo "See var/sbom.cdx.json"

.PHONY: screenshots
screenshots: environment ## Photograph a full and an empty page of every kind, at four widths, in the dark, enlarged, on paper (PAGES="home theme" for some)
	@$(BIN)/python tools/screenshots.py $(PAGES)

.PHONY: editor-screenshots
editor-screenshots: environment ## Photograph the desk for docs/editors.md into docs/images/
	@$(BIN)/python tools/editor_screenshots.py

.PHONY: environment
environment:
	@$(PYTHON) deploy/venv.py --dev
