"""The evaluation's flags, which `train` and `evaluate` share."""

from pathlib import Path

from absl import flags

from elastic_infogan_tf.commands import command_line
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.evaluation import EvaluationOptions


def define(values: flags.FlagValues) -> None:
    """Defines the flags."""
    group = {"flag_values": values, "module_name": "Evaluation"}
    flags.DEFINE_integer("images_per_code", 1000, "generated images of each code", **group)
    flags.DEFINE_integer("evaluation_seed", 0, "of noise, splits and subsets", **group)
    flags.DEFINE_enum(
        "classifier",
        None,
        ["mnist_cnn", "resnet50", "small_cnn"],
        "the evaluation's classifier; default: mnist_cnn for 28x28 images, else resnet50; "
        "small_cnn is for quick runs on a CPU",
        **group,
    )
    flags.DEFINE_string(
        "classifier_weights", None, "weights file that the classifier starts from", **group
    )
    flags.DEFINE_string(
        "cache_dir",
        "~/.cache/elastic_infogan_tf",
        "folder of what is kept between runs, such as trained classifiers",
        **group,
    )


def options(values: flags.FlagValues) -> EvaluationOptions:
    """Returns what the flags ask for.

    Raises:
        UsageError: if a value is not possible.
    """
    command_line.require_positive("images_per_code", values.images_per_code)
    if values.evaluation_seed < 0:
        raise UsageError(f"--evaluation_seed must be 0 or more. Received: {values.evaluation_seed}")
    weights = values.classifier_weights
    return EvaluationOptions(
        cache_dir=Path(values.cache_dir).expanduser(),
        classifier=values.classifier,
        classifier_weights=Path(weights).expanduser() if weights else None,
        images_per_code=values.images_per_code,
        seed=values.evaluation_seed,
    )
