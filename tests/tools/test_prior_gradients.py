"""The command that shows why a learned prior moves or not, as its user meets it."""

import json

import pytest

from elastic_infogan_tf import evaluate
from tests.run_command import assert_refused, run_command
from tools import prior_gradients

COLUMNS = 6


@pytest.mark.slow
@pytest.mark.usefixtures("short_evaluations")
def test_a_row_for_each_checkpoint_that_was_evaluated(copied):
    trained = copied.folder
    code, _, err = run_command(prior_gradients, f"--model_dir={trained}", "--checkpoint=all")
    assert code == 2
    assert err.splitlines()[-1] == (
        f"error: step 3 of {trained} is not evaluated yet; run python -m "
        f"elastic_infogan_tf.evaluate --checkpoint=all --model_dir={trained}"
    )
    code, _, err = run_command(evaluate, *copied.evaluate_flags, "--checkpoint=all")
    assert code == 0, err
    argv = [f"--model_dir={trained}", "--batches=3"]
    code, out, err = run_command(prior_gradients, *argv, "--checkpoint=all")
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0] == f"{trained}: digits, elastic_infogan, 3 batches"
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")][2:]
    assert [row[0] for row in rows] == ["1", "2"] and {len(row) for row in rows} == {COLUMNS}
    for _, signal, *agreements, soft in rows:
        low, high = (float(value) for value in signal.split(" to "))
        assert 0 <= low <= high <= 1 and 0 < float(soft) < 1
        assert all(-1 <= float(value) <= 1 for value in agreements)
    _, newest, _ = run_command(prior_gradients, *argv)
    assert lines[-3] == newest.splitlines()[-3]  # the same numbers again

    results = json.loads((trained / "results.json").read_text())
    results["prior"] |= {"matched_classes": None, "true_proportions": None}
    (trained / "results.json").write_text(json.dumps(results))
    code, _, err = run_command(prior_gradients, *argv)
    assert code == 2 and "results.json knows no true proportions" in err


def test_a_fixed_prior_is_refused(trained, tmp_path):
    record = json.loads((trained.folder / "config.json").read_text())
    record["config"]["model"]["method"] = "ground_truth_infogan"
    (tmp_path / "config.json").write_text(json.dumps(record))
    assert_refused(
        run_command(prior_gradients, f"--model_dir={tmp_path}"),
        f"{tmp_path} was trained by ground_truth_infogan, whose prior is fixed",
    )


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "--model_dir is missing"),
        (["--model_dir=nowhere"], "nowhere is not a run folder"),
        (["--model_dir=nowhere", "--batches=0"], "--batches must be 1 or more. Received: 0"),
    ],
)
def test_bad_flags_get_a_sentence(argv, said):
    assert_refused(run_command(prior_gradients, *argv), said)
