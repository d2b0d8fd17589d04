"""A small good file of each kind that the loaders read."""

import gzip
import io
import tarfile
import zipfile

import numpy as np
import scipy.io
from PIL import Image, PngImagePlugin

CAR_SHAPE = (4, 4, 3, 2, 2)  # instead of the original cars' 28 MB
BOX_LINE = "Ann\\0\\0.{}.jpg,0,12,10,12,12,0.0,1\n"
_RNG = np.random.default_rng(0)
_PIXELS = np.array(Image.fromarray(_RNG.integers(0, 256, (5, 6, 3), np.uint8)).resize((24, 20)))


def mat(compress: bool) -> bytes:
    file = io.BytesIO()
    car = _RNG.integers(0, 256, CAR_SHAPE).astype(np.uint8)
    arrays = {"note": "text", "other": np.arange(12.0), "im": car}
    scipy.io.savemat(file, arrays, do_compression=compress)
    return file.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def own_npz() -> bytes:
    images = _RNG.integers(0, 256, (4, 8, 8, 3)).astype(np.uint8)
    names = np.array(["a", "b"])
    return npz(images=images, labels=np.array([0, 1, 1, 0]), class_names=names, other=np.eye(3))


def mnist() -> bytes:
    images = _RNG.integers(0, 256, (3, 28, 28)).astype(np.uint8)
    labels = np.array([3, 0, 9], np.uint8)
    return npz(x_train=images, y_train=labels, x_test=images[:2], y_test=labels[:2])


def plain_image(kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(_PIXELS).save(file, kind)
    return file.getvalue()


def image(kind: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(_PIXELS).convert(mode).save(file, kind, exif=exif, **options)
    return file.getvalue()


def png(mode: str) -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "hello", zip=True)
    return image("PNG", mode, pnginfo=text, dpi=(72, 72))


def tar(layout: int) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=layout) as archive:
        for name in ("cars/car_001_mesh.mat", "cars/" + "long/" * 30 + "x.mat", "cars/Ünï.mat"):
            info = tarfile.TarInfo(name)
            info.size = len(name)
            archive.addfile(info, io.BytesIO(name.encode()[: info.size]))
    return file.getvalue()


def zip_file() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("cars/car_001_mesh.mat", "cars/b.mat"):
            archive.writestr(name, name * 5)
    return file.getvalue()


def boxes() -> bytes:
    return "".join(BOX_LINE.format(frame) for frame in range(4)).encode()


def all_samples() -> dict[str, tuple[bytes, ...]]:
    """Returns good files by their kind."""
    tars = tuple(map(tar, (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)))
    return {
        "mat": (mat(compress=True), mat(compress=False)),
        "npz": (own_npz(),),
        "mnist": (mnist(),),
        "png": tuple(map(png, ("RGB", "RGBA", "P", "L", "I;16"))),
        "jpeg": (image("JPEG"), image("JPEG", "L"), image("JPEG", progressive=True)),
        "other image": tuple(map(plain_image, ("WEBP", "BMP", "GIF", "TIFF", "AVIF"))),
        "archive": (*tars, *map(gzip.compress, tars), zip_file()),
        "boxes": (boxes(),),
    }
