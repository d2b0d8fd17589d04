"""Served files become the pixels that the training's loader makes of them."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from elastic_infogan_tf.data.files.image import fit, read_image
from elastic_infogan_tf.serving.endpoint_inputs import decode

SHAPES = ((64, 64, 3), (28, 28, 1))
RNG = np.random.default_rng(0)


def _image(width, height, mode):
    """A smooth image with noise on it, so that wrong windows show."""
    channels = len(mode)
    smooth = RNG.integers(0, 256, (9, 9, channels), np.uint8).squeeze()
    smooth = Image.fromarray(smooth).resize((width, height), Image.Resampling.BICUBIC)
    noisy = np.asarray(smooth).astype(int) + RNG.integers(-25, 26, np.shape(smooth))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def _bytes(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


def _files():
    wide = RNG.integers(0, 65536, (100, 90)).astype(np.uint16)
    return {
        "blocks": _bytes(_image(192, 128, "RGB"), format="PNG"),
        "shrunk": _bytes(_image(333, 250, "RGB"), format="PNG"),
        "enlarged": _bytes(_image(17, 23, "RGB"), format="PNG"),
        "right_size": _bytes(_image(64, 64, "RGB"), format="PNG"),
        "grey": _bytes(_image(101, 97, "L"), format="PNG"),
        "grey_alpha": _bytes(_image(101, 97, "LA"), format="PNG"),
        "transparent": _bytes(_image(130, 99, "RGBA"), format="PNG"),
        "palette": _bytes(_image(120, 99, "RGB").quantize(16), format="PNG"),
        "two_colours": _bytes(_image(120, 99, "RGB").quantize(2), format="PNG"),
        "black_white": _bytes(_image(99, 120, "L").convert("1"), format="PNG"),
        "transparent_palette": _bytes(
            _image(120, 99, "RGB").quantize(16), format="PNG", transparency=3
        ),
        "bits_16": _bytes(Image.fromarray(wide), format="PNG"),
        "jpeg": _bytes(_image(210, 300, "RGB"), format="JPEG", quality=85),
        "progressive_jpeg": _bytes(_image(99, 70, "RGB"), format="JPEG", progressive=True),
        "grey_jpeg": _bytes(_image(99, 70, "L"), format="JPEG"),
    }


@pytest.mark.parametrize("shape", SHAPES, ids=["rgb", "grey"])
def test_the_pixels_are_the_loaders(shape, tmp_path):
    files = _files()
    expected = []
    for name, contents in files.items():
        (tmp_path / name).write_bytes(contents)
        expected.append(fit(read_image(tmp_path / name), shape))
    graph = tf.function(lambda contents: decode(contents, shape), autograph=False)
    decoded = graph(tf.constant(list(files.values()))).numpy()
    assert decoded.dtype == np.uint8 and decoded.shape == (len(files), *shape)
    difference = np.abs(decoded.astype(int) - np.stack(expected))
    worst = dict(zip(files, difference.max(axis=(1, 2, 3)).tolist(), strict=True))
    assert max(worst.values()) <= 1, worst
    assert difference.mean() < 0.1
    assert graph(tf.constant([], tf.string)).shape == (0, *shape)


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"GIF89a, which it does not read", "PNG or JPEG files; .* at place 1, of 30 bytes"),
        (b"", "at place 1, of 0 bytes"),
        (_files()["shrunk"][:500], "PNG"),
        (_files()["jpeg"][:500], "JPEG"),
    ],
    ids=["gif", "empty", "corrupted_png", "corrupted_jpeg"],
)
def test_what_is_no_image_is_refused(contents, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        decode(tf.constant([_files()["grey"], contents]), (28, 28, 1))
