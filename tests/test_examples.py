"""The examples run as they stand, at tiny sizes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from examples import mnist, own_images, own_networks

FOLDER = Path(__file__).parents[1] / "examples"
TINY = ("--base_channels=2", "--strategy=one", "--nojit_compile", "--classifier=small_cnn")


def test_there_are_four_of_a_screen_each():
    names = ["mnist.py", "own_images.py", "own_networks.py", "serve_client.py"]
    assert sorted(path.name for path in FOLDER.glob("*.py")) == names
    for name in names:
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert 40 <= len(text.splitlines()) <= 70 and f"python examples/{name}" in text


@pytest.mark.slow
def test_mnists_example_says_its_scores(tmp_path, capsys):
    run = tmp_path / "run"
    flags = ["--dataset=digits", f"--model_dir={run}", f"--cache_dir={tmp_path}", *TINY]
    flags += ["--method=elastic_infogan", "--epochs=1", "--batch_size=400", "--images_per_code=20"]
    assert mnist.main(flags) == 0
    results = json.loads((run / "results.json").read_text())
    out = capsys.readouterr().out
    assert f"NMI {results['generated']['nmi']:.3f}" in out and "code 9: " in out
    assert mnist.main([*flags, "--epochs=no"]) == 2


@pytest.mark.slow
def test_own_images_go_from_a_folder_to_named_groups_and_new_images(tmp_path, capsys):
    own_images.write_digits(tmp_path / "digits", most=20)
    assert own_images.main([*TINY, "--steps=2", "--noevaluate"], tmp_path) == 0
    assert capsys.readouterr().out.strip().endswith("new.png")
    assert (tmp_path / "new.png").stat().st_size > 0
    assert len((tmp_path / "run" / "groups" / "groups.csv").read_text().splitlines()) == 111
    assert (tmp_path / "named" / "images" / "the largest").is_dir()


def test_own_networks_and_images_train():
    model, images = own_networks.main(epochs=2)
    assert model.step == 2 * (410 // 64)
    assert images.shape == (9, *own_networks.SHAPE) and images.dtype == np.uint8
    assert np.ptp(images, axis=0).max() > 0  # the noise shows
    assert np.any(model.prior.logits.numpy())  # the prior has learned


def test_the_client_needs_nothing_but_python():
    code = "import sys; sys.path[0] = 'examples'; import serve_client; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=True)
    assert not {"numpy", "tensorflow", "elastic_infogan_tf"} & set(done.stdout.split())
