"""Identity-preserving transforms, drawn afresh per image and applied to whole batches.

Kinds and strengths for MNIST follow the official code (rotation, zoom, a mild random distortion);
the distortion's form (shear and perspective) and the other data sets' transforms are ours. Only
stateless ops, so that a batch depends on its seed alone; no XLA kernel, so this runs in tf.data.

All that moves pixels is one projective transform, so an image is interpolated once. Colour comes
after it and so changes the background that was filled in like the background that was there.
"""

import math
from typing import Any

import tensorflow as tf

from elastic_infogan_tf.settings.transforms import Augmentation

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601: how bright red, green and blue look


def jitter(
    images: tf.Tensor, brightness: float, contrast: float, saturation: float, seed: Any
) -> tf.Tensor:
    """Changes every image by three random factors of its own, each uniform in 1 +- its strength.

    Args:
        images: float32 `[n, h, w, c]` in [0, 255], grey (c = 1) or RGB (c = 3).
        brightness: strength, 0 to 1; the factor multiplies the pixels.
        contrast: strength, 0 to 1; the factor multiplies differences from the image's mean grey.
        saturation: strength, 0 to 1; the factor multiplies differences from the pixel's grey.
        seed: int `[2]`; equal seeds, equal factors.

    Returns:
        float32 `[n, h, w, c]`, clipped to [0, 255].
    """
    uniform = tf.random.stateless_uniform([tf.shape(images)[0], 3], seed, -1.0, 1.0)
    return change(images, 1.0 + uniform * (brightness, contrast, saturation))


def change(images: tf.Tensor, factors: tf.Tensor) -> tf.Tensor:
    """Multiplies brightness, contrast and saturation; only the result is clipped.

    Args:
        images: float32 `[n, h, w, c]` in [0, 255], grey (c = 1) or RGB (c = 3).
        factors: float32 `[n, 3]`, of brightness, contrast and saturation; 1 leaves it, and a grey
            image has no saturation.

    Returns:
        float32 `[n, h, w, c]`, clipped to [0, 255].
    """
    brightness, contrast, saturation = tf.split(factors[:, tf.newaxis, tf.newaxis], 3, axis=-1)
    grey = luma(images)
    images = grey + (images - grey) * saturation
    mean = tf.reduce_mean(grey, axis=(1, 2), keepdims=True)
    # Saturation alters no grey and thus not the mean, so one mean serves in any order.
    return tf.clip_by_value((mean + (images - mean) * contrast) * brightness, 0.0, 255.0)


_DRAWS = 9  # random numbers per image, without cropping, colour and stretching
# These draw from seeds of their own, so that they leave the other draws as they are.
_CROP_STREAM, _COLOUR_STREAM, _STRETCH_STREAM, _TONE_STREAM = 1, 2, 3, 4


def augment(images: Any, augmentation: Augmentation, seed: Any) -> tf.Tensor:
    """Transforms every image by a random projective transform and a colour change of its own.

    Args:
        images: uint8 or float32 `[n, h, w, c]` in [0, 255].
        augmentation: strengths and the background of what comes in from outside the frame.
        seed: int `[2]`.

    Returns:
        float32 `[n, h, w, c]` in [0, 255].
    """
    pixels = tf.cast(images, tf.float32)
    shape = (int(pixels.shape[1]), int(pixels.shape[2]), int(pixels.shape[3]))
    transforms = random_transforms(tf.shape(pixels)[0], shape, augmentation, seed)
    moved = apply_transforms(pixels, transforms, augmentation.background)
    changes = (augmentation.brightness, augmentation.contrast, augmentation.saturation)
    if any(changes):
        colour_seed = tf.random.fold_in(tf.convert_to_tensor(seed), _COLOUR_STREAM)
        moved = jitter(moved, *changes, colour_seed)
    if augmentation.grey or augmentation.gamma != 1.0:
        tone_seed = tf.random.fold_in(tf.convert_to_tensor(seed), _TONE_STREAM)
        moved = tone(moved, augmentation.grey, augmentation.gamma, tone_seed)
    return moved


