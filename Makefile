# `make demo` trains the built-in cars, `make test` runs the tests. Each sets itself up: it makes the
# virtual environment $(VENV) with $(PYTHON) and installs the project into it.
PYTHON ?= python3.11
VENV ?= .venv
MODEL_DIR ?= runs/demo

.PHONY: demo test test-all lint clean

demo: $(VENV)/installed
	$(VENV)/bin/python -m elastic_infogan_tf.train --flagfile=flags/cars_demo.flags --model_dir=$(MODEL_DIR)
	@echo "look at $(MODEL_DIR)/figures/grid.png: a row per code"

# The fast tests and one of each kind of slow ones; `make test TESTS=slow` takes others.
TESTS ?= not slow or one_of_each

test: $(VENV)/installed-test
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "$(TESTS)"

test-all:
	$(MAKE) test TESTS=

lint: $(VENV)/installed-test
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: setup.py | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install -e .
	touch $@

$(VENV)/installed-test: setup.py | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install -e ".[test]"
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) build dist *.egg-info
