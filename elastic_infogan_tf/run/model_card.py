"""The model card: what an exported model is, for the person who finds it."""

from typing import Any

from elastic_infogan_tf.evaluation.measures import health
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.text import markdown

_TEMPLATE = """# {method} on {dataset}

- source: {source}
- images: {size}{stages}
- trained: {step} steps of batch {batch_size}, seed {seed}, {images} images, {num_classes} codes
- true class counts (labels were not used in training{knows}): {class_counts}
- made with: {versions}
{health}
## Use

```python
import tensorflow as tf

model = tf.saved_model.load("export")
model.encode(images)         # uint8 [n, {shape}] or float32 in [-1, 1]: features, code, ...
model.sample(tf.constant(8)) # images in [-1, 1] and codes, drawn from the prior
model.generate(noise, code)  # float32 [n, {noise_dim}] and one-hot [n, {num_classes}]: images
model.prior()                # probabilities [{num_classes}]
```

`encode` is the `serving_default` signature (uint8). A code is a cluster, not a class name: which
identity it stands for is to be seen in `figures/grid.png`.
"""

_SECOND_STAGE = ", of the second of two generator stages (StackGAN-v2)"
_KNOWS = " except their proportions"


def render(record: dict[str, Any], step: int, state: str | None = None) -> str:
    """Returns the card of a run as Markdown.

    Args:
        record: the run folder's `config.json`.
        step: train steps behind the exported weights.
        state: of the generator by its signs of life, one of `health.STATES`; None: not known.
    """
    config, data = Config.from_json(record["config"]).flat(), record["data"]
    shape = [str(size) for size in config["image_shape"]]
    knows = METHODS[config["method"]].knows_proportions
    return _TEMPLATE.format(
        **{name: config[name] for name in ("method", "batch_size", "seed")},
        **{name: config[name] for name in ("num_classes", "noise_dim")},
        **{name: data[name] for name in ("images", "class_counts")},
        dataset=markdown(config["dataset"]),
        source=markdown(data["source"]),
        versions=", ".join(f"{name} {version}" for name, version in record["versions"].items()),
        shape=", ".join(shape),
        size="x".join(shape),
        stages=_SECOND_STAGE if config.get("second_stage_size") else "",
        knows=_KNOWS if knows else "",
        health=f"- warning: {health.advice(state)}\n" if health.warns(state) else "",
        step=step,
    )
