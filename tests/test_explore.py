"""A number of groups that the images propose, before a training, and the training with it."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from elastic_infogan_tf import explore, train
from elastic_infogan_tf.clustering.cluster import NumberCurve
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.report.explore_page import Exploration, TriedSet
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.training import encoders
from tests.run_command import assert_refused, run_command
from tests.trained_run import bare_trainings

KINDS, EACH = 4, 20
SHARED = ["--dataset=own", "--augment=none", "--base_channels=2", "--batch_size=20"]
EXPLORED = [*SHARED, "--first_part_steps=8"]
FLAGS = [
    *SHARED,
    "--steps=8",
    "--method=clustered_infogan",
    "--strategy=one",
    "--nojit_compile",
    "--noevaluate",
]


@pytest.fixture(scope="module", autouse=True)
def own():
    """A data set of 28x28 images of one's own, whose networks are soon built."""
    row = dataclasses.replace(DATA_SETS["digits"], loader="npz", gives_classes=False, splits=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DATA_SETS, "own", row)
        yield


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Four kinds of images: each a bright square at a place of its own, and noise."""
    pixels = np.random.default_rng(0).integers(0, 40, (KINDS * EACH, 28, 28, 1))
    for number in range(len(pixels)):
        row, column = divmod(number % KINDS, 2)
        pixels[number, 14 * row : 14 * row + 14, 14 * column : 14 * column + 14] = 250
    path = tmp_path_factory.mktemp("images") / "mine.npz"
    np.savez(path, images=pixels.astype(np.uint8))
    return path


@pytest.fixture(scope="module")
def explored(images, tmp_path_factory):
    """The folder of an exploration, and what the command printed."""
    place = tmp_path_factory.mktemp("explored") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(images.parent)
        code, *printed = run_command(
            explore, *EXPLORED, f"--data_dir={images.name}", f"--out={place}"
        )
    assert code == 0, printed
    return place, *printed


@pytest.fixture(scope="module")
def run(explored, tmp_path_factory):
    """A folder of a finished run by the flagfile of the exploration, and what the run printed."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    flags = [f"--flagfile={explored[0] / 'explore.flags'}", *FLAGS, f"--model_dir={folder}"]
    with bare_trainings():
        code, out, err = run_command(train, *flags)
    assert code == 0, err
    return folder, out


@pytest.mark.slow
def test_the_kinds_are_proposed_with_a_page_and_a_flagfile(explored, images):
    place, out, err = explored
    assert f"{KINDS} were made" in out and "features 1 of 2 (given), epoch" in err
    assert f"elastic-infogan train --flagfile={place / 'explore.flags'}" in out
    page = (place / "explore.html").read_text()
    assert "Recommended: the transforms none" in page and page.count('class="group"') == 2 * KINDS
    assert "pixels and k-means" in page and "pixels and graph" in out
    lines = (place / "explore.flags").read_text().splitlines()
    start = f"--encoder={place / 'encoder.npz'}"
    chosen = {f"--num_classes={KINDS}", "--steps=2400", start}
    assert {*SHARED, f"--data_dir={images}", *chosen} == set(lines)


@pytest.mark.slow
def test_features_that_were_learned_are_not_learned_again(explored, images):
    place, *_ = explored
    before = (place / "explore.html").read_bytes()
    (place / "encoder-1.npz").unlink()
    flags = [*EXPLORED, f"--data_dir={images}", f"--out={place}"]
    code, _, err = run_command(explore, *flags)
    assert code == 0 and "features 1" not in err and "features 2 of 2" in err
    assert (place / "explore.html").read_bytes() == before  # the same features again
    code, _, err = run_command(explore, *flags, "--seed=1")
    assert code == 0 and "features 1 of 2" in err
    (place / "encoder-0.npz").write_bytes(b"PK")
    assert_refused(run_command(explore, *flags), "encoder-0.npz cannot be read")


@pytest.mark.slow
def test_the_training_begins_with_the_groups_and_the_encoder(explored, run):
    folder, out = run
    clusters = json.loads((folder / "clusters.json").read_text())
    assert "graph_mutual_information" not in clusters  # it came with the exploration's own
    assert clusters["step"] == 0 and clusters["sizes"] == [EACH] * KINDS
    assert "clusters of 80 real images after step 0" in out and "another width" not in out
    with np.load(explored[0] / "encoder.npz") as arrays:
        assert sorted(np.bincount(arrays["labels"])) == [EACH] * KINDS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--num_classes=3"], "has 4 groups, and --num_classes is 3"),
        (["--encoder=gone.npz"], "gone.npz cannot be read"),
    ],
)
def test_a_start_that_does_not_fit_is_refused(explored, tmp_path, flags, words):
    flagfile = f"--flagfile={explored[0] / 'explore.flags'}"
    refused = run_command(train, flagfile, *FLAGS, f"--model_dir={tmp_path / 'run'}", *flags)
    assert_refused(refused, words)


@pytest.mark.slow
def test_clusters_are_in_tensorboard_by_the_runs_one_writer(run):
    folder, out = run
    assert len(list((folder / "tensorboard").glob("events*.v2"))) == 1
    events = EventAccumulator(str(folder / "tensorboard"), {"tensors": 0}).Reload()
    for name in ("clusters_at_switch",):
        (event,) = events.Tensors(f"figures/{name}")
        assert event.step == 0
        _, _, png = tf.make_ndarray(event.tensor_proto)
        pixels = tf.io.read_file(str(folder / "figures" / f"{name}.png"))
        expected = tf.io.decode_png(pixels, channels=3)
        np.testing.assert_array_equal(tf.io.decode_png(png, channels=3), expected)
    (sizes,) = events.Tensors("clusters/sizes")
    assert sizes.step == 0
    assert f"look at {folder / 'figures' / 'clusters_at_switch.png'}" in out


