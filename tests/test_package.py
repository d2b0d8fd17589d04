"""Importing the package has no side effects and refuses another Keras backend."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import elastic_infogan_tf
from elastic_infogan_tf.__main__ import COMMANDS

ROOT = Path(elastic_infogan_tf.__file__).parents[1]


def _python(program, **environment):
    inherited = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_importing_is_silent_and_loads_no_framework():
    program = (
        "import sys, elastic_infogan_tf.settings.config, elastic_infogan_tf.errors\n"
        "assert {'load', 'ElasticInfoGAN'} <= {*dir(elastic_infogan_tf)}\n"
        "heavy = {'tensorflow', 'keras', 'tensorflow_probability', 'absl', 'numpy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    run = _python(program)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_what_the_package_exports_is_there_when_it_is_asked_for():
    for name in elastic_infogan_tf.__all__:
        assert getattr(elastic_infogan_tf, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'Unknown'"):
        _ = elastic_infogan_tf.Unknown


@pytest.mark.parametrize("name", COMMANDS)
def test_help_waits_for_no_framework(name):
    program = (
        f"import sys; from {COMMANDS[name].module} import main; code = main(['--help'])\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'sklearn', 'scipy'}\n"
        "assert code == 0 and not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    run = _python(program)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(f"usage: elastic-infogan {name} ")


def test_the_tensorflow_backend_may_be_named():
    assert _python("import elastic_infogan_tf.models", KERAS_BACKEND="tensorflow").returncode == 0


def test_another_keras_backend_is_refused_with_a_sentence():
    run = _python("import elastic_infogan_tf.models", KERAS_BACKEND="jax")
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == (
        "ImportError: elastic_infogan_tf runs on Keras' TensorFlow backend, but the environment "
        "variable KERAS_BACKEND is 'jax'; unset it or set KERAS_BACKEND=tensorflow."
    )
