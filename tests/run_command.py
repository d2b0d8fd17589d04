"""Running a command in this process, as its user would in a shell, and being refused."""

import contextlib
import io


def run_command(command, *argv):
    """Returns exit code, standard output and standard error of a command's module."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command.main([str(argument) for argument in argv])
    return code, out.getvalue(), err.getvalue()


def assert_refused(result, *words):
    """Asserts that bad input got exit code 2 and one sentence with these words.

    Args:
        result: what `run_command` returned.
        words: what the sentence says.
    """
    code, _, err = result
    assert code == 2, err
    assert err.startswith("error: ") and len(err.splitlines()) == 1, err
    for word in words:
        assert word in err
