"""Run folders of earlier versions are evaluated, resumed, exported and sorted with.

`tests/data/run_folders/VERSION/METHOD` is what a training of that version left (12 steps on digits,
width 2), less figures, TensorBoard's files and the export. Each release adds its own, made by
`elastic-infogan train --dataset=digits --method=METHOD --base_channels=2 --batch_size=400
--epochs=4 --classifier=small_cnn --images_per_code=20 --nojit_compile --keep_checkpoints=1`.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from elastic_infogan_tf import evaluate, export, sort, train
from tests.run_command import run_command

OLD = Path(__file__).parent / "data" / "run_folders"
RUNS = sorted(path.parent for path in OLD.glob("*/*/config.json"))


@pytest.mark.slow
@pytest.mark.parametrize("old", RUNS, ids=lambda path: f"{path.parent.name} {path.name}")
def test_it_is_evaluated_resumed_exported_and_sorted_with(old, tmp_path):
    run, cache = tmp_path / "run", f"--cache_dir={tmp_path / 'cache'}"
    shutil.copytree(old, run)
    before = json.loads((run / "results.json").read_text())

    evaluation = ["--classifier=small_cnn", "--images_per_code=20", cache]
    code, _, err = run_command(evaluate, f"--model_dir={run}", *evaluation)
    assert code == 0, err
    after = json.loads((run / "results.json").read_text())
    assert after["step"] == before["step"] == 12
    np.testing.assert_allclose(
        after["prior"]["probabilities"], before["prior"]["probabilities"], atol=1e-5
    )
    assert after["q"]["nmi"] == pytest.approx(before["q"]["nmi"], abs=0.02)

    longer = ["--dataset=digits", f"--method={old.name}", "--base_channels=2", "--batch_size=400"]
    longer += [
        "--epochs=5",
        "--strategy=one",
        "--nojit_compile",
        "--noevaluate",
        f"--model_dir={run}",
        cache,
    ]
    # The schedule of clustered_infogan depends on its length, so that run is finished already.
    if old.name == "clustered_infogan":
        longer[4] = "--epochs=4"
    code, out, err = run_command(train, *longer)
    assert code == 0, err
    assert (
        "finished already" if old.name == "clustered_infogan" else "resuming after step 12"
    ) in out

    code, _, err = run_command(export, f"--model_dir={run}")
    assert code == 0, err
    exported = tf.saved_model.load(str(run / "export"))  # kept: its functions need its variables
    assert exported.prior()["probabilities"].shape == (10,)

    for index in range(3):
        (tmp_path / "images").mkdir(exist_ok=True)
        pixels = np.full((28, 28), 80 * index, np.uint8)
        Image.fromarray(pixels).save(tmp_path / "images" / f"{index}.png")
    folders = [f"--data_dir={tmp_path / 'images'}", f"--out={tmp_path / 'sorted'}"]
    code, _, err = run_command(sort, f"--model_dir={run}", *folders)
    assert code == 0, err
    assert len((tmp_path / "sorted" / "groups.csv").read_text().splitlines()) == 4
