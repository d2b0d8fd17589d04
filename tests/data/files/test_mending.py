"""Images with corruption beside their pixels are read; with corruption in them they are not."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data.files.decoding import BadImageError
from elastic_infogan_tf.data.files.image import read_image

RAMP = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
_SMOOTH = Image.fromarray(RAMP).resize((80, 60))


def _chunk(kind, data, wrong=False):
    return (
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data) ^ wrong)
    )


def _png(pixels, colours=2, depth=8, beside=b"", cut=0):
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    content = _chunk(b"IDAT", zlib.compress(rows))
    start = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + beside
    return start + content[: len(content) - cut] + _chunk(b"IEND", b"")


def _jpeg(**options):
    content = io.BytesIO()
    _SMOOTH.save(content, "JPEG", **options)
    return content.getvalue()


def _bmp(pixels):
    """32 bits, with an alpha that says that nothing is to be seen."""
    height, width = pixels.shape[:2]
    content = np.zeros((height, width, 4), np.uint8)
    content[..., :3] = pixels[::-1, :, ::-1]
    header = struct.pack("<IiiHHIIiiII", 108, width, height, 1, 32, 3, 0, 0, 0, 0, 0)
    header += struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs" + bytes(48)
    return b"BM" + struct.pack("<IHHI", 122 + content.size, 0, 0, 122) + header + content.tobytes()


@pytest.mark.parametrize(
    "beside",
    [
        _chunk(b"tEXt", b"Comment\0hello", wrong=True),
        _chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1), wrong=True),
        _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(3_000_000))),
        _chunk(b"iCCP", b"display\0\0" + zlib.compress(bytes(3_000_000))),
        _chunk(b"tRNS", b"\0\1"),
    ],
    ids=["text", "resolution", "long text", "long profile", "transparency"],
)
def test_a_png_with_corruption_beside_its_pixels(tmp_path, beside):
    (tmp_path / "x.png").write_bytes(_png(RAMP, beside=beside))
    np.testing.assert_array_equal(read_image(tmp_path / "x.png"), RAMP)
    (tmp_path / "x.png").write_bytes(_png(RAMP, beside=beside, cut=20))
    with pytest.raises(BadImageError, match=r"x\.png"):
        read_image(tmp_path / "x.png")


def test_orientation_and_transparency_are_kept(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    beside = _chunk(b"eXIf", exif.tobytes()[6:]) + _chunk(b"tRNS", struct.pack(">3H", *RAMP[0, 0]))
    beside += _chunk(b"tEXt", b"Comment\0hello", wrong=True)
    (tmp_path / "x.png").write_bytes(_png(RAMP, beside=beside))
    expected = RAMP[::-1, ::-1].copy()
    expected[-1, -1] = 255
    np.testing.assert_array_equal(read_image(tmp_path / "x.png"), expected)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end(tmp_path, progressive):
    path, content = tmp_path / "x.jpg", _jpeg(progressive=progressive)
    path.write_bytes(content)
    whole = read_image(path)
    for cut in (1, 2):
        path.write_bytes(content[:-cut])
        np.testing.assert_array_equal(read_image(path), whole)
    for cut in (4, 10, 100):
        path.write_bytes(content[:-cut])
        with pytest.raises(BadImageError, match="truncated"):
            read_image(path)


@pytest.mark.parametrize("colours", [0, 2])
def test_a_transparent_colour_of_16_bits(tmp_path, colours):
    deep = np.array([[300, 40000], [40000, 65535]], ">u2")
    pixels = deep if colours == 0 else np.stack([deep] * 3, axis=-1).astype(">u2")
    clear = struct.pack(">H", 40000) * (1 if colours == 0 else 3)
    (tmp_path / "x.png").write_bytes(_png(pixels, colours, 16, _chunk(b"tRNS", clear)))
    image = read_image(tmp_path / "x.png", background=77)
    np.testing.assert_array_equal(image[..., 1], [[1, 77], [77, 255]])


def test_a_bitmap_whose_alpha_is_0_all_over(tmp_path):
    (tmp_path / "x.bmp").write_bytes(_bmp(RAMP))
    np.testing.assert_array_equal(read_image(tmp_path / "x.bmp"), RAMP)


def test_an_image_without_pixels(tmp_path):
    (tmp_path / "x.png").write_bytes(_png(RAMP[:0]))
    with pytest.raises(BadImageError, match=r"x\.png"):
        read_image(tmp_path / "x.png")
