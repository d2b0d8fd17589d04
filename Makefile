# `make demo` trains the built-in cars, `make test` runs the tests. Each sets itself up: it makes the
# virtual environment VENV with the first of these Pythons that can, and installs the project into it.
# For another one: make PYTHON=/path/to/python; flags of the demo's training: make demo ARGS="--seed=1".
USABLE = import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c "$(USABLE)" 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
MODEL_DIR ?= runs/demo
PIP = $(VENV)/bin/python -m pip install -qq --disable-pip-version-check

.PHONY: demo test test-all lint clean
.NOTPARALLEL:

demo: $(VENV)/installed
	@$(VENV)/bin/python -m elastic_infogan_tf.train --flagfile=flags/cars_demo.flags \
		--model_dir=$(MODEL_DIR) $(ARGS)

# The fast tests and one of each kind of slow ones; `make test TESTS=slow` takes others.
TESTS ?= not slow or one_of_each

test: $(VENV)/installed-test
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "$(TESTS)" $(PYTEST_ARGS)

test-all:
	$(MAKE) test TESTS=

lint: $(VENV)/installed-test
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy

# Debian without python3-venv leaves an environment half-made, and an upgrade may take its Python away:
# both are mended.
$(VENV)/bin/python $(VENV)/made:
	@python="$(PYTHON)"; test -n "$$python" || { echo "error: there is no Python 3.11, 3.12 or 3.13" \
		"with venv here; install one (Debian, Ubuntu: apt install python3-venv), or name it:" \
		"make PYTHON=/path/to/python" >&2; exit 2; }; \
	echo "$(VENV): made with $$(command -v $$python), $$($$python --version)"; \
	test -x $(VENV)/bin/python || rm -f $(VENV)/bin/python*; \
	$$python -m venv $(VENV) && touch $(VENV)/made

$(VENV)/installed: setup.py $(VENV)/bin/python $(VENV)/made
	@echo "$(VENV): installing TensorFlow and what else is needed, 2.5 GB; takes some minutes"
	@$(PIP) -e .
	@touch $@

$(VENV)/installed-test: setup.py $(VENV)/bin/python $(VENV)/made
	@echo "$(VENV): installing what is needed, for tests too, 3.5 GB; takes some minutes"
	@$(PIP) -e ".[test]"
	@touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) build dist *.egg-info
