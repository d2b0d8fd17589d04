"""Trains a model: `python -m elastic_infogan_tf.train --dataset=cars`."""

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line, data_flags, evaluation_flags
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import METHODS, TRUNK_UPDATES, Config

_SUMMARY = (
    "Trains Elastic-InfoGAN, or another method of its paper, and writes checkpoints, pictures, "
    "metrics and a SavedModel into a run folder. The same command again resumes where it stopped."
)
_CONFIG_FLAGS = (
    "method",
    "seed",
    "base_channels",
    "second_stage_size",
    "epochs",
    "batch_size",
    "learning_rate",
    "prior_learning_rate",
    "prior_entropy_weight",
    "temperature",
    "contrastive_weight",
    "contrastive_temperature",
    "info_weight",
    "beta",
    "capacity",
    "capacity_steps",
    "trunk_updates",
)


def define_flags(values: flags.FlagValues) -> None:
    """Defines all flags of a training."""
    data_flags.define(values)
    _define_how(values)
    _define_where(values)
    flags.DEFINE_bool(
        "evaluate",
        True,
        "evaluate the run when it is trained, and every --evaluate_every epochs",
        flag_values=values,
        module_name="Evaluation",
    )
    flags.DEFINE_integer(
        "evaluate_every",
        10,
        "epochs between NMI, ENT and prior distance in metrics.csv and TensorBoard, from a small "
        "sample; 0: only the evaluation at the end",
        flag_values=values,
        module_name="Evaluation",
    )
    evaluation_flags.define(values)


def _define_how(values: flags.FlagValues) -> None:
    group = {"flag_values": values, "module_name": "Model and training"}
    flags.DEFINE_enum("method", None, list(METHODS), "row of the paper's tables", **group)
    for name, text in (
        ("seed", "of the draw, the weights, the batches, noise and codes"),
        ("base_channels", "width of all networks; 64 is published"),
        (
            "second_stage_size",
            "side, 64 or 128, of the images of a second generator stage, for networks of 64x64 "
            "images; 0: one stage",
        ),
        ("epochs", "passes over the training set, of whole batches"),
        ("batch_size", "global batch over all replicas"),
        ("capacity_steps", "joint_vae: train steps over which the capacity grows"),
    ):
        flags.DEFINE_integer(name, None, text + data_flags.PRESET, **group)
    for name, text in (
        ("learning_rate", "of all Adams"),
        ("prior_learning_rate", "of a learned prior's logits alone; else --learning_rate"),
        ("prior_entropy_weight", "of a learned prior's entropy, which it raises"),
        ("temperature", "tau of the relaxed one-hot sample"),
        ("contrastive_weight", "lambda2, of NT-Xent"),
        ("contrastive_temperature", "T of NT-Xent"),
        ("info_weight", "lambda1, of the information loss"),
        ("beta", "joint_vae: weight of both KL terms"),
        ("capacity", "joint_vae: nats that each channel's KL grows to; 0: plain KL terms"),
    ):
        flags.DEFINE_float(name, None, text + data_flags.PRESET, **group)
    flags.DEFINE_enum(
        "trunk_updates",
        None,
        TRUNK_UPDATES,
        "what trains the trunk that D and Q share: the discriminator's phase only (official), or "
        "all phases" + data_flags.PRESET,
        **group,
    )


def _define_where(values: flags.FlagValues) -> None:
    group = {"flag_values": values, "module_name": "Devices and output"}
    flags.DEFINE_enum(
        "strategy",
        "auto",
        ["auto", "one", "mirrored", "multi_worker"],
        "one device; mirrored over all devices of this machine; multi_worker over TF_CONFIG's; "
        "auto: by what there is",
        **group,
    )
    flags.DEFINE_integer(
        "logical_devices", 1, "splits the CPU, to try several replicas on it", **group
    )
    flags.DEFINE_bool(
        "jit_compile", None, "compile the train step with XLA; default: on one replica", **group
    )
    flags.DEFINE_string(
        "model_dir",
        None,
        "run folder; default: runs/ and a name made of data set, method, set, split and seed",
        **group,
    )
    flags.DEFINE_integer("checkpoint_every", 10, "epochs between checkpoints", **group)
    flags.DEFINE_integer("keep_checkpoints", 2, "how many of the newest stay", **group)
    flags.DEFINE_integer("figures_every", 10, "epochs between pictures", **group)
    flags.DEFINE_bool(
        "dry_run", False, "print the configuration and the class counts and stop", **group
    )
    flags.DEFINE_string(
        "flagfile", "", "file with one flag a line; flags after it override it", **group
    )


def make_config(values: flags.FlagValues) -> Config:
    """Returns the configuration that the flags ask for.

    Raises:
        UsageError: if a value is not possible.
    """
    return data_flags.config(values, **{name: values[name].value for name in _CONFIG_FLAGS})


def run_name(config: Config) -> str:
    """Returns what a run's folder is called by default."""
    dataset = config.dataset.replace(":", "-").replace("/", "-")
    name = f"{dataset}-{config.method}-set{config.class_set}-split{config.split}"
    width = "" if config.base_channels == 64 else f"-base{config.base_channels}"
    return f"{name}{width}-seed{config.seed}"


def _command(values: flags.FlagValues) -> None:
    config = make_config(values)
    for name in ("checkpoint_every", "keep_checkpoints", "figures_every", "logical_devices"):
        command_line.require_positive(name, values[name].value)
    if values.evaluate_every < 0:
        raise UsageError(f"--evaluate_every must be 0 or more. Received: {values.evaluate_every}")
    evaluation = evaluation_flags.options(values) if values.evaluate else None
    # Imported late: a wrong flag is answered before TensorFlow has started.
    from elastic_infogan_tf.data import catalogue
    from elastic_infogan_tf.run import experiment

    options = experiment.Options(
        model_dir=Path(values.model_dir or Path("runs", run_name(config))),
        data_dir=Path(values.data_dir).expanduser() if values.data_dir else None,
        strategy=values.strategy,
        logical_devices=values.logical_devices,
        jit_compile=values.jit_compile,
        checkpoint_every=values.checkpoint_every,
        keep_checkpoints=values.keep_checkpoints,
        figures_every=values.figures_every,
        evaluation=evaluation,
        evaluate_every=values.evaluate_every,
    )
    if values.dry_run:
        described = experiment.describe_data(config, catalogue.load(config, options.data_dir))
        print(json.dumps(config.to_json() | dataclasses.asdict(options), indent=2, default=str))
        print(described)
        return
    experiment.train(config, options)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "python -m elastic_infogan_tf.train", _SUMMARY, define_flags, _command, argv
    )


if __name__ == "__main__":
    sys.exit(main())
