"""Sorts images by a trained run: its own at the end of a training, or any others."""

import json
import os
from pathlib import Path

import keras
import numpy as np

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.data.sets import image_folder
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures import thumbnails
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.groups import folders, outputs
from elastic_infogan_tf.groups.assign import Sorting, sort_images
from elastic_infogan_tf.groups.groups import GroupNames, Groups, read_names
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


def sort(settings: SortSettings) -> None:
    """Sorts images into the groups of a run: `groups.csv`, `summary.json`, figures, folders.

    Raises:
        UsageError: if there is no such run, it has no groups yet, there are no images, or the
            results cannot be written where they should go.
    """
    record = RunFolder(settings.model_dir).read_record()
    config = Config.from_json(record["config"])
    names = read_names(settings.names, config.data.num_classes)
    folder = settings.data_dir
    if folder is None and config.data.dataset == "image_folder":
        folder = remembered_folder(record)
    _check_out(settings, folder)
    files = DataFiles(remembered_folder(record), settings.cache_dir)
    if folder is not None:
        shape = config.data.image_shape
        data, unreadable = image_folder.load_unseen(folder, shape, files)
    else:
        data, unreadable = catalogue.load(config, files), ()
    makes_folders = settings.link or settings.copy
    if makes_folders and data.files is None:
        raise UsageError(
            f"--link and --copy need images in files of their own, which --dataset="
            f"{config.data.dataset} has not; give --data_dir, or leave them out."
        )
    model = load_run(settings.model_dir)
    require_writable(settings.out, "--out")
    sorting = _sort(model, config, data, names, settings.seed)
    groups = Groups(data, sorting, names, unreadable, settings.seed, settings.min_probability)
    if makes_folders:
        _make_folders(settings, folder.parent if folder.is_file() else folder, groups)
    _write(groups, settings.out, config, model.step, "--out")


def sort_training_images(
    folder: RunFolder, model: keras.Model, config: Config, data: LabelledImages
) -> None:
    """Sorts the images that a run was trained on into its folder, unless that is done.

    Args:
        folder: of the run.
        model: at the end of its training.
        config: of the run.
        data: the training set, whose images are files of their own.

    Raises:
        UsageError: if the results cannot be written.
    """
    if _sorted_step(folder.groups) == model.step:
        return
    names, seed = read_names(None, model.num_codes), config.schedule.seed
    groups = Groups(data, _sort(model, config, data, names, seed), names, seed=seed)
    thumbnails.write(folder.groups, outputs.sheets(groups))
    _write(groups, folder.groups, config, model.step, "--model_dir")


def _check_out(settings: SortSettings, images: Path | None) -> None:
    """Refuses a folder of results that holds something else, or would be taken for images."""
    out = Path(os.path.abspath(settings.out))
    if images is not None and out.resolve().is_relative_to(images.resolve()):
        raise UsageError(
            f"--out={settings.out} is inside the folder of images {images}, where the results' "
            "own images would be taken for some of them; choose another --out."
        )
    if out.is_dir() and not (out / SUMMARY).exists():
        others = {path.name for path in out.iterdir() if not path.name.startswith(".")} - _OWN
        if others:
            raise UsageError(
                f"--out={settings.out} holds other files and no {SUMMARY}; choose a new or an "
                "empty folder."
            )
    if settings.link or settings.copy:
        folders.require_absent(out / IMAGES)


def _sort(
    model: keras.Model, config: Config, data: LabelledImages, names: GroupNames, seed: int
) -> Sorting:
    due = model.next_clustering
    if due is not None:
        raise UsageError(
            f"this run has no groups yet at step {model.step}: it makes them of its real images at "
            f"step {due}; train it further first."
        )
    augmentation = config.data.augmentation
    return sort_images(Inference(model), data.images, augmentation, names.of_codes, seed)


def _make_folders(settings: SortSettings, images: Path, groups: Groups) -> None:
    names, is_unsure = groups.names.names, groups.is_unsure
    folder = settings.out / IMAGES
    chosen = np.where(is_unsure, len(names), groups.sorting.groups)
    folders.make_folders(folder, images, groups.files, chosen, names, copy=settings.copy)
    unsure = f", {is_unsure.sum()} in {folders.UNSURE}/" if groups.min_probability else ""
    print(f"images: {folder}{unsure}")


def _write(groups: Groups, out: Path, config: Config, step: int, flag: str) -> None:
    """Writes and prints all but the folders of images."""
    write_atomically(out / TABLE, outputs.to_csv(groups), flag)
    title = (
        f"{config.data.dataset}, {config.model.method}, step {step}; sorted: "
        f"{groups.data.source}, {counted(len(groups.files), 'image')}"
    )
    figures = outputs.draw(groups, title)
    for name in _FIGURES - figures.keys():  # of a sorting before
        (out / f"{name}.png").unlink(missing_ok=True)
    for name, png in figures.items():
        write_atomically(out / f"{name}.png", png, flag)
    summary = {"step": step, **outputs.summary(groups)}
    # Last, so that a summary that is there has its table and figures.
    write_atomically(out / SUMMARY, json.dumps(summary, indent=2) + "\n", flag)
    print(outputs.as_text(summary))
    print(f"groups: {out} ({', '.join([TABLE, *(f'{name}.png' for name in figures)])})", flush=True)


def _sorted_step(out: Path) -> int | None:
    """Returns the step of the model that a folder of results is of."""
    try:
        return read_json(out / SUMMARY, _SUMMARY_SCHEMA, "sort again")["step"]
    except UsageError:  # none there, or corrupted: it is written anew
        return None
