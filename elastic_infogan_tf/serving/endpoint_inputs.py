"""What the endpoints of a SavedModel take: checks and decoding, as parts of its graph.

Each function raises an InvalidArgumentError of one sentence, when the graph runs.
"""

import math
from collections.abc import Sequence

import tensorflow as tf

# Nearer than this to a bound, or to a one-hot code, is rounding (ours).
_ROUNDING = 1e-3
_MOST_SAMPLES = 10_000
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


def rows(name: str, values: tf.Tensor, shape: Sequence[int], advice: str) -> tf.Tensor:
    """Checks that values are rows of a shape and returns them, `[n, *shape]`.

    Args:
        name: of the input, for the error.
        values: any shape; `[0]`, what an empty list of JSON becomes, is no rows.
        shape: of a row.
        advice: what to do, the end of a sentence.
    """
    values = _of_any_shape(values)
    actual, rank = tf.shape(values), len(shape) + 1
    padded = tf.concat([actual, tf.fill([rank], -1)], axis=0)
    fits = (tf.rank(values) == rank) & tf.reduce_all(padded[1:rank] == list(shape))
    empty = (tf.rank(values) == 1) & (padded[0] == 0)
    wanted = ", ".join(["n", *map(str, shape)])
    sentence = f"{name} must be of shape [{wanted}]; found {{}}; {advice}."
    values = _checked(values, fits | empty, sentence, actual)
    return tf.reshape(values, tf.concat([padded[:1], list(shape)], axis=0))


def images(values: tf.Tensor, shape: tuple[int, int, int]) -> tf.Tensor:
    """Checks images, uint8 in 0..255 or float32 in [-1, 1]; returns them, `[n, h, w, c]`."""
    advice = "give a batch of images of this size, or their files to encode_bytes"
    values = rows("images", values, shape, advice)
    if values.dtype == tf.uint8:
        return values
    is_good = tf.reduce_all(tf.abs(values) <= 1 + _ROUNDING)  # of NaN that is false
    sentence = (
        "float images must be in [-1, 1]; found {} that are not finite and otherwise {} to {}; "
        "give pixels / 127.5 - 1, or uint8 pixels."
    )
    return _checked(values, is_good, sentence, *_summary(values))


def noise(values: tf.Tensor, size: int) -> tf.Tensor:
    """Checks that noise is finite and returns it, float32 `[n, size]`."""
    values = rows("noise", values, [size], f"give {size} standard normal numbers for each image")
    sentence = (
        "noise must be finite; found {} numbers that are not, among others from {} to {}; give "
        "standard normal ones."
    )
    is_finite = tf.reduce_all(tf.math.is_finite(values))
    return _checked(values, is_finite, sentence, *_summary(values))


def codes(values: tf.Tensor, num_codes: int, count: tf.Tensor) -> tf.Tensor:
    """Checks one-hot codes, as many as rows of noise; returns them, float32 `[count, K]`."""
    advice = f"give tf.one_hot(code, {num_codes}), a row for each image"
    values = rows("code", values, [num_codes], advice)
    given = tf.shape(values)[0]
    values = _checked(
        values,
        given == count,
        "noise and code must have a row for each image; found {} rows of noise and {} of code; "
        "give as many of both.",
        count,
        given,
    )
    nearest = tf.one_hot(tf.argmax(values, axis=1), num_codes)
    is_one_hot = tf.reduce_all(tf.abs(values - nearest) <= _ROUNDING, axis=1)
    return _checked(
        values,
        tf.reduce_all(is_one_hot),
        "code must be one-hot, a single 1 in each row and 0 elsewhere; found {} rows that are not; "
        f"{advice}.",
        tf.math.count_nonzero(~is_one_hot),
    )


def sample_count(value: tf.Tensor) -> tf.Tensor:
    """Checks a number of samples, int32 `[]` or, as servers make it, `[1]`; returns a scalar."""
    value = _of_any_shape(value)
    single = (tf.size(value) == 1) & (tf.rank(value) <= 1)
    in_range = single & tf.reduce_all((value >= 1) & (value <= _MOST_SAMPLES))
    sentence = (
        f"count must be one whole number from 1 to {_MOST_SAMPLES}; found {{}}; ask for more in "
        "several calls."
    )
    return tf.reshape(_checked(value, in_range, sentence, value), [])