def _exploration(**parts):
    """Two sets of transforms, the second of which agrees with more."""
    labels = np.repeat([0, 1], [6, 4])
    tried = [
        TriedSet(name, (name,), labels, np.ones(10), score, score)
        for name, score in (("flip", 0.5), ("crop", 0.95))
    ]
    baselines = {"pixels and k-means": labels[:5]}
    return Exploration(2, "graph", parts.get("curve"), tried, np.arange(5), baselines)


def test_the_set_that_others_agree_with_is_recommended_and_scores_are_said_where_there_are_labels():
    found = _exploration()
    assert found.recommended.name == "crop"
    rows = found.set_rows(None)
    assert rows == [
        ["set", "transforms", "agreement"],
        ["crop (recommended)", "crop", "0.950"],
        ["flip", "flip", "0.500"],
    ]
    assert "most images are in the right group" in found.describe(None)
    classes = np.array([0] * 5 + [1] * 5)
    assert found.set_rows(classes)[0][3:] == ["accuracy (labels)", "NMI (labels)"]
    assert found.set_rows(classes)[1][3] == "0.900"
    assert found.baseline_rows(classes)[1][:3] == ["pixels and k-means", "1.000", "1.000"]


def test_a_curve_that_is_best_at_its_end_says_that_more_were_not_tried():
    numbers, information = np.array([2, 3, 4]), np.array([0.5, 1.0, 1.02])
    agreement = np.ones(3)
    curve = NumberCurve(numbers, information, np.array([0.5, 0.5, 0.02]), agreement, 4)
    words = (
        "3 to 4 groups suit these images about as well by agreement and information; 2 were made"
    )
    assert _exploration(curve=curve).range == f"{words}; more were not tried, and may be right."
    agreement[-1] = 0.5
    assert _exploration(curve=curve).range == words.replace("3 to 4", "3 to 3") + "."
    assert _exploration().range == ""


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--dataset=digits"], "explore is for images whose number of groups is open"),
        (["--dataset=npz", "--data_dir=x", "--class_ids=a,b"], "without --class_ids"),
        (["--dataset=image_folder", "--data_dir=gone"], "--data_dir=gone does not exist"),
        ([], "--dataset=image_folder needs --data_dir"),
    ],
)
def test_what_cannot_be_explored_is_refused(flags, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_refused(run_command(explore, *flags), words)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"made_of": np.array("[1]")}, "cannot be read"),
        ({"made_of": np.array("{}")}, "is not of these 4 images"),
        ({"labels": np.array([0, 1, 1])}, "is corrupted: it must hold a group and a confidence"),
        ({"labels": np.array([0, 1, 1, 2])}, "is corrupted"),
        ({"labels": np.array([0.5, 1, 1, 0])}, "is corrupted"),
        ({"confidence": np.array([1, 1, 1, np.nan])}, "is corrupted"),
        ({"confidence": None}, "is corrupted"),
    ],
)
def test_a_corrupted_start_is_refused(tmp_path, changes, words):
    images = np.zeros((4, 2, 2, 1), np.uint8)
    data = LabelledImages(images, None, (), "a test")
    made_of = json.dumps({"fingerprint": data.fingerprint, "groups": 2})
    arrays = {"features": np.eye(4), "labels": np.array([0, 1, 1, 0]), "confidence": np.ones(4)}
    arrays |= {"weight0": np.ones(3), "made_of": np.array(made_of)}
    path = tmp_path / "encoder.npz"
    np.savez(path, **arrays)
    assert encoders.load_start(path, data, 2).labels.tolist() == [0, 1, 1, 0]
    changed = {name: array for name, array in (arrays | changes).items() if array is not None}
    np.savez(path, **changed)
    with pytest.raises(UsageError, match=words):
        encoders.load_start(path, data, 2)


def test_its_help_has_its_own_defaults(capsys):
    assert explore.main(["--help"]) == 0
    lines = " ".join(capsys.readouterr().out.split())
    for words in ("suit a laptop (default: 8)", "become the codes (default: 1,200)"):
        assert words in lines
    assert "Required" not in lines and "(default: image_folder, or npz for a file)" in lines


def test_the_results_go_beside_the_runs_by_the_name_of_the_images(monkeypatch, images, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").touch()
    refused = run_command(explore, f"--data_dir={images}")
    assert_refused(refused, "cannot write runs/mine-explore")


def test_more_codes_than_half_of_the_images_are_refused(images, tmp_path):
    flags = [f"--data_dir={images}", f"--model_dir={tmp_path}", "--num_classes=41"]
    refused = run_command(train, *FLAGS, *flags)
    assert_refused(refused, "--num_classes=41 is more than half of the 80 images; give 40 or fewer")
    assert not any(tmp_path.iterdir())


def test_a_number_of_codes_that_was_not_given_is_said(images):
    asked = [*FLAGS, f"--data_dir={images}", "--strategy=multi_worker"]
    line = "--num_classes was not given: 10 codes; `elastic-infogan explore` proposes a number\n"
    for more, printed in ([], line), (["--num_classes=3"], ""):
        code, out, _ = run_command(train, *asked, *more)
        assert (code, out) == (2, printed)
