"""Which transforms and how many groups suit images: minutes before the hours of a training."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from elastic_infogan_tf.clustering import agreement
from elastic_infogan_tf.clustering.baselines import baselines
from elastic_infogan_tf.clustering.cluster import choose_number
from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.data.bursts import numbered
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.models.cluster_state import first_part
from elastic_infogan_tf.report.explore_page import PAGE, Exploration, TriedSet, write_exploration
from elastic_infogan_tf.run_folder.names import title_of
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.transforms import choose
from elastic_infogan_tf.training import encoders
from elastic_infogan_tf.training.encoders import Encoder
from elastic_infogan_tf.training.guards import StopOnSignal
from elastic_infogan_tf.training.loop import TrainingProgress
from elastic_infogan_tf.training.strategy import choose_jit_compile, make_strategy
from elastic_infogan_tf.utils.files import require_writable, write_atomically
from elastic_infogan_tf.utils.quiet_start import progress_bar

FLAGFILE, ENCODER = "explore.flags", "encoder.npz"
_MOST = 40  # groups
_IMAGES_EACH = 10  # at least, on average
_SUPPORT = 0.5  # share of the other sets that agree on an image that is learned from
_BASELINE_IMAGES = 20_000  # at most


def explore(
    config: Config,
    files: DataFiles,
    out: Path,
    flags: Sequence[str],
    sets: Mapping[str, Sequence[str]],
    num_groups: int | None = None,
) -> None:
    """Tries sets of transforms, shows what groups each makes, and recommends one of them.

    A recogniser learns features alone under each set, for as long as the first part of a training;
    under a set that is the only one twice, from two random seeds. What was interrupted goes on with
    the sets that are left.

    Args:
        config: of a training of `clustered_infogan`; its number of codes does not count.
        files: where its images are.
        out: folder of the results.
        flags: which images and settings these are, as lines of a flagfile.
        sets: kinds of transforms by name.
        num_groups: how many groups; None: as the features say.

    Raises:
        UsageError: if images cannot be read, too few differ, or the folder cannot be written.
        Interrupted: after Ctrl-C, SIGTERM or SIGHUP; the sets that are done are kept.
    """
    data = catalogue.load(config, files)
    require_writable(out, "--out")
    config = config.with_epochs(steps_per_epoch(len(data.images), config.schedule.batch_size))
    seed = config.schedule.seed
    tried = [(name, kinds, seed) for name, kinds in sets.items()]
    if len(tried) == 1:
        ((name, kinds, _),) = tried
        tried.append((f"{name}, another seed", kinds, seed + 1))
    with StopOnSignal(None) as stop:
        learned = []
        for index, (name, kinds, own_seed) in enumerate(tried):
            description = f"features {index + 1} of {len(tried)} ({name})"
            own = _with_transforms(config, kinds, own_seed)
            learned.append(_encoder(own, data, out / f"encoder-{index}.npz", description, stop))
        features = [encoder.features for encoder in learned]
        groups = [(name, tuple(kinds)) for name, kinds, _ in tried]
        with progress_bar(None, "part", desc="groups") as bar:

            def progress(words: str) -> None:
                stop.stop_if_requested(words)
                bar.set_description_str(words, refresh=False)
                bar.update()

            exploration = compare(groups, features, data, num_groups, progress)
    write_exploration(out, exploration, data, title_of(config, data))
    best = exploration.recommended
    encoder = dataclasses.replace(
        learned[exploration.tried.index(best)], labels=best.labels, confidence=best.confidence
    )
    encoders.save(
        out / ENCODER, encoder, {"fingerprint": data.fingerprint, "groups": exploration.number}
    )
    chosen = [
        f"--augment={','.join(best.kinds)}",
        f"--num_classes={exploration.number}",
        f"--encoder={(out / ENCODER).resolve()}",
    ]
    write_atomically(out / FLAGFILE, "\n".join([*flags, *chosen, ""]), flag="--out")
    print(exploration.describe(data.labels))
    print(f"page: {out / PAGE}")
    print(f"train with it: elastic-infogan train --flagfile={out / FLAGFILE}")


def _with_transforms(config: Config, kinds: Sequence[str], seed: int) -> Config:
    return dataclasses.replace(
        config,
        data=dataclasses.replace(config.data, augmentation=choose(config.data.augmentation, kinds)),
        schedule=dataclasses.replace(config.schedule, seed=seed),
    )


def _encoder(
    config: Config, data: LabelledImages, path: Path, description: str, stop: StopOnSignal
) -> Encoder:
    """Returns the encoder of a set of transforms, of a file if it was trained before."""
    made_of = encoders.identity(config, data)
    encoder = encoders.load(path, made_of)
    if encoder is None:
        epoch_steps = steps_per_epoch(len(data.images), config.schedule.batch_size)
        bar = TrainingProgress(0, _steps(config, epoch_steps), epoch_steps, description)
        try:
            jit_compile = choose_jit_compile(None, make_strategy("one"))
            encoder = encoders.train_encoder(config, data, [bar, stop], jit_compile=jit_compile)
        finally:
            bar.close()
        encoders.save(path, encoder, made_of)
    return encoder


def _steps(config: Config, epoch_steps: int) -> int:
    """Returns the steps of a set's encoder."""
    total = config.schedule.epochs * epoch_steps
    return first_part(total, epoch_steps, config.flat()["first_part_steps"])


def compare(
    sets: Sequence[tuple[str, tuple[str, ...]]],
    features: Sequence[np.ndarray],
    data: LabelledImages,
    num_groups: int | None,
    progress: Callable[[str], None],
) -> Exploration:
    """Cuts the features of each set of transforms, and says how far each agrees with the others.

    Args:
        sets: name and kinds of transforms of each.
        features: float32 `[n, d]` of each.
        data: the images.
        num_groups: K; None: as the features say.
        progress: as of `cluster`.
    """
    bursts = np.arange(len(data.images)) if data.bursts is None else numbered(data.bursts)
    features = [agreement.mean_features(part, bursts) for part in features]
    largest = min(_MOST, data.different // _IMAGES_EACH)
    curve = choose_number(features[:2], largest, progress=progress) if largest > 1 else None
    number = num_groups or (curve.recommended if curve else 2)
    agreed = agreement.agree(features, number, progress=progress)
    tried = []
    for index, (name, kinds) in enumerate(sets):
        labels = agreed.labels[agreed.kind][index]
        sure = agreement.confidence(features[index], labels, number)
        sure = np.where(agreed.support(index) >= _SUPPORT, sure, 0).astype(np.float32)
        tried.append(TriedSet(name, kinds, labels[bursts], sure[bursts], *agreed.of(index)))
    rows = np.sort(np.random.default_rng(0).permutation(len(data.images))[:_BASELINE_IMAGES])
    simple = baselines(data.images[rows], number, progress=progress)
    return Exploration(number, agreed.kind, curve, tried, rows, simple)
