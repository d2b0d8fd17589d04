"""How many codes a run has that leaves it to its images (`--num_classes=auto`)."""

import contextlib
import dataclasses
import json

import numpy as np
import tensorflow as tf

from elastic_infogan_tf.clustering.number import NumberCurve, choose_number
from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures.cluster_count import draw_cluster_count
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.models.build import build_encoder
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.run_folder.record import is_of, make_record
from elastic_infogan_tf.run_folder.run_names import title_of
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.training import loop
from elastic_infogan_tf.training.guards import StopOnSignal
from elastic_infogan_tf.training.progress import TrainingProgress
from elastic_infogan_tf.training.strategy import from_chief, is_chief, lost_workers_surface
from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.json_files import read_json

_MOST = 40  # codes
_SCHEMA = {
    "type": "object",
    "required": ["config", "data", "curve"],
    "properties": {
        "config": {"type": "object"},
        "data": {"type": "object"},
        "curve": {
            "type": "object",
            "required": ["recommended"],
            "properties": {"recommended": {"type": "integer", "minimum": 2, "maximum": _MOST}},
        },
    },
}
_IMAGES_EACH = 10  # at least, on average


def with_number_of_codes(
    config: Config,
    data: LabelledImages,
    folder: RunFolder,
    strategy: tf.distribute.Strategy,
    jit_compile: bool,
) -> Config:
    """Returns a run's configuration with a number of codes in place of `auto`.

    A run that was begun has its number. For a new one the recogniser learns features alone, for as
    long as the first part of the run, and they are cut into 2, 3 and so on clusters; what comes of
    it goes into the run's folder, and is not computed again for the same settings and images.

    Args:
        config: of the run, with `num_classes` `AUTO`.
        data: its training set.
        folder: of the run.
        strategy: of the training.
        jit_compile: whether XLA compiles the train steps.

    Raises:
        UsageError: if the folder holds something else, cannot be written or is in use, or too few
            images differ.
        Interrupted: after Ctrl-C, SIGTERM or SIGHUP; nothing is kept.
    """
    chief = is_chief(strategy)
    number = _from_chief(_known_number(config, data, folder) if chief else 0, strategy)
    if not number:
        with folder.reserve() if chief else contextlib.nullcontext():
            curve = _learn_curve(config, data, strategy, jit_compile, chief)
            if curve is not None:
                _show(curve, config, data, folder)
            number = _from_chief(curve.recommended if curve is not None else 0, strategy)
    return dataclasses.replace(config, data=dataclasses.replace(config.data, num_classes=number))


def _from_chief(number: int, strategy: tf.distribute.Strategy) -> int:
    with lost_workers_surface():
        return int(from_chief(np.array([number], np.float32), strategy)[0])


def _known_number(config: Config, data: LabelledImages, folder: RunFolder) -> int:
    """Returns the number that was chosen before; 0 where there is none for this run."""
    if folder.record.exists():
        number = Config.from_json(folder.read_record()["config"]).data.num_classes
        print(f"number of codes: {number}, which this run was begun with")
        return number
    try:
        found = read_json(folder.number_of_codes, _SCHEMA, "it is made again")
        settings = Config.from_json(found["config"]).identity()
        if settings != config.identity():
            return 0
        if not is_of(found["data"], data):
            return 0
        number = found["curve"]["recommended"]
    except UsageError:  # damaged, or another version's
        return 0
    print(f"number of codes: {number}, as {folder.number_of_codes} has it")
    return number


def _learn_curve(
    config: Config,
    data: LabelledImages,
    strategy: tf.distribute.Strategy,
    jit_compile: bool,
    chief: bool,
) -> NumberCurve | None:
    """Returns the chief's curve, of features that all workers have learned; None on others."""
    with strategy.scope():
        encoder = build_encoder(config, len(data.images), jit_compile=jit_compile)
    print(
        "number of codes: features for it are learned first, without generator, in "
        f"{encoder.total_steps} steps",
        flush=True,
    )
    with contextlib.ExitStack() as stack:
        stop = stack.enter_context(StopOnSignal(None))
        stack.enter_context(lost_workers_surface())
        callbacks = [stop]
        if chief:
            epoch_steps = steps_per_epoch(len(data.images), config.schedule.batch_size)
            bar = TrainingProgress(0, encoder.total_steps, epoch_steps, "features")
            stack.callback(bar.close)
            callbacks.insert(0, bar)
        loop.fit_encoder(config.schedule, config.data.augmentation, encoder, data, callbacks)
        if not chief:
            return None
        features = Inference(encoder).encode(data.images).features
        largest = max(2, min(_MOST, len(features) // _IMAGES_EACH))
        seed = config.schedule.seed
        return choose_number(features, largest, seed, progress=stop.stop_if_requested)


def _show(curve: NumberCurve, config: Config, data: LabelledImages, folder: RunFolder) -> None:
    """Prints a curve and writes it into the run's folder."""
    record = make_record(config, data) | {"curve": curve.to_json()}
    # The file first: with it the folder of figures is known to be the run's own.
    write_atomically(folder.number_of_codes, json.dumps(record, indent=2) + "\n")
    title = f"{title_of(config, data)}\nhow many clusters, before the training"
    figure = folder.figures / "number_of_codes.png"
    write_atomically(figure, draw_cluster_count(curve, title))
    low, high = curve.likely
    others = f"; {low} to {high} suit about as well" if low < high else ""
    chosen = f"{curve.recommended}, chosen of 2 to {curve.numbers[-1]}{others}"
    print(f"number of codes: {chosen} ({figure})")
