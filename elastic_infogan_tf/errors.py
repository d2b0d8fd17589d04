"""Errors that a command shows to its user as one sentence."""


class UsageError(ValueError):
    """Bad input from outside: a flag, a file, a folder, a configuration.

    The message is one sentence for the person at the keyboard: what was wrong, what was found and
    what to do. Commands print it without a traceback and exit with code 2.
    """


class DivergenceError(RuntimeError):
    """Training met a loss or a weight that is not finite.

    The message names the step and the term. Commands print it and exit with code 1; the last good
    checkpoint stays on disk.
    """


class RunsFailedError(RuntimeError):
    """Some runs of a sweep failed, which did not stop the others.

    The message names them. Commands print it and exit with code 1.
    """


class WorkerLostError(RuntimeError):
    """Another worker of a training over several machines has ended.

    The message says how to go on. Commands print it and exit with code 1.
    """
