"""Reading, resizing and decoding image files: every kind of file, every kind of corruption."""

import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data.files import decoding as disk
from elastic_infogan_tf.data.files import image as image_module
from elastic_infogan_tf.data.files.decoding import BadImageError
from elastic_infogan_tf.data.files.image import (
    _Room,
    centre_square,
    read_image,
    resize,
    to_rgb,
)
from elastic_infogan_tf.errors import UsageError

RAMP = np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5


def _save(path, pixels, mode=None, **options):
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(path, **options)
    return path


@pytest.mark.parametrize("extension", [".png", ".webp", ".bmp"])
def test_lossless_rgb_comes_back_as_it_was(tmp_path, extension):
    path = _save(tmp_path / f"Ünï code 1{extension}", RAMP, lossless=True)
    image = read_image(path)
    assert image.dtype == np.uint8 and image.flags.writeable
    np.testing.assert_array_equal(image, RAMP)


def test_the_content_counts_not_the_extension(tmp_path):
    path = _save(tmp_path / "really.png", np.full((8, 8, 3), 90, np.uint8), format="JPEG")
    np.testing.assert_allclose(read_image(path), 90, atol=1)


def test_grey_and_black_and_white_become_rgb(tmp_path):
    grey = np.array([[0, 100], [200, 255]], np.uint8)
    np.testing.assert_array_equal(
        read_image(_save(tmp_path / "grey.png", grey)), np.stack([grey] * 3, axis=-1)
    )
    bits = read_image(_save(tmp_path / "bits.png", grey, "1", dither=None))
    assert sorted(np.unique(bits)) == [0, 255]


def test_sixteen_bits_are_scaled_not_clipped(tmp_path):
    deep = np.array([[0, 257, 300, 32768, 65535]], np.uint16)  # 300 / 257 = 1.17
    image = read_image(_save(tmp_path / "deep.png", deep))
    np.testing.assert_array_equal(image[0, :, 0], [0, 1, 1, 128, 255])
    # What older Pillows made of such files: 32-bit integers.
    wide = to_rgb(Image.fromarray(deep.astype(np.int32)), 255)
    np.testing.assert_array_equal(np.asarray(wide)[0, :, 2], [0, 1, 1, 128, 255])


def test_floating_point_pixels_are_refused(tmp_path):
    Image.fromarray(np.full((4, 4), 0.5, np.float32)).save(tmp_path / "f.tif")
    with pytest.raises(BadImageError, match=r"f\.tif .* pixels are floating-point numbers"):
        read_image(tmp_path / "f.tif")


def test_cmyk_is_converted(tmp_path):
    path = tmp_path / "print.jpg"
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(path, quality=100)
    np.testing.assert_allclose(read_image(path)[4, 4], [255, 0, 0], atol=6)


@pytest.mark.parametrize("background, behind", [(255, 255), (40, 40)])
def test_transparency_shows_the_background(tmp_path, background, behind):
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 0], rgba[0, :, 3] = 200, [0, 255, 51]  # alpha 0, 1 and 0.2
    image = read_image(_save(tmp_path / "rgba.png", rgba), background)
    np.testing.assert_array_equal(image[0, 0], [behind] * 3)
    np.testing.assert_array_equal(image[0, 1], [200, 0, 0])
    expected = [0.2 * 200 + 0.8 * behind, 0.8 * behind, 0.8 * behind]
    np.testing.assert_allclose(image[0, 2], expected, atol=1)


def test_grey_with_alpha_and_palettes(tmp_path):
    grey_alpha = np.array([[[100, 0], [100, 255]]], np.uint8)
    image = read_image(_save(tmp_path / "la.png", grey_alpha), 7)
    np.testing.assert_array_equal(image[0], [[7] * 3, [100] * 3])
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), mode="P")
    palette.putpalette([10, 20, 30, 40, 50, 60])
    palette.save(tmp_path / "p.png")
    np.testing.assert_array_equal(read_image(tmp_path / "p.png")[0], [[10, 20, 30], [40, 50, 60]])
    palette.save(tmp_path / "clear.png", transparency=1)
    np.testing.assert_array_equal(read_image(tmp_path / "clear.png", 9)[0], [[10, 20, 30], [9] * 3])


def test_a_cameras_orientation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show rotated by 90 degrees clockwise
    pixels = np.zeros((16, 32, 3), np.uint8)
    pixels[:8, :8] = 255  # the top left corner goes to the top right
    image = read_image(_save(tmp_path / "turned.jpg", pixels, exif=exif, quality=95))
    assert image.shape == (32, 16, 3)
    assert image[2, -3].min() > 200 and image[2, 2].max() < 50 and image[-3, -3].max() < 50


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_corrupted_exif_does_not_matter(tmp_path):
    path = _save(tmp_path / "odd.jpg", np.full((8, 8, 3), 60, np.uint8), exif=b"Exif\0\0II*\0junk")
    np.testing.assert_allclose(read_image(path), 60, atol=1)


