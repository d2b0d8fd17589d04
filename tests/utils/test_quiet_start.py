"""TensorFlow's import is quiet, and tells all when it fails."""

import os
import subprocess
import sys
import warnings

import pytest

from elastic_infogan_tf.utils.quiet_start import quiet_start

_IMPORT = "from elastic_infogan_tf.utils.quiet_start import quiet_start"


def _as_cpp_writes(text):
    os.write(2, text.encode())


def test_what_is_written_meanwhile_is_not_shown_and_all_else_is(capfd):
    _as_cpp_writes("before\n")
    with quiet_start():
        _as_cpp_writes("I0000 could not find cuda drivers\n")
    _as_cpp_writes("after\n")
    assert capfd.readouterr().err == "before\nafter\n"


@pytest.mark.parametrize("error", [ImportError("libcudart.so"), KeyboardInterrupt(), SystemExit(1)])
def test_it_is_shown_in_full_where_the_import_fails(capfd, error):
    with pytest.raises(type(error)), quiet_start():
        _as_cpp_writes("F0000 no AVX on this machine\n")
        raise error
    assert capfd.readouterr().err == "F0000 no AVX on this machine\n"


def _python(*lines):
    program = "\n".join(["import os, sys", _IMPORT, *lines])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_what_python_says_keeps_its_place():
    held = "with quiet_start(): print('2', file=sys.stderr); os.write(2, b'3\\n')"
    assert _python("print('1', file=sys.stderr)", held, "os.write(2, b'4\\n')")[2] == "1\n4\n"
    code, _, err = _python("print('1', file=sys.stderr)", f"{held}; raise SystemExit(7)")
    assert (code, err) == (7, "1\n2\n3\n")


def test_standard_error_may_be_closed():
    assert _python("os.close(2)", "with quiet_start(): print('imported')")[:2] == (0, "imported\n")


def test_no_file_stays_open():
    before = os.listdir("/proc/self/fd")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with quiet_start():
            _as_cpp_writes("x")
    assert os.listdir("/proc/self/fd") == before
