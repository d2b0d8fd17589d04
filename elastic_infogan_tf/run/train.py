"""Trains a run: from its configuration to the finished run folder."""

import tensorflow as tf

from elastic_infogan_tf.data.imbalance import class_table
from elastic_infogan_tf.evaluation.evaluator import as_text
from elastic_infogan_tf.report.page import write_page
from elastic_infogan_tf.run.evaluate import Report, is_evaluated
from elastic_infogan_tf.run.export import write_export
from elastic_infogan_tf.run.fitting import Fitting
from elastic_infogan_tf.run.load import load_run
from elastic_infogan_tf.run.preparation import bytes_to_write, prepare
from elastic_infogan_tf.run.sort import sort_training_images
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.model import FLOAT32
from elastic_infogan_tf.settings.running import EvaluationSettings, RunSettings
from elastic_infogan_tf.tables.run_results import read_results
from elastic_infogan_tf.training import tensorboard
from elastic_infogan_tf.training.checkpoints import Checkpoints
from elastic_infogan_tf.training.guards import going_on_without
from elastic_infogan_tf.training.strategy import is_chief, processor
from elastic_infogan_tf.utils.text import counted


def train(
    config: Config, files: DataFiles, settings: RunSettings, evaluation: EvaluationSettings
) -> None:
    """Trains a run, or resumes it where it stopped, exports and evaluates it.

    Arguments as of `prepare`.

    Raises:
        UsageError: for bad input, data, devices or folders; nothing half-written stays.
        DivergenceError: when a loss or a weight is not finite.
        WorkerLostError: when another worker has ended.
        Interrupted: after Ctrl-C, SIGTERM or SIGHUP, when the checkpoint is written.
    """
    plan = prepare(config, files, settings, evaluation)
    print(plan.describe())
    if plan.data.labels is not None:
        print(class_table(plan.data))
    config, settings, data, folder = plan.config, plan.settings, plan.data, plan.folder
    model, chief, steps = plan.build_model(), is_chief(plan.strategy), plan.steps
    need_bytes = bytes_to_write(model, settings.keep_checkpoints)
    with folder.open(
        config, data, plan.files.data_dir, need_bytes=need_bytes, writes=chief, how=plan.how
    ) as known:
        checkpoints = Checkpoints(folder.checkpoints, model, chief, settings.keep_checkpoints)
        resumed = checkpoints.restore()
        if not resumed:
            folder.refuse_to_start_over(settings.checkpoint_every)
        _announce(folder, known, resumed, model.step, steps)
        print(_devices(plan.strategy, settings.jit_compile, config.model.dtype))
        if model.step < steps:
            print("the first step takes longer: TensorFlow builds its program", flush=True)
        report = None
        if chief and settings.evaluate and not is_evaluated(folder, data, evaluation, steps):
            report = Report(folder, model, data, plan.everything, evaluation, files.cache)
        del plan  # only the classifier looks at images that are not trained on
        if chief:
            going_on_without("settings for TensorBoard")(tensorboard.write_settings, folder)
        if model.step < steps:
            Fitting(config, settings, folder, model, data, checkpoints, report).run()
        if not chief:
            return
        in_float32 = config.model.dtype == FLOAT32
        write_export(folder, model if in_float32 else load_run(folder.root, dtype=FLOAT32))
        if report:
            report.write()
        elif settings.evaluate:  # what this step was evaluated to before
            print(as_text(dict(read_results(folder.results).content)))
        if data.files is not None:
            sort_training_images(folder, model, config, data)
        going_on_without("pages")(write_page, folder)
        print(f"report: {folder.page}", flush=True)


def _devices(strategy: tf.distribute.Strategy, jit_compile: bool, dtype: str) -> str:
    """Returns a line on what computes a run, and what it computes in where that is not float32."""
    replicas = counted(strategy.num_replicas_in_sync, "replica")
    parts = [f"{replicas} ({processor(strategy)})"]
    parts.append("the train step compiled by XLA" if jit_compile else "without XLA")
    if dtype != FLOAT32:
        parts.append(f"networks in {dtype}")
    return f"devices: {', '.join(parts)}"


def _announce(folder: RunFolder, known: bool, resumed: bool, step: int, steps: int) -> None:
    print(f"run folder: {folder.root} (figures in {folder.figures.name}/, {folder.metrics.name})")
    if resumed and step >= steps:
        print(
            f"finished already: {step} of {steps} steps; ask for more --epochs or --steps to go on"
        )
    elif resumed:
        print(f"resuming after step {step} of {steps}")
    elif known:
        print("this run had been started but has no checkpoint yet: starting again from step 0")
