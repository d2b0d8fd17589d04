"""How many groups images fall into, before a training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from elastic_infogan_tf.clustering.cluster import NumberCurve, choose_number
from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.figures.clusters import draw_cluster_count
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.models.build import build_encoder
from elastic_infogan_tf.run_folder.names import title_of
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.training import loop
from elastic_infogan_tf.training.guards import StopOnSignal
from elastic_infogan_tf.training.loop import TrainingProgress
from elastic_infogan_tf.training.strategy import choose_jit_compile, make_strategy
from elastic_infogan_tf.utils.files import require_writable, write_atomically

FIGURE, FLAGFILE = "explore.png", "explore.flags"
_MOST = 40  # groups
_IMAGES_EACH = 10  # at least, on average


def explore(config: Config, files: DataFiles, out: Path, flags: Sequence[str]) -> None:
    """Proposes a number of groups: prints a curve, writes its figure and a flagfile for `train`.

    The recogniser learns features alone, for as long as the first part of a training, and they are
    cut into 2, 3 and so on clusters.

    Args:
        config: of a training of `clustered_infogan`; its number of codes does not count.
        files: where its images are.
        out: folder of the results.
        flags: which images and settings these are, as lines of a flagfile.

    Raises:
        UsageError: if images cannot be read, too few differ, or the folder cannot be written.
        Interrupted: after Ctrl-C, SIGTERM or SIGHUP; nothing is kept.
    """
    jit_compile = choose_jit_compile(None, make_strategy("one"))
    data = catalogue.load(config, files)
    require_writable(out, "--out")
    config = config.with_epochs(steps_per_epoch(len(data.images), config.schedule.batch_size))
    curve = _curve(config, data, jit_compile)
    title = f"{title_of(config, data)}\nhow many clusters, before a training"
    write_atomically(out / FIGURE, draw_cluster_count(curve, title), flag="--out")
    lines = [*flags, f"--num_classes={curve.recommended}", ""]
    write_atomically(out / FLAGFILE, "\n".join(lines), flag="--out")
    print(describe(curve))
    print(f"figure: {out / FIGURE}")
    print(f"train with it: elastic-infogan train --flagfile={out / FLAGFILE}")


def describe(curve: NumberCurve) -> str:
    """Returns a line for each number of groups, and one on which of them suit the images."""
    columns = (curve.numbers, curve.mutual_information, curve.gain, curve.stability)
    lines = ["groups  information (nats)   gain  stability"]
    lines += [
        f"{number:6}  {information:18.3f}  {gain:5.3f}  {stability:9.3f}"
        for number, information, gain, stability in zip(*columns, strict=True)
    ]
    low, high = curve.likely
    others = f"; {low} to {high} suit about as well" if low < high else ""
    lines.append(f"number of groups: {curve.recommended}, of 2 to {curve.numbers[-1]}{others}")
    return "\n".join(lines)


def _curve(config: Config, data: LabelledImages, jit_compile: bool) -> NumberCurve:
    """Returns the curve of features that are learned here."""
    encoder = build_encoder(config, len(data.images), jit_compile=jit_compile)
    print(
        f"data: {len(data.images)} images; features are learned first, without generator, in "
        f"{encoder.total_steps} steps",
        flush=True,
    )
    with StopOnSignal(None) as stop:
        epoch_steps = steps_per_epoch(len(data.images), config.schedule.batch_size)
        bar = TrainingProgress(0, encoder.total_steps, epoch_steps, "features")
        try:
            augmentation = config.data.augmentation
            loop.fit(config.schedule, augmentation, encoder, data, [bar, stop])
        finally:
            bar.close()
        features = Inference(encoder).encode(data.images).features
        largest = max(2, min(_MOST, len(features) // _IMAGES_EACH))
        seed = config.schedule.seed
        return choose_number(np.asarray(features), largest, seed, progress=stop.stop_if_requested)