@pytest.mark.parametrize("extension", [".webp", ".gif"])
def test_the_first_frame_of_an_animation_counts(tmp_path, extension):
    frames = [Image.new("RGB", (8, 8), (level, level, level)) for level in (10, 240)]
    path = tmp_path / f"moving{extension}"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    assert read_image(path).max() < 20


def _assert_bad(path, problem):
    with pytest.raises(BadImageError) as caught:
        read_image(path)
    message = str(caught.value)
    assert isinstance(caught.value, UsageError)
    assert message.startswith(f"{path} ") and problem in message
    assert message.endswith("leave bad images out with --skip_bad_images.")
    assert "\n" not in message


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "empty one.png").touch()
    _assert_bad(tmp_path / "empty one.png", "is empty (0 bytes)")


def test_a_file_that_is_no_image_is_named(tmp_path):
    (tmp_path / "page.jpg").write_text("<html>404 not found</html>")
    _assert_bad(tmp_path / "page.jpg", "is no image in PNG, JPEG, WEBP, BMP, GIF, TIFF")
    # Formats that would run other programs are not even tried.
    (tmp_path / "drawing.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    _assert_bad(tmp_path / "drawing.png", "is no image")


@pytest.mark.parametrize("extension", [".png", ".jpg", ".webp", ".bmp"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_a_truncated_file_is_named(tmp_path, extension, share):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    path = _save(tmp_path / f"cut{extension}", noise)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    _assert_bad(path, " cannot be read (" if extension != ".webp" else " ")


def test_missing_files_and_folders_are_named(tmp_path):
    _assert_bad(tmp_path / "gone.png", "cannot be read (No such file or directory)")
    _assert_bad(tmp_path, "is no regular file")


def test_too_large_images_are_refused_by_their_headers(tmp_path, monkeypatch):
    path = _save(tmp_path / "bomb.png", np.zeros((12, 13, 3), np.uint8))
    monkeypatch.setattr(image_module, "_MOST_PIXELS", 156)
    assert read_image(path).shape == (12, 13, 3)
    monkeypatch.setattr(image_module, "_MOST_PIXELS", 155)
    path.write_bytes(path.read_bytes()[:60])  # its header and no more
    words = r"bomb.png is too large \(13 x 12 pixels\): more than 155 pixels"
    with pytest.raises(BadImageError, match=words):
        read_image(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)  # Pillow's own limit is half of it
    _assert_bad(path, "is too large (Image size (156 pixels) exceeds limit of 80 pixels")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_only_regular_files_are_opened(tmp_path, kind):
    path = tmp_path / "x.png"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        socket.socket(socket.AF_UNIX).bind(str(path))
    _assert_bad(path, "is no regular file")


def test_large_images_wait_for_each_other():
    room, most, running = _Room(10), [], []

    def decode(pixels):
        with room.for_pixels(pixels):
            running.append(min(pixels, 10))
            most.append(sum(running))
            time.sleep(0.002)
            running.remove(min(pixels, 10))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(decode, [4, 4, 4, 100, 3, 10, 6, 5] * 3))
    assert 10 >= max(most) > 6


def test_shrinking_by_whole_numbers_takes_block_means():
    image = np.random.default_rng(1).integers(0, 256, (12, 8, 3), np.uint8)
    means = image.reshape(4, 3, 4, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(resize(image, 4, 4), means, atol=0.5)  # rounded once


def test_other_factors_are_near_the_exact_area_average():
    rng = np.random.default_rng(2)
    image = rng.integers(0, 256, (137, 137, 3), np.uint8)
    edges = np.linspace(0, 137, 65)
    overlap = np.minimum(edges[1:, None], np.arange(1, 138)) - np.maximum(
        edges[:-1, None], np.arange(137)
    )
    weights = np.clip(overlap, 0, None) * 64 / 137  # [64, 137], each row sums to 1
    exact = np.einsum("ih,jw,hwc->ijc", weights, weights, image.astype(float))

    def error(resized):
        return np.sqrt(np.mean((resized.astype(float) - exact) ** 2))

    resized = resize(image, 64, 64)
    box = np.asarray(Image.fromarray(image).resize((64, 64), Image.Resampling.BOX))
    assert resized.shape == (64, 64, 3) and resized.dtype == np.uint8
    assert 2 * error(resized) < error(box)


def test_enlarging_is_smooth_and_keeps_flat_colours():
    step = np.zeros((2, 2, 3), np.uint8)
    step[:, 1] = 200
    large = resize(step, 4, 8)
    assert large.shape == (4, 8, 3)
    np.testing.assert_array_equal(large[0, :, 0], [0, 0, 25, 75, 125, 175, 200, 200])
    assert (resize(np.full((5, 7, 3), 33, np.uint8), 64, 64) == 33).all()


def test_the_same_size_changes_nothing():
    np.testing.assert_array_equal(resize(RAMP, 4, 4), RAMP)


@pytest.mark.parametrize(
    "shape, rows, columns",
    [((4, 9), (0, 4), (2, 6)), ((9, 4), (2, 6), (0, 4)), ((3, 3), (0, 3), (0, 3))],
)
def test_centre_square(shape, rows, columns):
    image = np.arange(np.prod(shape) * 3, dtype=np.uint8).reshape(*shape, 3)
    np.testing.assert_array_equal(centre_square(image), image[slice(*rows), slice(*columns)])


def _write_levels(folder, count):
    """Files whose grey level is their place; some are corrupted by the tests."""
    return [
        _save(folder / f"level {level}.png", np.full((2, 2, 3), level, np.uint8))
        for level in range(count)
    ]


def test_decode_all_keeps_the_order_of_the_paths(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(disk, "_BLOCK", 4)
    paths = _write_levels(tmp_path, 10)[::-1]
    images, kept = disk.decode_all(paths, read_image, False, "levels")
    assert images.shape == (10, 2, 2, 3) and images.dtype == np.uint8
    np.testing.assert_array_equal(images[:, 0, 0, 0], np.arange(10)[::-1])
    np.testing.assert_array_equal(kept, np.arange(10))
    assert kept.dtype == np.int64
    assert "levels: 100% 10/10 [" in capfd.readouterr().err


def test_decode_all_uses_several_threads_and_other_types():
    both = threading.Barrier(2, timeout=20)

    def decode(path):
        both.wait()  # passes only when two decode at once
        return np.array([path, path / 2])

    values, _ = disk.decode_all([4, 6], decode, False, "numbers")
    np.testing.assert_array_equal(values, [[4.0, 2.0], [6.0, 3.0]])


def test_the_first_bad_file_by_order_is_raised(tmp_path):
    paths = _write_levels(tmp_path, 6)
    paths[2].write_bytes(b"")
    paths[4].write_bytes(b"")
    with pytest.raises(BadImageError, match=r"level 2\.png is empty"):
        disk.decode_all(paths, read_image, False, "levels")


def test_after_an_error_the_rest_is_not_decoded():
    seen = []

    def decode(path):
        seen.append(path)
        raise BadImageError("bad")

    with pytest.raises(BadImageError):
        disk.decode_all(range(100_000), decode, False, "numbers")
    assert len(seen) <= disk._BLOCK


def test_skipped_files_are_counted_and_named(tmp_path, capfd):
    paths = _write_levels(tmp_path, 6)
    paths[1].write_bytes(b"")
    paths[5].write_bytes(b"GIF89a")
    images, kept = disk.decode_all(paths, read_image, True, "levels")
    np.testing.assert_array_equal(kept, [0, 2, 3, 4])
    np.testing.assert_array_equal(images[:, 0, 0, 0], [0, 2, 3, 4])
    words = capfd.readouterr().err
    assert f"skipped 2 of 6 levels that cannot be used: {paths[1]}, {paths[5]}\n" in words


def test_at_most_twenty_skipped_files_are_named(capfd):
    def decode(path):
        if path < 25:
            raise BadImageError("bad")
        return np.zeros(1)

    disk.decode_all(range(30), decode, True, "numbers")
    words = capfd.readouterr().err
    assert "skipped 25 of 30 numbers" in words and "18, 19 and 5 more\n" in words


def test_nothing_left_is_an_error(tmp_path):
    paths = _write_levels(tmp_path, 2)
    for path in paths:
        path.write_bytes(b"")
    with pytest.raises(UsageError, match=r"none of 2 levels can be used.*level 0\.png is empty"):
        disk.decode_all(paths, read_image, True, "levels")
    with pytest.raises(UsageError, match="none of 0 levels can be used: there are none"):
        disk.decode_all([], read_image, False, "levels")


def test_other_errors_are_not_skipped_and_shapes_must_agree():
    with pytest.raises(ZeroDivisionError):
        disk.decode_all([0], lambda path: 1 / path, True, "numbers")
    with pytest.raises(ValueError, match=r"Received: \[2\], not \[1\]"):
        disk.decode_all([1, 2], np.zeros, True, "numbers")
