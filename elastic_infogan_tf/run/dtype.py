"""What a run computes in that leaves it to the machine (`--dtype=auto`)."""

import dataclasses
import gc
import statistics
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import batches
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run.preparation import concrete
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.model import AUTO_DTYPE, BFLOAT16, FLOAT32
from elastic_infogan_tf.training.strategy import from_chief, is_chief, lost_workers_surface
from elastic_infogan_tf.utils.progress_bar import progress_bar

_TURNS = 5  # counted steps in each type
# Of float32's time: a step in bfloat16 must take less, or its digits are given away for noise.
_WORTH_IT = 0.95
# Of Intel and AMD, and of ARM.
_CPU_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
_CPU_INFO = Path("/proc/cpuinfo")
_COMPUTE_CAPABILITY = (8, 0)  # of the first GPUs with units for bfloat16
_NUMBERS = (AUTO_DTYPE, FLOAT32, BFLOAT16)  # as workers tell one another; 0: not known yet


def with_dtype(
    config: Config,
    data: LabelledImages,
    folder: RunFolder,
    strategy: tf.distribute.Strategy,
    jit_compile: bool,
) -> Config:
    """Returns a run's configuration with `float32` or `bfloat16` in place of `auto`.

    A run that was begun keeps what it was begun with. For a new one its own train step is timed in
    both, in turn, where the machine has units for bfloat16; else it is float32, and so is an
    InfoGAN without instance noise, which may never take off in bfloat16. The log says what was
    measured.

    Args:
        config: of the run.
        data: its training set.
        folder: of the run.
        strategy: of the training.
        jit_compile: whether XLA compiles the train step.

    Raises:
        UsageError: if an image cannot be read, or the model not be built.
        WorkerLostError: when another worker has ended.
    """
    if config.model.dtype != AUTO_DTYPE:
        return config
    chief = is_chief(strategy)
    dtype = _from_chief(_known(config, folder) if chief else AUTO_DTYPE, strategy)
    if dtype == AUTO_DTYPE:
        timed = _faster(concrete(config, folder), data, strategy, jit_compile, chief)
        dtype = _from_chief(timed if chief else AUTO_DTYPE, strategy)
    return dataclasses.replace(config, model=dataclasses.replace(config.model, dtype=dtype))


def missing_units() -> str | None:
    """Returns why bfloat16 cannot be faster on this machine; None where it may be."""
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        found = tf.config.experimental.get_device_details(gpu).get("compute_capability", (0, 0))
        if found < _COMPUTE_CAPABILITY:
            return f"a GPU's compute capability is {found[0]}.{found[1]}, and bfloat16 needs 8.0"
    if gpus or _CPU_FLAGS & _cpu_flags():
        return None
    return "this CPU has neither AVX512-BF16 nor AMX, so TensorFlow would emulate bfloat16"


def _cpu_flags() -> set[str]:
    try:
        lines = _CPU_INFO.read_text().splitlines()
    except OSError:  # not Linux
        return set()
    names = ("flags", "Features")
    return set(next((line.split() for line in lines if line.startswith(names)), ()))


def _from_chief(dtype: str, strategy: tf.distribute.Strategy) -> str:
    with lost_workers_surface():
        number = from_chief(np.array([_NUMBERS.index(dtype)], np.float32), strategy)
    return _NUMBERS[int(number[0])]


def _known(config: Config, folder: RunFolder) -> str:
    """Returns what is known without a timing, and says why; `auto` if nothing is."""
    if folder.record.exists():
        dtype = Config.from_json(folder.read_record()["config"]).model.dtype
        print(f"dtype: {dtype}, which this run was begun with")
        return dtype
    reason = missing_units() or _fragile_start(config)
    if reason is None:
        return AUTO_DTYPE
    print(f"dtype: {FLOAT32}, without a timing: {reason}")
    return FLOAT32


def _fragile_start(config: Config) -> str | None:
    """Returns why a run may never take off in bfloat16 (measured, docs/results)."""
    if config.flat().get("instance_noise") != 0:  # there is some, or the method is no GAN
        return None
    return "without --instance_noise two of three runs in bfloat16 never took off"


def _faster(
    config: Config,
    data: LabelledImages,
    strategy: tf.distribute.Strategy,
    jit_compile: bool,
    chief: bool,
) -> str:
    """Returns the type in which a run's train step is faster, and says what it took."""
    if chief:
        print("dtype: a few train steps are timed in float32 and in bfloat16", flush=True)
    models = {}
    for dtype in (FLOAT32, BFLOAT16):
        changed = dataclasses.replace(config, model=dataclasses.replace(config.model, dtype=dtype))
        try:
            with strategy.scope():
                models[dtype] = build_model(
                    changed, data.class_counts, len(data.images), jit_compile=jit_compile
                )
        except UsageError as error:
            if dtype == FLOAT32:
                raise
            print(f"dtype: {FLOAT32}, without a timing: {error}")
            return FLOAT32
    seconds = step_seconds(models, config, data, strategy)
    del models
    gc.collect()  # models refer to themselves, and the training's own needs the room
    chosen = BFLOAT16 if seconds[BFLOAT16] < _WORTH_IT * seconds[FLOAT32] else FLOAT32
    if chief:
        print(
            f"dtype: {chosen}; a train step took {seconds[FLOAT32]:.3g} s in float32 and "
            f"{seconds[BFLOAT16]:.3g} s in bfloat16 (medians of {_TURNS}, in turn)",
            flush=True,
        )
    return chosen


def step_seconds(
    models: dict[str, keras.Model],
    config: Config,
    data: LabelledImages,
    strategy: tf.distribute.Strategy,
) -> dict[str, float]:
    """Returns the median seconds of a train step of each model, input included.

    They take turns on the run's own batches, after one turn that builds the programs.

    Args:
        models: by name, compiled.
        config: of the batches.
        data: the training set.
        strategy: that the models were built under.
    """
    schedule, turns = config.schedule, 1 + _TURNS
    dataset = batches(
        data.images,
        schedule.batch_size,
        schedule.seed,
        config.data.augmentation,
        stop_step=turns * len(models),
    )
    iterator = iter(strategy.experimental_distribute_dataset(dataset))
    for model in models.values():
        model.make_train_function()
    seconds: dict[str, list[float]] = {name: [] for name in models}
    bar = progress_bar(turns, "turn", desc=" vs ".join(models))
    with bar, lost_workers_surface():
        for _ in range(turns):
            for name, model in models.items():
                start = time.perf_counter()
                for value in model.train_function(iterator).values():
                    value.numpy()  # waits for the device
                seconds[name].append(time.perf_counter() - start)
            bar.update()
    return {name: statistics.median(values[1:]) for name, values in seconds.items()}
