"""A training that is stopped or killed again and again ends as one that was left alone."""

import json
import os
import random
import re
import shutil
import signal
import time

import pytest

from tests.kills import harness

EPOCHS = 2


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """The folder of a run that was left alone, and the seconds that it took."""
    folder = tmp_path_factory.mktemp("straight") / "run"
    return folder, harness.finish(folder, EPOCHS)


@pytest.mark.slow
def test_ctrl_c_saves_and_the_same_command_goes_on_to_the_same_weights(straight, tmp_path):
    stopped = tmp_path / "stopped"
    process = harness.start(stopped, EPOCHS)
    while process.is_alive() and not (stopped / "metrics.csv").exists():
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGINT)
    process.join()
    said = stopped.with_suffix(".log").read_text()
    assert process.exitcode == 130, said
    assert "Stopping after this step" in said
    found = re.search(
        r"^stopped after step (\d+), which is saved\. Run the same command again to resume\.$",
        said,
        re.MULTILINE,
    )
    assert found, said
    step = int(found[1])
    assert harness.EPOCH_STEPS <= step < EPOCHS * harness.EPOCH_STEPS
    assert (stopped / "checkpoints" / f"ckpt-{step}.index").exists()
    assert not (stopped / "export").exists()

    harness.finish(stopped, EPOCHS)
    said = stopped.with_suffix(".log").read_text()
    assert f"resuming after step {step} of {EPOCHS * harness.EPOCH_STEPS}" in said
    found = harness.differences(straight[0], stopped)
    # The row of an epoch that was broken off averages over fewer steps.
    assert found == ([] if step == harness.EPOCH_STEPS else ["metrics.csv"])


@pytest.mark.slow
@pytest.mark.one_of_each
def test_a_kill_leaves_no_trace(straight, tmp_path):
    killed = tmp_path / "killed"
    assert harness.kill_at(killed, EPOCHS, (killed / "metrics.csv").exists)
    harness.finish(killed, EPOCHS)
    assert harness.differences(straight[0], killed) == []


@pytest.mark.slow
def test_six_kills_leave_no_trace(straight, tmp_path):
    folder, seconds = straight
    killed = tmp_path / "killed"
    was_killed = [
        harness.kill_at(killed, EPOCHS, lambda name=name: any(killed.glob(name)))
        for name in ("checkpoints/*_temp", ".metrics.csv.*", "figures/.*", ".export.new")
    ]
    end = time.monotonic() + random.Random(0).uniform(0, seconds)
    was_killed.append(harness.kill_at(killed, EPOCHS, lambda: time.monotonic() > end))
    was_killed.append(harness.kill_at(killed, EPOCHS, (killed / "model_card.md").exists))
    assert sum(was_killed) >= 5, was_killed  # a moment of a thousandth of a second may be missed
    harness.finish(killed, EPOCHS)
    assert harness.differences(folder, killed) == []


@pytest.mark.slow
def test_a_run_says_when_it_goes_on_with_other_threads(straight, tmp_path):
    folder, _ = straight
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    assert _how(run)["threads"] == 1 and not _how(run)["deterministic"]
    harness.finish(run, EPOCHS, ["--threads=2"])
    assert (
        "this run was trained with 1 threads for an operation and is resumed with 2, which is the "
        "same but for rounding; --threads=1 goes on exactly"
    ) in run.with_suffix(".log").read_text()
    assert _how(run)["threads"] == 2


@pytest.mark.slow
def test_a_deterministic_run_keeps_its_threads(tmp_path):
    run = tmp_path / "run"
    harness.finish(run, 1, ["--threads=1", "--deterministic"])
    assert _how(run)["threads"] == 1 and _how(run)["deterministic"]
    run.with_suffix(".log").unlink()
    harness.finish(run, EPOCHS, [])
    assert "threads" not in run.with_suffix(".log").read_text()
    assert _how(run)["threads"] == 1 and _how(run)["deterministic"]


def _how(run):
    """Returns how a run was trained last, as its record says."""
    return json.loads((run / "config.json").read_text())["how"]["run"]
