"""Loads corrupted files in child processes: `python -m tests.fuzz.run --count=10000`.

A file is read or refused in a sentence. Everything else is a failure: another error, a signal, no
answer in time. Failures are printed with the kind and the seed that make the file again.
"""

import argparse
import collections
import json
import select
import subprocess
import sys
from collections.abc import Iterator

from tests.fuzz.mutators import MUTATORS

SECONDS = 20.0  # for one file
_START_SECONDS = 120.0  # for the first one, while the machine may be busy


class Child:
    """A process that loads files; a new one takes the place of one that ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def ask(self, kind: str, seed: int) -> str:
        """Returns what became of a file."""
        seconds = SECONDS
        if self._process is None:
            command = [sys.executable, "-m", "tests.fuzz.child"]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            seconds = _START_SECONDS
        self._process.stdin.write(f"{kind} {seed}\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            self.close()
            return f"no answer in {seconds:g} s"
        answer = self._process.stdout.readline()
        if answer:
            return json.loads(answer)
        code = self._process.wait()
        self.close()
        return f"the process ended with code {code}"

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def run(count: int, first_seed: int = 0, kinds: tuple[str, ...] = tuple(MUTATORS)) -> Iterator:
    """Yields kind, seed and outcome of so many files, the kinds in turn."""
    child = Child()
    try:
        for number in range(count):
            kind, seed = kinds[number % len(kinds)], first_seed + number
            yield kind, seed, child.ask(kind, seed)
    finally:
        child.close()


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first_seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(MUTATORS))
    asked = parser.parse_args()
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for kind, seed, outcome in run(asked.count, asked.first_seed, tuple(asked.kinds.split(","))):
        word = outcome if outcome in ("read", "refused") else "failed"
        table[kind][word] += 1
        if word == "failed":
            print(f"{kind} {seed}: {outcome}", flush=True)
    for kind, words in table.items():
        print(
            f"{kind}: "
            + ", ".join(f"{words[word]} {word}" for word in ("read", "refused", "failed"))
        )
    return int(any(words["failed"] for words in table.values()))


if __name__ == "__main__":
    sys.exit(main())
