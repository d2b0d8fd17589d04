"""Sorting as its user meets it: a table, a summary, images, folders, one sentence."""

import csv
import json
import os
import re

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf import sort
from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.groups import groups
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run.sort import sort_training_images
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.run_folder.record import make_record
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.training.checkpoints import Checkpoints
from tests.nasty_names import NASTY
from tests.run_command import assert_refused, run_command

FILES = ["groups.csv", "groups.png", "least_certain.png", "outliers.png", "summary.json"]


def _save(path, level, size=(40, 30), mode="RGB"):
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(level)
    colours = rng.integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    Image.fromarray(colours).convert(mode).save(path)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of grey 28x28 images that has learned nothing, and 14 images without labels."""
    place = tmp_path_factory.mktemp("sort")
    images, run = place / "images", RunFolder(place / "run")
    for number in range(14):
        _save(images / f"{number:02}.png", number)
    config = resolve(
        "digits",
        class_ids=("0", "1", "2"),
        class_proportions=(0.5, 0.3, 0.2),
        num_classes=3,
        base_channels=2,
    )
    data = catalogue.load(config, DataFiles())
    run.root.mkdir()
    run.record.write_text(json.dumps(make_record(config, data)))
    model = build_model(config, data.class_counts, len(data.images))
    Checkpoints(run.checkpoints, model).save()
    return run.root, images


@pytest.fixture
def others(tmp_path):
    """Twelve images of two classes, of many formats, sizes and names, and a corrupted one."""
    folder = tmp_path / "others"
    usable = [name.encode("utf-8", "surrogateescape") for name in NASTY if 0 < len(name) < 100]
    names = [os.fsdecode(name.replace(b"/", b"_")) for name in usable]
    formats = (("png", "L"), ("png", "RGBA"), ("jpg", "CMYK"), ("webp", "RGB"), ("bmp", "P"))
    for number in range(11):
        ending, mode = formats[number % 5]
        name = f"{names[number % len(names)]}.{ending}"
        _save(folder / ("a", "b")[number % 2] / name, number, (3 + 50 * number, 200), mode)
    for name in names[11:]:
        _save(folder / "b" / f"{name}.png", 3)
    (folder / "a" / "cut off.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


def _rows(folder):
    with (folder / "groups.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _summary(folder):
    return json.loads((folder / "summary.json").read_text())


def _bytes(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_table_and_a_summary_say_where_images_belong(made, tmp_path):
    run, images = made
    out = tmp_path / "out"
    flags = [f"--model_dir={run}", f"--data_dir={images}", f"--out={out}"]
    code, printed, err = run_command(sort, *flags)
    assert code == 0, err
    assert sorted(os.listdir(out)) == FILES and "sorting" in err  # the bar
    rows, found = _rows(out), _summary(out)
    assert [row["file"] for row in rows] == sorted(os.listdir(images))
    for row in rows:
        assert {row["group"], row["second_group"]} < {"0", "1", "2"}
        assert row["group"] != row["second_group"]
        assert 0.3333 <= float(row["probability"]) <= 1
        assert 0 <= float(row["margin"]) <= float(row["probability"])
        assert float(row["outlier_score"]) > 0
    groups = {one["group"]: one for one in found["groups"]}
    for name, one in groups.items():
        members = [row for row in rows if row["group"] == name]
        assert one["images"] == len(members) and one["codes"] == [int(name)]
        assert one["share_low"] <= one["share"] <= one["share_high"]
    sizes = [one["images"] for one in found["groups"]]
    assert sizes == sorted(sizes, reverse=True) and sum(sizes) == found["images"] == 14
    assert (found["step"], found["labels"], found["left_out"]) == (0, None, [])
    assert 0 <= found["transform_agreement"]["share"] <= 1
    for name in FILES[1:4]:
        assert (out / name).read_bytes().startswith(b"\x89PNG")
    assert "sorted: 14 images, source: image folder images" in printed


def test_where_no_image_is_unusual_there_is_no_figure_of_them(made, tmp_path, monkeypatch):
    (tmp_path / "summary.json").write_text("{}")
    (tmp_path / "outliers.png").write_text("of a sorting before")
    monkeypatch.setattr(groups, "UNUSUAL", 1e9)
    flags = [f"--model_dir={made[0]}", f"--data_dir={made[1]}", f"--out={tmp_path}"]
    code, printed, err = run_command(sort, *flags)
    assert code == 0, err
    assert not (tmp_path / "outliers.png").exists() and "outliers.png" not in printed
    assert "least_certain.png" in printed


def test_one_image_is_enough_and_its_file_too(made, tmp_path):
    image = made[1] / "03.png"
    flags = [f"--model_dir={made[0]}", f"--data_dir={image}", f"--out={tmp_path / 'out'}"]
    code, printed, err = run_command(sort, *flags, "--copy")
    assert code == 0, err
    (row,) = _rows(tmp_path / "out")
    assert row["file"] == "03.png" and "sorted: 1 image, source: image 03.png" in printed
    assert len(list((tmp_path / "out" / "images").rglob("03.png"))) == 1


def test_images_without_files_are_sorted_by_their_places(made, tmp_path):
    flags = [f"--model_dir={made[0]}", f"--out={tmp_path / 'out'}"]
    code, printed, err = run_command(sort, *flags)
    assert code == 0, err
    rows, labels = _rows(tmp_path / "out"), _summary(tmp_path / "out")["labels"]
    assert [row["file"] for row in rows] == [str(place) for place in range(len(rows))]
    assert labels["classes"] == ["0", "1", "2"] and np.sum(labels["contingency"]) == len(rows)
    assert f"purity {labels['purity']:.4f}, NMI {labels['nmi']:.4f}" in printed
    said = run_command(sort, *flags, "--link")
    assert_refused(said, "need images in files of their own", "--dataset=digits")


def test_other_images_are_sorted_named_and_copied(made, others, tmp_path):
    run, before, out = made[0], _bytes(others), tmp_path / "out"
    out.mkdir()
    (out / "summary.json").write_text("{}")  # of a sorting before, in whose folder one may write
    (out / "names.csv").write_text("group,name\n0,a/b\n2,a/b\n")
    flags = [f"--model_dir={run}", f"--data_dir={others}", f"--out={out}", "--copy"]
    code, printed, err = run_command(sort, *flags, f"--names={out / 'names.csv'}")
    assert code == 0, err
    found, rows = _summary(out), _rows(out)
    count = len(before) - 1
    assert len(rows) == found["images"] == count
    assert found["left_out"] == ["a/cut off.jpg"] and f"skipped 1 of {count + 1} images" in err
    assert {row["group"] for row in rows} <= {"a/b", "1"}
    assert {one["group"]: one["codes"] for one in found["groups"]} == {"a/b": [0, 2], "1": [1]}
    assert _bytes(others) == before
    copies = _bytes(out / "images")
    kept = [content for path, content in before.items() if path.name != "cut off.jpg"]
    assert sorted(copies.values()) == sorted(kept)
    for one in found["groups"]:
        folder = out / "images" / one["group"].replace("/", "_")
        assert one["images"] == (len(os.listdir(folder)) if folder.exists() else 0)
    labels = found["labels"]
    assert labels["classes"] == ["a", "b"]
    assert np.sum(labels["contingency"]) == count and 0.5 <= labels["purity"] <= 1
    assert "with the labels: purity" in printed and re.search(
        r"^images +a +b$", printed, re.MULTILINE
    )


def test_what_is_not_sure_goes_to_a_folder_of_its_own(made, tmp_path):
    (run, images), out = made, tmp_path / "out"
    flags = [f"--model_dir={run}", f"--data_dir={images}", f"--out={out}"]
    flags += ["--link", "--min_probability=1"]
    code, printed, err = run_command(sort, *flags)
    assert code == 0, err
    assert os.listdir(out / "images") == ["unsure"]
    links = sorted((out / "images" / "unsure").iterdir())
    assert [link.resolve() for link in links] == sorted(images.resolve().iterdir())
    assert all(link.is_symlink() for link in links)
    assert _summary(out)["unsure"] == {"min_probability": 1.0, "images": 14}
    assert "14 in unsure/" in printed
    assert_refused(run_command(sort, *flags), "images is there already", "another --out")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--out=out"], ["--model_dir is missing"]),
        (["--model_dir=RUN"], ["--out is missing"]),
        (["--model_dir=gone", "--out=out"], ["gone is not a run folder"]),
        (["--model_dir=RUN", "--out=out", "--link", "--copy"], ["--link and --copy exclude"]),
        (["--model_dir=RUN", "--out=out", "--min_probability=2"], ["between 0 and 1", "2"]),
        (
            ["--model_dir=RUN", "--out=out", "--data_dir=gone"],
            ["--data_dir must be a folder or file that is there", "gone"],
        ),
        (["--model_dir=RUN", "--out=out", "--data_dir=empty"], ["empty has 0 images"]),
        (
            ["--model_dir=RUN", "--data_dir=IMAGES", "--out=IMAGES/out"],
            ["is inside the folder of images"],
        ),
        (["--model_dir=RUN", "--out=other"], ["--out=other holds other files"]),
        (
            ["--model_dir=RUN", "--out=out", "--names=gone.csv"],
            ["--names must be a file that is there", "gone.csv"],
        ),
        (["--model_dir=RUN", "--out=other/mine"], ["--out must be a folder", "other/mine"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_it_refuses_in_one_sentence_and_makes_nothing(made, tmp_path, monkeypatch, flags, words):
    run, images = made
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine").write_text("mine")
    given = [flag.replace("RUN", str(run)).replace("IMAGES", str(images)) for flag in flags]
    assert_refused(run_command(sort, *given), *words)
    assert sorted(os.listdir(tmp_path)) == ["empty", "other"]
    assert os.listdir("other") == ["mine"] and len(os.listdir(images)) == 14


def test_a_run_without_clusters_yet_has_no_groups(make_config, tmp_path):
    config = make_config("digits", method="clustered_infogan")
    model = build_model(config, None, 100)
    with pytest.raises(UsageError, match=r"no groups yet at step 0: it makes them .* at step \d+"):
        sort_training_images(RunFolder(tmp_path), model, config, None)
    assert os.listdir(tmp_path) == []
