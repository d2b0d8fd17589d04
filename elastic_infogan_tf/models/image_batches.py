"""Batches for `fit` from anybody's data set of images."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import scale

Transform = Callable[[tf.Tensor], tf.Tensor]


def prepare(
    dataset: tf.data.Dataset, transform: Transform | None, model: keras.Model
) -> tf.data.Dataset:
    """Returns batches as a `GenerativeModel`'s train step takes them.

    That is dicts of `image` and, if the model contrasts them, `transform`, float32 in [-1, 1].

    Args:
        dataset: of batches of images `[n, h, w, c]`, uint8 in 0..255 or float in [-1, 1]; of pairs
            (images, transforms) of such batches; or of the input pipeline's dicts, which stay as
            they are.
        transform: a function from a batch of images to their identity-preserving transforms, in the
            range of the images (floats in 0..255 for uint8). It runs inside `Dataset.map`, one
            batch after the other.
        model: with `image_shape`, `contrasts` and `needs_rows`.

    Raises:
        ValueError: if these are no batches of the model's images or its replicas cannot share them,
            if transforms are missing or given twice, or rows that the model remembers are missing.
    """
    if not isinstance(dataset, tf.data.Dataset):
        raise ValueError(
            "fit takes a tf.data.Dataset; make one of an array with "
            f"Dataset.from_tensor_slices(images).batch(n). Received: x={dataset!r:.200}"
        )
    spec = dataset.element_spec
    from_pipeline = isinstance(spec, dict) and {"image", "step", "index"} <= spec.keys()
    paired = isinstance(spec, tuple) and len(spec) == 2
    if not from_pipeline:
        _check_images(spec, paired, model)
    has_transforms = paired or (from_pipeline and "transform" in spec)
    if has_transforms and transform is not None:
        raise ValueError(
            "this data set has the transforms of its images already; leave transform out. "
            f"Received: element_spec={spec}, transform={transform}"
        )
    if model.contrasts and not has_transforms and transform is None:
        raise ValueError(
            "this method's contrastive loss compares images with their transforms; give fit a "
            "transform, or a data set of pairs (images, transforms). Received: transform=None, "
            f"element_spec={spec}"
        )
    if model.needs_rows and not (from_pipeline and "row" in spec):
        raise ValueError(
            "this model remembers each training image, and a data set of images alone does not say "
            "which they are; train on the batches of elastic_infogan_tf.data.batches.pipeline. "
            f"Received: element_spec={spec}"
        )
    if from_pipeline:
        return dataset

    def batch(images: tf.Tensor, transforms: tf.Tensor | None = None) -> dict[str, tf.Tensor]:
        scaled = {"image": _scaled(images, images.dtype)}
        if model.contrasts:
            made = transforms if transform is None else tf.convert_to_tensor(transform(images))
            if not made.shape.is_compatible_with(images.shape):
                raise ValueError(
                    f"a transform must keep the shape of its images, {images.shape}. Received: "
                    f"{made.shape}"
                )
            scaled["transform"] = tf.ensure_shape(_scaled(made, images.dtype), images.shape)
        return scaled

    # One after the other: a transform that draws random numbers draws them in the same order.
    return dataset.map(batch).prefetch(tf.data.AUTOTUNE)


def _scaled(images: tf.Tensor, source: tf.DType) -> tf.Tensor:
    """Returns float32 in [-1, 1]; `source` is the type of the images, which says their range."""
    if source == tf.uint8:
        return scale(images)
    images = tf.cast(images, tf.float32)
    largest = tf.reduce_max(tf.abs(images))
    message = "images of floats must be in [-1, 1]; for 0 to 255 take uint8"
    # A little more, for interpolation's rounding.
    with tf.control_dependencies([tf.debugging.assert_less_equal(largest, 1.001, message)]):
        return tf.identity(images)


def _check_images(spec: Any, paired: bool, model: keras.Model) -> None:
    """Refuses what is no batch of the model's images, or none that replicas can share."""
    parts = list(spec) if paired else [spec]
    fits = all(
        isinstance(part, tf.TensorSpec)
        and part.shape.rank == 4
        and part.shape.is_compatible_with([None, *model.image_shape])
        and (part.dtype == tf.uint8 or part.dtype.is_floating)
        for part in parts
    )
    sides = ", ".join(map(str, model.image_shape))
    if not fits or len({part.dtype for part in parts}) > 1:
        raise ValueError(
            f"fit takes batches of images [n, {sides}], uint8 in 0..255 or float in [-1, 1], or "
            "pairs (images, transforms) of such batches of one type. Received: element_spec="
            f"{spec}"
        )
    rows, replicas = parts[0].shape[0], model.distribute_strategy.num_replicas_in_sync
    if replicas > 1 and (rows is None or rows % replicas):
        raise ValueError(
            f"{replicas} replicas share a batch evenly; make batches of one size that is a "
            f"multiple of {replicas}: .batch(n, drop_remainder=True). Received: {rows} rows"
        )
