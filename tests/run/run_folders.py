"""Run folders as trainings leave them, made without one."""

import copy
import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.figures import thumbnails
from elastic_infogan_tf.run_folder.folder import RunFolder

EXAMPLE = json.loads((Path(__file__).parents[1] / "tables" / "example_results.json").read_text())
FIGURES = ("grid", "grid-0000668", "prior", "clusters", "losses", "contingency")


def make_run(root, *, results=None, names=None, source="original", steps=None, state="alive"):
    """Writes a run folder: its record, a row of metrics, images, and results if they are given.

    `steps` of its last row: by default those of the results of the example.
    """
    folder = RunFolder(root)
    folder.figures.mkdir(parents=True)
    run = copy.deepcopy(EXAMPLE["run"])
    run["data"] |= {"source": source, "images": 64 * EXAMPLE["step"] // 12}  # 12 epochs
    if names is not None:
        run["data"]["class_names"] = list(names)
        run["data"]["class_counts"] = [10 + place for place, _ in enumerate(names)]
    record = run | {"versions": {"tensorflow": "2.21.0"}}
    folder.record.write_text(json.dumps(record))
    with folder.metrics.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["epoch", "step", "state"])
        writer.writeheader()
        writer.writerow({"epoch": 12, "step": steps or EXAMPLE["step"], "state": state})
    if results is not None:
        folder.results.write_text(json.dumps(results))
    for place, name in enumerate(FIGURES):
        pixels = np.full((60, 900, 3), 40 * place, np.uint8)
        Image.fromarray(pixels).save(folder.figures / f"{name}.png")
    return folder


def make_results(**prior):
    """Returns results as of the example, with more of the prior's part."""
    results = copy.deepcopy(EXAMPLE)
    results["health"] = {"state": "alive", "pixel_spread": 0.9}
    results["prior"] |= prior
    return results


def write_thumbnails(folder, names=("a class",)):
    """Writes thumbnails: of each code two real images and the new ones; one uncertain image."""
    codes = len(EXAMPLE["prior"]["probabilities"])
    labels = np.repeat(np.arange(codes), 2)
    noise = np.random.default_rng(0).integers(0, 256, (120, 16, 16, 1), np.uint8)
    data = LabelledImages(noise[: 2 * codes], 0 * labels, tuple(names), "made up")
    groups = thumbnails.sheet_of_groups(
        data,
        labels,
        np.ones(2 * codes),
        codes,
        title="groups",
        text="as of now",
        generated=noise[20 : 20 + codes * thumbnails.GENERATED],
    )
    thumbnails.write(folder.figures, [groups])
    strip = thumbnails.strip("", noise[110:111], ["4.png\n0 0.50\n1 0.40"])
    group = thumbnails.Group(title="1 of 20", text="", strips=[strip])
    unsure, odd = (
        thumbnails.Sheet(replaces=[name], title=title, text=text, groups=groups)
        for name, title, text, groups in (
            ("least_certain", "unsure", "some", [group]),
            ("outliers", "odd", "None.", []),
        )
    )
    thumbnails.write(folder.groups, [unsure, odd])
