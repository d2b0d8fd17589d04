"""What the endpoints of a SavedModel refuse, as sentences that are part of its graph."""

from collections.abc import Sequence

import tensorflow as tf

# Nearer than this to a bound, or to a one-hot code, is rounding (ours).
_ROUNDING = 1e-3
MOST_SAMPLES = 10_000


def rows(name: str, values: tf.Tensor, shape: Sequence[int], advice: str) -> tf.Tensor:
    """Checks that values are rows of a shape.

    Args:
        name: of the input, for the error.
        values: any shape; `[0]`, what an empty list of JSON becomes, is no rows.
        shape: of a row.
        advice: what to do, the end of a sentence.

    Returns:
        The values, `[n, *shape]`.

    Raises:
        InvalidArgumentError: when it runs, if they are of another shape.
    """
    values = _of_any_shape(values)
    found, rank = tf.shape(values), len(shape) + 1
    padded = tf.concat([found, tf.fill([rank], -1)], axis=0)
    fits = (tf.rank(values) == rank) & tf.reduce_all(padded[1:rank] == list(shape))
    empty = (tf.rank(values) == 1) & (padded[0] == 0)
    wanted = ", ".join(["n", *map(str, shape)])
    check = _require(
        fits | empty, f"{name} must be of shape [{wanted}]; found {{}}; {advice}.", found
    )
    with tf.control_dependencies([check]):
        return tf.reshape(values, tf.concat([padded[:1], list(shape)], axis=0))


def images(values: tf.Tensor, shape: tuple[int, int, int]) -> tf.Tensor:
    """Checks images and returns them, `[n, h, w, c]`.

    Args:
        values: uint8 in 0..255 or float32 in [-1, 1].
        shape: of an image.

    Raises:
        InvalidArgumentError: when it runs, if their shape, or a number of theirs, is none of these.
    """
    advice = "give a batch of images of this size, or their files to encode_bytes"
    values = rows("images", values, shape, advice)
    if values.dtype == tf.uint8:
        return values
    check = _require(
        tf.reduce_all(tf.abs(values) <= 1 + _ROUNDING),  # of NaN that is false
        "float images must be in [-1, 1]; found {} that are not finite and otherwise {} to {}; "
        "give pixels / 127.5 - 1, or uint8 pixels.",
        *_summary(values),
    )
    with tf.control_dependencies([check]):
        return tf.identity(values)


def noise(values: tf.Tensor, size: int) -> tf.Tensor:
    """Checks noise and returns it, `[n, size]`.

    Raises:
        InvalidArgumentError: when it runs, if it has another shape or is not finite.
    """
    values = rows("noise", values, [size], f"give {size} standard normal numbers for each image")
    check = _require(
        tf.reduce_all(tf.math.is_finite(values)),
        "noise must be finite; found {} numbers that are not, among others from {} to {}; give "
        "standard normal ones.",
        *_summary(values),
    )
    with tf.control_dependencies([check]):
        return tf.identity(values)


def codes(values: tf.Tensor, num_codes: int, count: tf.Tensor) -> tf.Tensor:
    """Checks one-hot codes and returns them, `[count, num_codes]`.

    Args:
        values: float32.
        num_codes: K.
        count: int32 scalar, rows of the noise that they go with.

    Raises:
        InvalidArgumentError: when it runs, if they have another shape or are not one-hot.
    """
    advice = f"give tf.one_hot(code, {num_codes}), a row for each image"
    values = rows("code", values, [num_codes], advice)
    given = tf.shape(values)[0]
    same = _require(
        given == count,
        "noise and code must have a row for each image; found {} rows of noise and {} of code; "
        "give as many of both.",
        count,
        given,
    )
    nearest = tf.one_hot(tf.argmax(values, axis=1), num_codes)
    is_one_hot = tf.reduce_all(tf.abs(values - nearest) <= _ROUNDING, axis=1)
    one_hot = _require(
        tf.reduce_all(is_one_hot),
        "code must be one-hot, a single 1 in each row and 0 elsewhere; found {} rows that are not; "
        f"{advice}.",
        tf.math.count_nonzero(~is_one_hot),
    )
    with tf.control_dependencies([same, one_hot]):
        return tf.identity(values)


def sample_count(value: tf.Tensor) -> tf.Tensor:
    """Checks a number of samples and returns it, a scalar.

    Args:
        value: int32 `[]`, or `[1]` as servers make it of one instance.

    Raises:
        InvalidArgumentError: when it runs, if it is not one number from 1 to `MOST_SAMPLES`.
    """
    value = _of_any_shape(value)
    single = (tf.size(value) == 1) & (tf.rank(value) <= 1)
    check = _require(
        single & tf.reduce_all((value >= 1) & (value <= MOST_SAMPLES)),
        f"count must be one whole number from 1 to {MOST_SAMPLES}; found {{}}; ask for more in "
        "several calls.",
        value,
    )
    with tf.control_dependencies([check]):
        return tf.reshape(value, [])


def _of_any_shape(values: tf.Tensor) -> tf.Tensor:
    """Returns the values, of which nothing is known before the check.

    A server need not hold to the shape that a signature declares, and TensorFlow would take a check
    away, or fail before it with words of its own, where it knows the shape.
    """
    return tf.compat.v1.placeholder_with_default(values, shape=None)


def _summary(values: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns how many numbers are not finite, and the least and the largest of the others."""
    finite = tf.math.is_finite(values)
    zeros = tf.zeros_like(values)
    least = tf.reduce_min(tf.where(finite, values, zeros))
    return (
        tf.math.count_nonzero(~finite),
        least,
        tf.reduce_max(tf.where(finite, values, zeros)),
    )


def _require(condition: tf.Tensor, sentence: str, *found: tf.Tensor) -> tf.Operation:
    """Returns an operation that fails with the sentence, which has `{}` for each value found."""
    return tf.debugging.Assert(condition, [tf.strings.format(sentence, found)])
