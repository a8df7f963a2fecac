# `make help` lists the commands. Each sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help
help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

.PHONY: serve
serve: ## Set up, load the content and serve on http://127.0.0.1:8000 (PORT=8001 for another port)
	@$(PYTHON) deploy/environment.py
	@PORT="$(PORT)" $(BIN)/python deploy/serve.py

.PHONY: demo
demo: ## Serve a trial site of its own in var/demo, full of demonstration content (SCALE=100 for more)
	@$(PYTHON) deploy/environment.py
	@mkdir -p var
	@DATA_DIR="$(CURDIR)/var/demo" DATABASE_URL= CACHE_URL= SITE_URL= PORT="$(PORT)" $(BIN)/python deploy/serve.py --demo $(or $(SCALE),10)

.PHONY: test
test: environment ## Set up and run all tests
	@$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4

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
lint: environment ## Check the code, the types, the templates and the arrows between the apps
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/lint-imports
	@$(BIN)/mypy .
	@$(BIN)/python manage.py makemigrations --check --dry-run

.PHONY: format
format: environment ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: messages
messages: environment ## Collect the words of the interface and compile their translations (needs gettext)
	@$(BIN)/python manage.py makemessages --all --extension=html,txt,py,svg --no-obsolete --no-location --ignore='.venv/*' --ignore='tests/*'
	@$(BIN)/python manage.py compilemessages --ignore='.venv' --verbosity=0

.PHONY: screenshots
screenshots: environment ## Photograph every kind of page, on desktop, phone, in the dark and on paper (PAGES="home theme" for some)
	@$(BIN)/python tools/screenshots.py $(PAGES)

.PHONY: editor-screenshots
editor-screenshots: environment ## Photograph the desk for docs/editors.md into docs/images/
	@$(BIN)/python tools/editor_screenshots.py

.PHONY: environment
environment:
	@$(PYTHON) deploy/environment.py --dev
