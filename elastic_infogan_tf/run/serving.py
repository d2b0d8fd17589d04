"""A trained model as a SavedModel that needs nothing but TensorFlow."""

import contextlib
import io
import shutil
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.data.batches.pixels import scale
from elastic_infogan_tf.files import replace_folder, unwritable


def export_saved_model(model: keras.Model, folder: Path) -> None:
    """Writes a SavedModel with the endpoints `encode`, `generate`, `sample` and `prior`.

    Endpoints, as signatures and as functions of the loaded object; images are `[n, h, w, c]`:

    - `encode(images)`, also `serving_default`: images, as uint8 in 0..255 or (as a function only)
      float32 in [-1, 1] -> `features` float32 `[n, d]`, `probabilities` float32 `[n, K]`, `code`
      int64 `[n]`.
    - `generate(noise, code)`: float32 `[n, noise_dim]` and `[n, K]` -> `images`, float32 in
      [-1, 1].
    - `sample(count)`: int32 scalar -> `images`, float32 in [-1, 1], and their `code`, int64
      `[count]`, drawn from the prior; other ones at each call.
    - `prior()` -> `probabilities`, float32 `[K]`.

    Args:
        model: a trained model.
        folder: of the SavedModel; one that is there is replaced when the new one is complete.

    Raises:
        UsageError: if it cannot be written.
    """
    archive = keras.export.ExportArchive()
    archive.track(model)
    for name, endpoint in _endpoints(model).items():
        archive.add_endpoint(name, endpoint)
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            archive.write_out(str(beside), verbose=False)
        replace_folder(beside, folder)
    except (OSError, tf.errors.OpError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise unwritable(folder, error) from error


def _endpoints(model: keras.Model) -> dict[str, Any]:
    """Returns the endpoints as traced functions; the first becomes `serving_default`."""
    pixels = [None, *model.image_shape]

    @tf.function
    def encode(images: tf.Tensor) -> dict[str, tf.Tensor]:
        if images.dtype == tf.uint8:
            images = scale(images)
        outputs = model(images, training=False)
        return {
            "features": outputs["features"],
            "probabilities": tf.nn.softmax(outputs["logits"]),
            "code": tf.argmax(outputs["logits"], axis=-1),
        }

    @tf.function
    def generate(noise: tf.Tensor, code: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"images": model.generator([noise, code], training=False)}

    @tf.function
    def sample(count: tf.Tensor) -> dict[str, tf.Tensor]:
        code = model.prior.sample_one_hot(count)
        noise = tf.random.normal([count, model.noise_dim])
        images = model.generator([noise, code], training=False)
        return {"images": images, "code": tf.argmax(code, axis=-1)}

    @tf.function
    def prior() -> dict[str, tf.Tensor]:
        return {"probabilities": model.prior.probabilities}

    encode.get_concrete_function(tf.TensorSpec(pixels, tf.uint8, name="images"))
    encode.get_concrete_function(tf.TensorSpec(pixels, tf.float32, name="images"))
    generate.get_concrete_function(
        tf.TensorSpec([None, model.noise_dim], tf.float32, name="noise"),
        tf.TensorSpec([None, model.num_codes], tf.float32, name="code"),
    )
    sample.get_concrete_function(tf.TensorSpec([], tf.int32, name="count"))
    prior.get_concrete_function()
    return {"encode": encode, "generate": generate, "sample": sample, "prior": prior}
