"""The one type that every data set's loader returns."""

import dataclasses
import hashlib

import numpy as np

from elastic_infogan_tf.data.files.streaming import ImageArray, StreamedImages


@dataclasses.dataclass(frozen=True)
class LabelledImages:
    """Images with the labels that evaluation, and nothing else, may look at.

    Attributes:
        images: uint8 `[n, height, width, channels]`, an array or images that stay in their files.
        labels: int64 `[n]` in `[0, len(class_names))`, or None where the data has no labels.
        class_names: one name per class.
        source: where the pixels come from, in words for logs, charts and results, for example
            `original` or `built-in (synthetic)`.
    """

    images: ImageArray
    labels: np.ndarray | None
    class_names: tuple[str, ...]
    source: str

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.ndim != 4:
            raise ValueError(
                "images must be uint8 [n, height, width, channels]. "
                f"Received: {self.images.dtype} {list(self.images.shape)}"
            )
        if self.labels is not None and self.labels.shape != self.images.shape[:1]:
            raise ValueError(
                f"labels must be [{len(self.images)}], one per image. "
                f"Received: {list(self.labels.shape)}"
            )

    @property
    def class_counts(self) -> np.ndarray | None:
        """Images per class, int64 `[classes]`; None without labels."""
        if self.labels is None:
            return None
        return np.bincount(self.labels, minlength=len(self.class_names))

    @property
    def fingerprint(self) -> str:
        """SHA-256 over shape, pixels (or each one's own SHA-256) and labels."""
        digest = hashlib.sha256(repr(self.images.shape).encode())
        if isinstance(self.images, StreamedImages):
            digest.update(np.ascontiguousarray(self.images.digests))
        else:
            digest.update(np.ascontiguousarray(self.images))
        if self.labels is not None:
            digest.update(np.ascontiguousarray(self.labels))
        return digest.hexdigest()
