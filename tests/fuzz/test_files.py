"""Corrupted files are read or refused in a sentence, in a process that lives on."""

from tests.fuzz.mutators import MUTATORS
from tests.fuzz.run import Child, run

COUNT = 1500  # some 20 CPU seconds; `python -m tests.fuzz.run` for more


def test_corrupted_files_are_read_or_refused_in_a_sentence():
    outcomes = list(run(COUNT))
    failed = [one for one in outcomes if one[2] not in ("read", "refused")]
    assert not failed, failed[:5]
    for kind in MUTATORS:  # corruption that nobody notices, or that nothing survives, tests nothing
        found = [outcome for name, _, outcome in outcomes if name == kind]
        assert 0 < found.count("refused") < len(found), kind


def test_a_process_that_dies_is_noticed_and_replaced():
    child = Child()
    try:
        assert "the process ended with code 1" in child.ask("no such kind", 0)
        assert child.ask("png", 0) in ("read", "refused")
    finally:
        child.close()
