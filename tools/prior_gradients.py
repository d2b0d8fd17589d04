"""Shows why a learned prior moves or not: `python -m tools.prior_gradients --model_dir=...`."""

import dataclasses
import sys
from collections.abc import Sequence

import numpy as np
from absl import flags

from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.tables.run_results import read_results
from elastic_infogan_tf.quiet_start import quiet_start
from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.declare import at_least, setting
from elastic_infogan_tf.settings.finished import RunCheckpoint
from elastic_infogan_tf.settings.methods import METHODS

_SUMMARY = (
    "Takes the gradient of phase 2's loss by the learned prior's logits on many fresh generated "
    "batches, for checkpoints of a run that were evaluated, and prints a Markdown table of how "
    "much of it is signal and whether each loss leads the prior to the true proportions."
)
_HOW = (
    "Signal: size of the mean gradient over its root mean square, of each logit; Adam moves a "
    "logit by about that times the learning rate a step. Agreement: correlation over the codes of "
    "minus the mean gradient with the way to the truth, in the logits; 1 leads there, -1 away. "
    "Soft codes: share of the relaxed codes whose largest entry is below {soft}; others pass no "
    "gradient on."
)
_HEADER = (
    "epoch",
    "signal",
    "agreement, all",
    "of the adversarial loss",
    "of the information loss",
    "soft codes",
)


@dataclasses.dataclass(frozen=True)
class _Measurement(RunCheckpoint):
    batches: int = setting(
        400,
        help="number of generated batches for each checkpoint",
        group="Measurement",
        bounds=at_least(1),
    )


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, _Measurement)


def _command(values: flags.FlagValues) -> None:
    asked = setting_flags.read(values, _Measurement)
    folder = RunFolder(asked.model_dir)
    config = Config.from_json(folder.read_record()["config"])
    if not METHODS[config.model.method].learns_prior:
        raise UsageError(
            f"{folder.root} was trained by {config.model.method}, whose prior is fixed; give a run "
            "of a method that learns it."
        )
    with quiet_start():  # late: a wrong flag is answered before TensorFlow has started
        from elastic_infogan_tf.evaluation.measures import prior_gradients
        from elastic_infogan_tf.evaluation.tables.text import markdown_table
        from elastic_infogan_tf.run.finished_run import load_run
        from elastic_infogan_tf.training.checkpoints import select_checkpoints

    rows = []
    for path in select_checkpoints(folder.checkpoints, asked.checkpoint):
        epoch, truth = _evaluated(folder, int(path.rpartition("-")[2]))
        model = load_run(folder.root, path)
        found = prior_gradients.measure(model, asked.batches, config.schedule.batch_size)
        parts = (found.total, found.adversarial, found.information)
        agreements = [f"{found.agreement(part, truth):.2f}" for part in parts]
        signal = f"{found.signal.min():.3f} to {found.signal.max():.3f}"
        rows.append([f"{epoch:g}", signal, *agreements, f"{found.soft_share:.2f}"])
    print(f"{folder.root}: {config.data.dataset}, {config.model.method}, {asked.batches} batches\n")
    print(markdown_table(_HEADER, rows))
    print(f"\n{_HOW.format(soft=prior_gradients.SOFT_BELOW)}")


def _evaluated(folder: RunFolder, step: int) -> tuple[float, np.ndarray]:
    """Returns the epoch of a checkpoint and the true proportion of each code's class.

    Raises:
        UsageError: if it was not evaluated, or on images without labels.
    """
    files = [file for file in (folder.results, folder.results_of(step)) if file.exists()]
    for results in map(read_results, files):
        if results.content["step"] != step:
            continue
        prior = results.content["prior"]
        if prior is None or prior.get("matched_classes") is None:
            raise UsageError(
                f"{results.file} knows no true proportions: the images have no labels, so there is "
                "nothing to compare the prior with."
            )
        return results.epoch, np.asarray(prior["true_proportions"])[prior["matched_classes"]]
    raise UsageError(
        f"step {step} of {folder.root} is not evaluated yet; run python -m "
        f"elastic_infogan_tf.evaluate --checkpoint=all --model_dir={folder.root}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m tools.prior_gradients",
        _SUMMARY,
        _define_flags,
        _command,
        argv,
        example="--model_dir=RUN --checkpoint=all",
    )


if __name__ == "__main__":
    sys.exit(main())