def tone(images: tf.Tensor, grey: float, gamma: float, seed: Any) -> tf.Tensor:
    """Takes the colour out of some images, and raises all to a power.

    Args:
        images: float32 `[n, h, w, c]` in [0, 255], grey (c = 1) or RGB (c = 3).
        grey: share of the images that become grey, 0 to 1.
        gamma: largest exponent of pixels in [0, 1], 1 or more; log-uniform from `1 / gamma`.
        seed: int `[2]`; equal seeds, equal changes.

    Returns:
        float32 `[n, h, w, c]` in [0, 255].
    """
    uniform = tf.random.stateless_uniform([2, tf.shape(images)[0], 1, 1, 1], seed)
    images = tf.where(uniform[0] < grey, luma(images), images)
    exponent = gamma ** (2.0 * uniform[1] - 1.0)
    return 255.0 * (images / 255.0) ** exponent


def luma(images: tf.Tensor) -> tf.Tensor:
    """Returns how bright pixels look, float32 `[n, h, w, 1]`, of grey or RGB images."""
    if images.shape[-1] != len(_LUMA):
        return images
    return tf.tensordot(images, tf.constant(_LUMA)[:, tf.newaxis], 1)


def apply_transforms(
    images: tf.Tensor, transforms: tf.Tensor, background: float | None
) -> tf.Tensor:
    """Applies projective transforms to images, bilinearly.

    Args:
        images: float32 `[n, h, w, c]`.
        transforms: float32 `[n, 8]`, from output to input pixels (`projective_transforms`).
        background: value outside the frame, the same for all channels; None: that of the nearest
            pixel inside.

    Returns:
        float32 `[n, h, w, c]`.
    """
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=transforms,
        output_shape=images.shape[1:3].as_list(),
        fill_value=tf.constant(background or 0.0, tf.float32),
        interpolation="BILINEAR",
        fill_mode="NEAREST" if background is None else "CONSTANT",
    )
    return tf.ensure_shape(moved, images.shape)


def random_transforms(
    count: Any, image_shape: tuple[int, int, int], augmentation: Augmentation, seed: Any
) -> tf.Tensor:
    """Draws projective transforms within an augmentation's strengths.

    Args:
        count: how many, int or scalar int tensor.
        image_shape: height, width, channels.
        augmentation: strengths; every parameter is uniform in its range.
        seed: int `[2]`; equal seeds, equal transforms.

    Returns:
        float32 `[count, 8]`, as `apply_transforms` takes them.
    """
    uniform = tf.random.stateless_uniform([count, _DRAWS], seed, -1.0, 1.0)
    height, width, _ = image_shape
    zoom_middle = (augmentation.zoom_in + augmentation.zoom_out) / 2
    zoom_reach = (augmentation.zoom_in - augmentation.zoom_out) / 2
    angle = uniform[:, 0] * math.radians(augmentation.rotation)
    zoom = zoom_middle + uniform[:, 1] * zoom_reach
    if augmentation.rotation_fills:  # of a square
        zoom *= tf.cos(angle) + tf.abs(tf.sin(angle))
    flips = tf.cast(uniform[:, 8] < 0, tf.float32) * float(augmentation.horizontal_flip)
    transforms = projective_transforms(
        image_shape,
        angle=angle,
        zoom=zoom[:, tf.newaxis] * _stretches(count, augmentation.stretch, seed),
        shift=uniform[:, 2:4] * augmentation.translation * (width, height),
        # Shear and perspective move a corner by up to half of `distortion` each (first order).
        shear=uniform[:, 4:6] * augmentation.distortion,
        perspective=uniform[:, 6:8] * augmentation.distortion / (width, height),
        mirrored=flips,
    )
    if augmentation.crop == 1.0:
        return transforms
    crop_seed = tf.random.fold_in(tf.convert_to_tensor(seed), _CROP_STREAM)
    uniform = tf.random.stateless_uniform([count, 3], crop_seed)
    area = 1.0 - uniform[:, 0] * (1.0 - augmentation.crop)
    return crop(transforms, image_shape, tf.sqrt(area), 2.0 * uniform[:, 1:] - 1.0)


