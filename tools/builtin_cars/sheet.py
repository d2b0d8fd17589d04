"""The contact sheet: a few views of every car on one page."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

TITLE = "Built-in cars (synthetic, rendered by tools/render_builtin_cars.py)"
# Azimuth and elevation numbers of the columns: one turn, at alternating heights.
VIEWS = tuple((2 * column, (1, 2, 1, 3)[column % 4]) for column in range(12))

LABEL_WIDTH = 150
TITLE_HEIGHT = 44
MARGIN = 12


def contact_sheet(images: NDArray[np.uint8], names: list[str]) -> Image.Image:
    """Draws the contact sheet.

    Args:
        images: pictures by car, azimuth and elevation, [cars, 24, 4, size, size, 3].
        names: names of the cars.

    Returns:
        The sheet: one row for each car, with its name at the left.
    """
    size = images.shape[3]
    width = LABEL_WIDTH + len(VIEWS) * size + MARGIN
    sheet = Image.new("RGB", (width, TITLE_HEIGHT + len(names) * size + MARGIN), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text(
        (width // 2, TITLE_HEIGHT // 2), TITLE, "black", ImageFont.load_default(17), anchor="mm"
    )
    font = ImageFont.load_default(14)
    for row, name in enumerate(names):
        top = TITLE_HEIGHT + row * size
        draw.text((MARGIN, top + size // 2), name, "black", font, anchor="lm")
        for column, (azimuth, elevation) in enumerate(VIEWS):
            picture = Image.fromarray(images[row, azimuth, elevation])
            sheet.paste(picture, (LABEL_WIDTH + column * size, top))
    return sheet
