# The two commands: `make run` and `make test`. Each does its own set-up.

# Beside each other: many tests wait for processes that they start.
PYTEST = .venv/bin/pytest -n auto --dist worksteal

.PHONY: help run test check bench setup vision rapidocr setup-test

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

run: setup ## Import PHOTOS=<folder | zip | manifest | url>, or a small sample without it
	@setup/first_import

test: setup-test ## Run all tests
	$(PYTEST)

check: setup-test ## Formatting, lint, types, import rule, then all tests
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PYTEST)

bench: setup ## Side by side with what people would use instead; takes hours (docs/benchmarks.md)
	@.venv/bin/python -m benchmarks.side_by_side

setup: ## What running needs: .venv with the locked packages, Tesseract with English data
	@setup/environment run
	@setup/tesseract

vision: setup ## What asking a vision model needs besides: its locked client
	@setup/environment vision

rapidocr: setup ## What reading signs and plates with RapidOCR needs besides: its locked packages
	@setup/environment rapidocr

setup-test: setup ## What testing needs besides: the locked tools, PostgreSQL
	@setup/environment dev
	@setup/postgresql

export PHOTOS
