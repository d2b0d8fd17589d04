"""Sorts images by a trained run: its own at the end of a training, or any others."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.sets import image_folder
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures import thumbnails
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.groups import folders, group_names, outputs
from elastic_infogan_tf.groups.assign import sort_images
from elastic_infogan_tf.groups.group_names import GroupNames
from elastic_infogan_tf.groups.groups import Groups
from elastic_infogan_tf.run.load import load_run
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.run_folder.record import remembered_folder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.running import SortSettings
from elastic_infogan_tf.utils.files import require_writable, write_atomically
from elastic_infogan_tf.utils.json_files import COUNT, object_of, read_json
from elastic_infogan_tf.utils.text import counted

SUMMARY, TABLE, IMAGES = "summary.json", "groups.csv", "images"
_SUMMARY_SCHEMA = object_of(step=COUNT)
_FIGURES = {"groups", "least_certain", "outliers"}
_OWN = {SUMMARY, TABLE, IMAGES, thumbnails.FILE, *(f"{name}.png" for name in _FIGURES)}


def sort(asked: SortSettings) -> None:
    """Sorts images into the groups of a run: `groups.csv`, `summary.json`, figures, folders.

    Args:
        asked: which run and images, and what is made of them.

    Raises:
        UsageError: if there is no such run, it has no groups yet, there are no images, or the
            results cannot be written where they should go.
    """
    folder = RunFolder(asked.model_dir)
    record = folder.read_record()
    config = Config.from_json(record["config"])
    names = group_names.numbers(config.data.num_classes)
    if asked.names is not None:
        names = group_names.read_names(asked.names, config.data.num_classes)
    place = _image_folder(asked, config, record)
    _check_place(asked, place)
    files = DataFiles(remembered_folder(record), asked.max_image_pixels, asked.cache_dir)
    if place is not None:
        shape = config.data.image_shape
        data, unreadable = image_folder.load_unseen(place, shape, files)
    else:
        data, unreadable = catalogue.load(config, files), ()
    makes_folders = asked.link or asked.copy
    if makes_folders and data.files is None:
        raise UsageError(
            f"--link and --copy need images in files of their own, which --dataset="
            f"{config.data.dataset} has not; give --data_dir, or leave them out."
        )
    model = load_run(asked.model_dir)
    require_writable(asked.out, "--out")
    groups = _find_groups(model, config, data, names, asked.seed)
    groups = dataclasses.replace(groups, left_out=unreadable, min_probability=asked.min_probability)
    if makes_folders:
        _make_folders(asked, place.parent if place.is_file() else place, groups)
    _write(groups, asked.out, config, model.step, "--out")


def sort_training_images(
    folder: RunFolder, model: keras.Model, config: Config, data: LabelledImages
) -> None:
    """Sorts the images that a run was trained on into its folder, unless that is done.

    Args:
        folder: of the run.
        model: at the end of its training.
        config: of the run.
        data: its training set, whose images are files of their own.

    Raises:
        UsageError: if the results cannot be written.
    """
    if _sorted_step(folder.groups) == model.step:
        return
    names = group_names.numbers(model.num_codes)
    groups = _find_groups(model, config, data, names, config.schedule.seed)
    thumbnails.write(folder.groups, outputs.sheets(groups))
    _write(groups, folder.groups, config, model.step, "--model_dir")


def _image_folder(asked: SortSettings, config: Config, record: dict[str, Any]) -> Path | None:
    """Returns the folder of the images; None where images have no files of their own."""
    if asked.data_dir is not None:
        return asked.data_dir
    return remembered_folder(record) if config.data.dataset == "image_folder" else None


def _check_place(asked: SortSettings, images: Path | None) -> None:
    """Refuses a folder of results that holds something else, or would be taken for images."""
    out = Path(os.path.abspath(asked.out))
    if images is not None and out.resolve().is_relative_to(images.resolve()):
        raise UsageError(
            f"--out={asked.out} is inside the folder of images {images}, where the results' "
            "own images would be taken for some of them; choose another --out."
        )
    if out.is_dir() and not (out / SUMMARY).exists():
        others = {path.name for path in out.iterdir() if not path.name.startswith(".")} - _OWN
        if others:
            raise UsageError(
                f"--out={asked.out} holds other files and no {SUMMARY}; choose a new or an empty "
                "folder."
            )
    if asked.link or asked.copy:
        folders.require_absent(out / IMAGES)


def _find_groups(
    model: keras.Model,
    config: Config,
    data: LabelledImages,
    names: GroupNames,
    seed: int,
) -> Groups:
    due = model.next_clustering
    if due is not None:
        raise UsageError(
            f"this run has no groups yet at step {model.step}: it makes them of its real images at "
            f"step {due}; train it further first."
        )
    augmentation = config.data.augmentation
    found = sort_images(Inference(model), data.images, augmentation, names.of_codes, seed)
    return Groups(data, found, names, seed=seed)


def _make_folders(asked: SortSettings, images: Path, groups: Groups) -> None:
    names, is_unsure = groups.names.names, groups.is_unsure
    place = asked.out / IMAGES
    chosen = np.where(is_unsure, len(names), groups.sorting.groups)
    folders.make_folders(place, images, groups.files, chosen, names, copy=asked.copy)
    unsure = f", {is_unsure.sum()} in {folders.UNSURE}/" if groups.min_probability else ""
    print(f"images: {place}{unsure}")


def _write(groups: Groups, out: Path, config: Config, step: int, flag: str) -> None:
    """Writes and prints all but the folders of images."""
    write_atomically(out / TABLE, outputs.to_csv(groups), flag)
    title = (
        f"{config.data.dataset}, {config.model.method}, step {step}; sorted: "
        f"{groups.data.source}, {counted(len(groups.files), 'image')}"
    )
    drawn = outputs.draw(groups, title)
    for name in _FIGURES - drawn.keys():  # of a sorting before
        (out / name).with_suffix(".png").unlink(missing_ok=True)
    for name, png in drawn.items():
        write_atomically(out / f"{name}.png", png, flag)
    found = {"step": step, **outputs.summary(groups)}
    # Last, so that a summary that is there has its table and figures.
    write_atomically(out / SUMMARY, json.dumps(found, indent=2) + "\n", flag)
    print(outputs.as_text(found, groups))
    print(f"groups: {out} ({', '.join([TABLE, *(f'{name}.png' for name in drawn)])})", flush=True)


def _sorted_step(out: Path) -> int | None:
    """Returns the step of the model that a folder of results is of."""
    try:
        return read_json(out / SUMMARY, _SUMMARY_SCHEMA, "sort again")["step"]
    except UsageError:  # none there, or corrupted: it is written anew
        return None
