"""What is done to all images before a discriminator sees them: shifts and holes, noise.

A discriminator of a few hundred images memorises them, and the longer it is trained the worse
become the generated images. It cannot where it never sees an image twice; and because generated
images are changed alike, the generator does not learn the changes. Translation and cutout are those
of Zhao, Liu, Lin, Zhu, Han: Differentiable Augmentation for Data-Efficient GAN Training, NeurIPS
2020; without its colour, which tells objects apart.
"""

import dataclasses

import tensorflow as tf

from elastic_infogan_tf import errors

KINDS = ("none", "translation", "translation_cutout")
PLACES = 4  # random numbers that an image takes
_REACH = 1 / 8  # of the side, how far an image is moved at most (DiffAugment)
_HOLE = 1 / 2  # of the side, the side of a hole (DiffAugment)


def augmented(images: tf.Tensor, kind: str, places: tf.Tensor) -> tf.Tensor:
    """Returns images, each changed in its own way.

    Images are float32 `[n, h, w, c]` in [-1, 1]; grey, 0, comes where there is none. Places are
    float32 `[n, 4]` in (0, 1): where each image is moved to, from furthest up (left) to furthest
    down (right), and where the middle of its hole is, from the top (left) on.
    """
    moved = translated(images, places[:, :2])
    return moved if kind == "translation" else cut_out(moved, places[:, 2:])


def translated(images: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """Moves each image by whole pixels, up to an eighth of its side, up or down, left or right."""
    for axis in (1, 2):
        size = images.shape[axis]
        reach = round(_REACH * size)
        first = 2 * reach - _whole(places[:, axis - 1], 2 * reach + 1)
        paddings = [[reach, reach] if dimension == axis else [0, 0] for dimension in range(4)]
        rows = first[:, tf.newaxis] + tf.range(size)
        images = tf.gather(tf.pad(images, paddings), rows, axis=axis, batch_dims=1)
    return images


def cut_out(images: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """Makes a hole in each image, half as wide and high as it, or what of that is inside."""
    height, width = (_hole(images.shape[axis], places[:, axis - 1]) for axis in (1, 2))
    hole = height[:, :, tf.newaxis] & width[:, tf.newaxis, :]
    return tf.where(hole[..., tf.newaxis], 0.0, images)


def _hole(size: int, places: tf.Tensor) -> tf.Tensor:
    """Returns which rows (columns) are in a hole, bool `[n, size]`."""
    side = round(_HOLE * size)
    first = _whole(places, size)[:, tf.newaxis] - side // 2
    rows = tf.range(size)
    return (rows >= first) & (rows < first + side)


def _whole(places: tf.Tensor, count: int) -> tf.Tensor:
    """Returns whole numbers 0 .. count - 1, int32, of numbers in (0, 1)."""
    return tf.minimum(tf.cast(places * count, tf.int32), count - 1)


_STEPS = 3_000  # until the noise is gone (ours)


def noise_steps(given: int | None = None, total_steps: int | None = None) -> int:
    """Returns the steps of a training until its noise is gone (ours): those given, or 3,000.

    These are no more than half of all, if known, so that the generator learns sharp images too.

    Example:
        >>> noise_steps(), noise_steps(total_steps=1_000), noise_steps(250, total_steps=1_000)
        (3000, 500, 250)
    """
    most = _STEPS if total_steps is None else min(_STEPS, total_steps // 2)
    return given or max(1, most)


@dataclasses.dataclass(frozen=True)
class InstanceNoise:
    """N(0, sigma) on every pixel, sigma falling in a straight line to 0.

    While D has to tell noisy images apart it cannot be sure, and G gets a gradient also where its
    images have nothing in common with real ones yet; measured on small data in docs/training.md.
    It starts, at step 0, in units of pixels in [-1, 1], and has fallen to 0 after `steps` (Sonderby
    et al.: Amortised MAP Inference for Image Super-resolution, ICLR 2017; start and length ours).

    Example:
        >>> InstanceNoise(0.3, 3000).sigma(tf.constant(1000, tf.int64)).numpy().tolist()
        0.2
    """

    start: float = 0.0
    steps: int = _STEPS

    def __post_init__(self) -> None:
        errors.not_negative(instance_noise=self.start)
        errors.positive(instance_noise_steps=self.steps)

    def sigma(self, step: tf.Tensor) -> tf.Tensor:
        """Returns the noise's standard deviation at a step, a float32 scalar."""
        return self.start * tf.maximum(0.0, 1.0 - tf.cast(step, tf.float32) / self.steps)
