"""Single images, each with what is to be said of it."""

from collections.abc import Sequence

import numpy as np

from elastic_infogan_tf.evaluation.figures import style

COLUMNS, ROWS = 8, 6
_UNDER_IMAGE = 16  # characters of a line under an image
_WHITE = 255


def draw_gallery(images: np.ndarray, captions: Sequence[str], title: str) -> bytes:
    """Draws images in rows of `COLUMNS`, in their order.

    Args:
        images: uint8 `[n, h, w, c]`, n is 1 or more.
        captions: one per image; its lines stay lines.
        title: says what they are, of which run and which source.

    Returns:
        PNG bytes.
    """
    count, height, width, channels = images.shape
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    texts = [
        "\n".join(style.name(line, _UNDER_IMAGE) for line in one.split("\n")) for one in captions
    ]
    lines = max(text.count("\n") + 1 for text in texts)
    under = round(width * (0.16 * lines + 0.06))  # pixels of an inch-wide image
    gap = max(1, width // 16)
    grid = np.full((rows * columns, height + under, width + gap, channels), _WHITE, np.uint8)
    grid[:count, :height, :width] = images
    inches = max(columns * (1 + gap / width), 5)
    with style.figure(inches, rows * (height + under) / width + 0.7) as figure:
        axes = figure.add_subplot()
        style.show(axes, style.tile(grid, rows))
        axes.set_axis_off()
        for place, text in enumerate(texts):
            row, column = divmod(place, columns)
            x = column * (width + gap) + width / 2
            y = row * (height + under) + height * 1.02
            axes.text(x, y, text, ha="center", va="top", fontsize=6.5)
        figure.suptitle(style.heading(title, inches), fontsize=9)
        return style.to_png(figure, dpi=120)
