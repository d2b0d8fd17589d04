"""What the tests of several tools share."""

import contextlib

import pytest
import tensorflow as tf


@pytest.fixture
def cwd(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def eagerly():
    """A context in which steps run as plain Python: one is sooner taken than its program built."""

    @contextlib.contextmanager
    def context():
        tf.config.run_functions_eagerly(True)
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(False)

    return context
