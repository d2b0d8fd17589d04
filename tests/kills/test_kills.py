"""A training that is killed again and again ends as one that was left alone, bit by bit."""

import random
import time

from tests.kills import harness

EPOCHS = 2


def test_six_kills_leave_no_trace(tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    seconds = harness.finish(straight, EPOCHS)
    begun = time.monotonic() + random.Random(0).uniform(0, seconds)
    chosen = ("checkpoints/*_temp", ".metrics.csv.*", "figures/.*", ".export.new")
    moments = [lambda name=name: any(killed.glob(name)) for name in chosen]
    moments += [lambda: time.monotonic() > begun, lambda: (killed / "model_card.md").exists()]
    was_killed = [harness.kill_at(killed, EPOCHS, is_time) for is_time in moments]
    assert sum(was_killed) >= 5, was_killed  # a moment of a thousandth of a second may be missed
    harness.finish(killed, EPOCHS)
    assert harness.differences(straight, killed) == []
