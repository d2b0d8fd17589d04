"""Whether there is anything to learn in images."""

import numpy as np

from elastic_infogan_tf.data.image_array import ImageArray

_LOOKED_AT = 64


def missing_variety(images: ImageArray) -> str | None:
    """Returns what is wrong with images that teach nothing; None where nothing is.

    Args:
        images: uint8 `[n, h, w, c]`; a few of them, from all over, are looked at.
    """
    count = min(_LOOKED_AT, len(images))
    rows = np.unique(np.linspace(0, len(images) - 1, count).astype(np.int64))
    shown = np.asarray(images[rows])
    if count > 1 and (shown == shown[:1]).all():
        return f"the {count} images that were looked at are all the same"
    if (shown == shown[:, :1, :1]).all():
        return f"each of the {count} images that were looked at has one colour all over"
    return None