def decode(image_bytes: tf.Tensor, image_shape: tuple[int, int, int]) -> tf.Tensor:
    """Decodes image files; each becomes its centred square, resized as in the training.

    Transparent pixels are put on white, and grey files become RGB or RGB ones grey, as the networks
    take them. A camera's orientation (EXIF) is left alone, which TensorFlow cannot read. Otherwise
    the pixels are those of `data.files.image.fit` to a level of 255.

    Args:
        image_bytes: string `[n]`, contents of PNG (also of 16 bits) or JPEG files.
        image_shape: height and width (equal) and channels (1 or 3) of the result.

    Returns:
        uint8 `[n, h, w, c]`.
    """
    side, _, channels = image_shape
    is_png, is_jpeg = (
        tf.strings.substr(image_bytes, 0, len(magic)) == magic for magic in (_PNG, _JPEG)
    )
    is_bad = ~(is_png | is_jpeg)
    first_bad = tf.argmax(tf.concat([is_bad, [True]], axis=0))
    image_bytes = _checked(
        image_bytes,
        ~tf.reduce_any(is_bad),
        "image_bytes must be PNG or JPEG files; found something else at place {}, of {} bytes; "
        "give the whole content of such a file.",
        first_bad,
        tf.concat([tf.strings.length(image_bytes), [0]], axis=0)[first_bad],
    )

    def decode_file(file: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        contents, is_png = file
        image = tf.cond(is_png, lambda: _read_png(contents), lambda: _read_jpeg(contents))
        height, width = tf.unstack(tf.shape(image)[:2])
        least = tf.minimum(height, width)
        top, left = (height - least) // 2, (width - least) // 2
        resized = _resize(image[top : top + least, left : left + least], side)
        return resized if channels == 3 else _grey(resized)

    spec = tf.TensorSpec(image_shape, tf.uint8)
    return tf.map_fn(decode_file, (image_bytes, is_png), fn_output_signature=spec)


def _of_any_shape(values: tf.Tensor) -> tf.Tensor:
    """Returns the values, of which nothing is known before the check.

    A server need not hold to the shape that a signature declares, and TensorFlow would take a check
    away, or fail before it with words of its own, where it knows the shape.
    """
    return tf.compat.v1.placeholder_with_default(values, shape=None)


def _summary(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns how many numbers are not finite, and the least and the largest of the others."""
    is_finite = tf.math.is_finite(values)
    finite = tf.where(is_finite, values, tf.zeros_like(values))
    return tf.math.count_nonzero(~is_finite), tf.reduce_min(finite), tf.reduce_max(finite)


def _checked(
    values: tf.Tensor, condition: tf.Tensor, sentence: str, *shown: tf.Tensor
) -> tf.Tensor:
    """Returns the values, after the sentence, with `{}` for each of `shown`, could be raised."""
    check = tf.debugging.Assert(condition, [tf.strings.format(sentence, shown)])
    with tf.control_dependencies([check]):
        return tf.identity(values)


def _read_png(contents: tf.Tensor) -> tf.Tensor:
    """Returns the pixels of a file, float32 `[h, w, 3]`, whole numbers in 0..255."""
    # TensorFlow would cut 16 bits off; this rounds, and is exact for 8. Asked for four channels it
    # would make palettes of few colours nearly transparent.
    wide = tf.cast(tf.io.decode_png(contents, dtype=tf.uint16), tf.float32)
    pixels = tf.round(wide / 257)
    channels = tf.shape(pixels)[2]  # grey, grey and alpha, RGB, RGB and alpha
    colours = tf.gather(pixels, tf.where(channels < 3, [0, 0, 0], [0, 1, 2]), axis=2)
    alpha = tf.where(channels % 2 == 0, pixels[..., -1:] / 255, 1.0)
    return tf.round(colours * alpha + 255 * (1 - alpha))


def _read_jpeg(contents: tf.Tensor) -> tf.Tensor:
    pixels = tf.io.decode_jpeg(contents, channels=3, dct_method="INTEGER_ACCURATE")
    return tf.cast(pixels, tf.float32)


def _resize(image: tf.Tensor, side: int) -> tf.Tensor:
    """Resizes a square as the training's loader does, in whose windows; uint8 `[side, side, 3]`.

    `tf.image.resize` has no Hamming window; its nearest method is off by up to 7 levels.
    """
    old = tf.shape(image)[0]
    is_whole = old % side == 0
    weights = _weights(old, side, is_whole)
    rows = tf.einsum("ij,yjc->yic", weights, image)
    # Pillow rounds in between, but where it takes the means of blocks.
    rows = tf.where(is_whole, rows, tf.floor(rows + 0.5))
    resized = tf.floor(tf.einsum("ij,jxc->ixc", weights, rows) + 0.5)
    return tf.cast(tf.ensure_shape(resized, [side, side, 3]), tf.uint8)


def _weights(old: tf.Tensor, new: int, is_whole: tf.Tensor) -> tf.Tensor:
    """Returns what each old pixel of a line gives to each new one, float32 `[new, old]`."""
    step = tf.cast(old, tf.float32) / new
    positions = tf.range(tf.cast(old, tf.float32)) + 0.5
    centres = (tf.range(new, dtype=tf.float32) + 0.5) * step
    distance = tf.abs(positions - centres[:, tf.newaxis]) / tf.maximum(step, 1.0)
    angle = math.pi * distance
    sinc = tf.where(distance < 1e-6, 1.0, tf.math.divide_no_nan(tf.sin(angle), angle))
    hamming = tf.where(distance < 1, sinc * (0.54 + 0.46 * tf.cos(angle)), 0.0)
    block = tf.cast(distance < 0.5, tf.float32)
    linear = tf.maximum(1 - distance, 0.0)
    weights = tf.where(is_whole, block, tf.where(old > new, hamming, linear))
    return weights / tf.reduce_sum(weights, axis=1, keepdims=True)


def _grey(image: tf.Tensor) -> tf.Tensor:
    """Returns Pillow's Rec. 601 luma of an RGB image, uint8 `[h, w, 1]`."""
    luma = tf.linalg.matvec(tf.cast(image, tf.int32), tf.constant([19595, 38470, 7471]))
    return tf.cast((luma + 0x8000) // 0x10000, tf.uint8)[..., tf.newaxis]