def projective_transforms(
    image_shape: tuple[int, int, int],
    *,
    angle: Any,
    zoom: Any,
    shift: Any,
    shear: Any,
    perspective: Any,
    mirrored: Any,
) -> tf.Tensor:
    """Composes mirroring, rotation, zoom, distortion (all about the centre) and translation.

    Args:
        image_shape: height, width, channels.
        angle: float32 `[n]`, radians, positive is anticlockwise.
        zoom: float32 `[n, 2]`, scale of the content's width and height after the rotation, above 0;
            1 leaves it.
        shift: float32 `[n, 2]`, pixels to the right and down.
        shear: float32 `[n, 2]`, pixels in x per pixel in y, and the reverse; 0 leaves it.
        perspective: float32 `[n, 2]`, change of depth per pixel in x and in y; 0 leaves it.
        mirrored: float32 `[n]`, 1 to swap left and right, 0 to leave it.

    Returns:
        float32 `[n, 8]`: the first eight entries of 3x3 matrices, the ninth being 1, that take
        output pixels to input pixels (ImageProjectiveTransformV3's convention).
    """
    angle = tf.convert_to_tensor(angle, tf.float32)
    one, zero = tf.ones_like(angle), tf.zeros_like(angle)
    height, width, _ = image_shape
    middle_x, middle_y = one * (width - 1) / 2, one * (height - 1) / 2
    wide, high = tf.unstack(tf.convert_to_tensor(zoom, tf.float32), axis=1)
    cos, sin = tf.cos(angle), tf.sin(angle)
    # From right to left: an output pixel is moved back by the shift, to coordinates about the
    # centre, through the distortion, rotation and zoom, mirroring, and back to pixels.
    steps = (
        _matrix(one, zero, middle_x, zero, one, middle_y, zero, zero),
        _matrix(1.0 - 2.0 * mirrored, zero, zero, zero, one, zero, zero, zero),
        _matrix(cos / wide, -sin / high, zero, sin / wide, cos / high, zero, zero, zero),
        _matrix(one, shear[:, 0], zero, shear[:, 1], one, zero, *tf.unstack(perspective, axis=1)),
        _matrix(one, zero, -middle_x - shift[:, 0], zero, one, -middle_y - shift[:, 1], zero, zero),
    )
    product = steps[0]
    for step in steps[1:]:
        product = product @ step
    entries = tf.reshape(product, [-1, 9])
    return entries[:, :8] / entries[:, 8:]


def crop(
    transforms: tf.Tensor, image_shape: tuple[int, int, int], side: Any, position: Any
) -> tf.Tensor:
    """Lets transforms see a window of the image, enlarged to the whole of it.

    What lies beside the window may still come in by rotation, zoom and translation: it is
    part of the image, better than any filling.

    Args:
        transforms: float32 `[n, 8]`, as `projective_transforms` gives them.
        image_shape: height, width, channels.
        side: float32 `[n]`, the window's sides as a share of the image's, above 0, at most 1.
        position: float32 `[n, 2]` in [-1, 1], where the window lies, from left to right
            and from top to bottom.

    Returns:
        float32 `[n, 8]`.
    """
    height, width, _ = image_shape
    x, y, depth = tf.split(
        tf.concat([transforms, tf.ones_like(transforms[:, :1])], axis=1), 3, axis=1
    )  # [n, 3] each: numerators of the input's x and y, and their denominator
    side = tf.convert_to_tensor(side, tf.float32)[:, tf.newaxis]
    # The first pixel's centre is 0, the frame's edge -1/2: the middle of the window is that of the
    # frame when `position` is 0, and their edges meet when it is 1.
    middle = tf.constant([(width - 1) / 2, (height - 1) / 2])
    offset = (1.0 - side) * (middle + position * tf.constant([width / 2, height / 2]))
    x, y = side * x + offset[:, :1] * depth, side * y + offset[:, 1:] * depth
    return tf.concat([x, y, depth[:, :2]], axis=1)


def _stretches(count: Any, most: float, seed: Any) -> tf.Tensor:
    """Draws scales of width and height `[count, 2]`, or `[1, 2]` of ones, of product 1.

    Their quotient is within `most` either way, uniform in its logarithm.
    """
    if most == 1.0:
        return tf.ones([1, 2])
    reach = math.log(most) / 2
    stretch_seed = tf.random.fold_in(tf.convert_to_tensor(seed), _STRETCH_STREAM)
    wide = tf.random.stateless_uniform([count], stretch_seed, -reach, reach)
    return tf.exp(tf.stack([wide, -wide], axis=1))


def _matrix(*entries: tf.Tensor) -> tf.Tensor:
    """Returns `[n, 3, 3]` from the first eight entries, `[n]` each; the ninth is 1."""
    return tf.reshape(tf.stack([*entries, tf.ones_like(entries[0])], axis=1), [-1, 3, 3])
