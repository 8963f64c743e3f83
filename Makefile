# Every target sets up what it needs; python3 (3.11 or newer, with venv) and make are enough.
PYTHON ?= python3
# `exec`: make is the direct parent, so that a killed make takes everything with it.
IN_VENV = @exec $(PYTHON) -m scripts.bootstrap

.PHONY: help run test spec bench lint messages screenshots set-up

help:
	@echo "make run            start everything (PORT=8000; SANDBOX=0 for real Google)"
	@echo "make test           all checks and tests (ARGS='…' goes to pytest)"
	@echo "make spec           which test proves which claim of the specification"
	@echo "make bench          ARGS='NAME OPTIONS': a benchmark, e.g. ARGS='sync --messages 1000'"
	@echo "make lint           format and mend what can be mended by itself, then check"
	@echo "make messages       collect and compile the texts of the screens"
	@echo "make screenshots    pictures of the screens"
	@echo "make set-up         only make .venv"

run:
	$(IN_VENV) -m scripts.run

test:
	$(IN_VENV) -m scripts.check $(ARGS)

spec:
	$(IN_VENV) -m scripts.spec

bench:
	$(IN_VENV) -m bench $(ARGS)

lint:
	$(IN_VENV) -m scripts.lint

messages: set-up
	@.venv/bin/python -m scripts.messages extract
	@.venv/bin/python -m scripts.messages compile

screenshots:
	$(IN_VENV) -m scripts.screenshots $(ARGS)

set-up:
	$(IN_VENV)
