"""PNG and JPEG files to the pixels that the training's loader makes of them, in TensorFlow."""

import math

import tensorflow as tf

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


def decode(image_bytes: tf.Tensor, image_shape: tuple[int, int, int]) -> tf.Tensor:
    """Decodes image files; each becomes its centred square, resized as in the training.

    Transparent pixels are put on white, and grey files become RGB or RGB ones grey, as the networks
    take them. A camera's orientation (EXIF) is left alone, which TensorFlow cannot read. Otherwise
    the pixels are those of `data.files.fitting.fit` to a level of 255.

    Args:
        image_bytes: string `[n]`, contents of PNG (also of 16 bits) or JPEG files.
        image_shape: height and width (equal) and channels (1 or 3) of the result.

    Returns:
        uint8 `[n, h, w, c]`.

    Raises:
        InvalidArgumentError: when it runs, if one is neither, or corrupted.
    """
    side, _, channels = image_shape
    is_png, is_jpeg = _begin(image_bytes, _PNG), _begin(image_bytes, _JPEG)
    is_bad = ~(is_png | is_jpeg)
    place = tf.argmax(tf.concat([is_bad, [True]], axis=0))
    length = tf.concat([tf.strings.length(image_bytes), [0]], axis=0)[place]
    sentence = (
        "image_bytes must be PNG or JPEG files; found something else at place {}, of {} bytes; "
        "give the whole content of such a file."
    )
    check = tf.debugging.Assert(
        ~tf.reduce_any(is_bad), [tf.strings.format(sentence, (place, length))]
    )

    def decode_one(one: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        contents, is_png = one
        image = tf.cond(is_png, lambda: _read_png(contents), lambda: _read_jpeg(contents))
        resized = _resize(_centre_square(image), side)
        return resized if channels == 3 else _grey(resized)

    with tf.control_dependencies([check]):
        files = tf.identity(image_bytes), tf.identity(is_png)
    spec = tf.TensorSpec(image_shape, tf.uint8)
    return tf.map_fn(decode_one, files, fn_output_signature=spec)


def _begin(contents: tf.Tensor, magic: bytes) -> tf.Tensor:
    return tf.strings.substr(contents, 0, len(magic)) == magic


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


def _centre_square(image: tf.Tensor) -> tf.Tensor:
    height, width = tf.unstack(tf.shape(image)[:2])
    side = tf.minimum(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def _resize(image: tf.Tensor, side: int) -> tf.Tensor:
    """Resizes a square as `data.files.images_on_disk.resize` does, in whose windows.

    `tf.image.resize` has no Hamming window; its nearest method is off by up to 7 levels.

    Args:
        image: float32 `[s, s, 3]`, whole numbers in 0..255.
        side: of the result.

    Returns:
        uint8 `[side, side, 3]`.
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
    places = tf.range(tf.cast(old, tf.float32)) + 0.5
    centres = (tf.range(new, dtype=tf.float32) + 0.5) * step
    distance = tf.abs(places - centres[:, tf.newaxis]) / tf.maximum(step, 1.0)
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
