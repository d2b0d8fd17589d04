"""Surface materials: what a point of a car is made of and how that looks."""

from enum import IntEnum

import numpy as np

from .shapes import Floats

Colour = tuple[float, float, float]


class Material(IntEnum):
    """Numbers of the materials; they index the rows of `material_table`."""

    PAINT = 0
    SECOND_PAINT = 1
    GLASS = 2
    TYRE = 3
    HUB = 4
    HEADLIGHT = 5
    TAIL_LIGHT = 6
    TRIM = 7
    BLACK = 8
    CHROME = 9
    PLATE = 10
    INTERIOR = 11
    LEATHER = 12
    INDICATOR = 13


# Colour (sRGB, 0..1), share of light mirrored head-on, strength of the highlight.
_FIXED: dict[Material, tuple[Colour, float, float]] = {
    Material.GLASS: ((0.11, 0.14, 0.18), 0.045, 0.9),
    Material.TYRE: ((0.12, 0.12, 0.13), 0.01, 0.05),
    Material.HUB: ((0.80, 0.81, 0.83), 0.10, 0.3),
    Material.HEADLIGHT: ((0.97, 0.97, 0.90), 0.10, 0.8),
    Material.TAIL_LIGHT: ((0.72, 0.02, 0.04), 0.05, 0.6),
    Material.TRIM: ((0.22, 0.22, 0.24), 0.03, 0.2),
    Material.BLACK: ((0.05, 0.05, 0.05), 0.0, 0.0),
    Material.CHROME: ((0.72, 0.73, 0.75), 0.25, 0.9),
    Material.PLATE: ((0.93, 0.92, 0.80), 0.02, 0.1),
    Material.INTERIOR: ((0.16, 0.15, 0.15), 0.01, 0.0),
    Material.LEATHER: ((0.62, 0.30, 0.16), 0.02, 0.1),
    Material.INDICATOR: ((0.96, 0.55, 0.10), 0.06, 0.6),
}


def material_table(paint: Colour, second_paint: Colour) -> Floats:
    """Builds the table of materials of one car.

    Args:
        paint: colour of the body, sRGB in 0..1.
        second_paint: colour of the parts in a second paint, sRGB in 0..1.

    Returns:
        One row for each material, [materials, 5]: linear red, green and blue, mirrored share,
        strength of the highlight.
    """
    looks = {
        Material.PAINT: (paint, 0.05, 0.8),
        Material.SECOND_PAINT: (second_paint, 0.05, 0.6),
        **_FIXED,
    }
    rows = [(*to_linear(np.array(looks[m][0])), looks[m][1], looks[m][2]) for m in Material]
    return np.array(rows)


def to_linear(srgb: Floats) -> Floats:
    """Converts sRGB values in 0..1 to linear light."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: Floats) -> Floats:
    """Converts linear light in 0..1 to sRGB values."""
    return np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055
    )
