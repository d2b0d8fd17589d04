"""The model card: what an exported model is, for the person who finds it."""

from collections.abc import Mapping
from typing import Any

from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.serving import export_formats
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.model import FLOAT32
from elastic_infogan_tf.utils.text import markdown

_TEMPLATE = """# {method} on {dataset}

- source: {source}
- images: {size}{stages}
- trained: {step} steps of batch {batch_size}, seed {seed}, {images} images, {num_classes} codes
- true class counts (labels were not used in training{knows}): {class_counts}
- made with: {versions}
{dtype}{health}
## Use

```python
import tensorflow as tf

model = tf.saved_model.load("export")
model.encode(images)         # uint8 [n, {shape}] or float32 in [-1, 1]: features, code, ...
model.encode_bytes(files)    # string [n], PNG or JPEG files of any size: the same
model.sample(tf.constant(8)) # images in [-1, 1] and codes, drawn from the prior
model.generate(noise, code)  # float32 [n, {noise_dim}] and one-hot [n, {num_classes}]: images
model.prior()                # probabilities [{num_classes}]
{group_names}```

`encode` is the `serving_default` signature (uint8). A code is a cluster, not a class name: which
identity it stands for is to be seen in `figures/grid.png`.
{formats}"""

_SECOND_STAGE = ", of the second of two generator stages (StackGAN-v2)"
_DTYPE = "- computes in float32; it was trained, and its scores were measured, in {dtype}\n"
_FORMATS = ("", "## Formats in `export/`", "")
_KNOWS = " except their proportions"
_GROUP_NAMES = (
    "model.group_names()          # group_names [{num_classes}]; encode says group, too\n"
)


def render(
    record: dict[str, Any],
    step: int,
    state: str | None = None,
    formats: Mapping[str, Any] | None = None,
    has_names: bool = False,
) -> str:
    """Returns the card of a run as Markdown.

    Args:
        record: the run folder's `config.json`.
        step: train steps behind the exported weights.
        state: of the generator by its signs of life, one of `health.STATES`; None: not known.
        formats: what `export_formats.write` returned; None: not tried.
        has_names: whether the exported model has names of groups.
    """
    config, data = Config.from_json(record["config"]).flat(), record["data"]
    shape = [str(size) for size in config["image_shape"]]
    lines = [f"- {line}" for line in export_formats.describe(formats or {})]
    return _TEMPLATE.format(
        **{
            key: config[key] for key in ("method", "batch_size", "seed", "num_classes", "noise_dim")
        },
        **{key: data[key] for key in ("images", "class_counts")},
        dataset=markdown(config["dataset"]),
        source=markdown(data["source"]),
        versions=", ".join(f"{name} {version}" for name, version in record["versions"].items()),
        shape=", ".join(shape),
        size="x".join(shape),
        stages=_SECOND_STAGE if config.get("second_stage_size") else "",
        dtype=_DTYPE.format(**config) if config["dtype"] != FLOAT32 else "",
        knows=_KNOWS if METHODS[config["method"]].knows_proportions else "",
        health=f"- warning: {health.advice(state)}\n" if health.warns(state) else "",
        group_names=_GROUP_NAMES.format(**config) if has_names else "",
        # Nothing where there is a SavedModel alone.
        formats="\n".join([*_FORMATS, *lines, ""]) if len(lines) > 1 else "",
        step=step,
    )
