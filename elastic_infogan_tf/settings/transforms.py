"""Identity-preserving transforms: their strengths per data set, and choosing among their kinds.

Data sets that the paper does not describe, and all but MNIST's kinds and strengths, are ours.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.declare import SHARE, Bounds, is_a
from elastic_infogan_tf.utils.text import did_you_mean, shortened


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """Strength of the identity-preserving transforms, drawn afresh per image.

    Attributes:
        rotation: largest rotation either way, degrees.
        zoom_out: smallest scale of the content (1 = no zooming out).
        zoom_in: largest scale of the content (1 = no zooming in).
        translation: largest shift either way, as a share of the image's side.
        distortion: largest displacement of a corner by shear and perspective, as a share of the
            image's side.
        horizontal_flip: whether half of the images are mirrored.
        background: grey level (0-255) that fills what comes in from outside the frame; None
            repeats the image's edge pixels there, for images that have no one background.
        crop: smallest share of the image's area that a random crop keeps, before it is enlarged
            to the whole again (1 = no cropping).
        brightness: largest change of brightness either way, as a share of it.
        contrast: largest change of contrast about the image's mean, as a share of it.
        saturation: largest change of saturation, as a share of it; grey images have none.
        rotation_fills: whether a rotated image is enlarged until it fills the frame, up to 1.28 at
            20 degrees (official: its rotation cuts out the largest upright rectangle).
        stretch: largest quotient of the scales of width and height, either way (1 = they are
            equal), as if the camera went round an object or above it.
        grey: share of the images that lose their colour.
        gamma: largest exponent of pixels in [0, 1], either way (1 = no change of tone).
    """

    rotation: float
    zoom_out: float
    zoom_in: float
    translation: float
    distortion: float
    horizontal_flip: bool
    background: int | None
    crop: float = 1.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    rotation_fills: bool = False
    stretch: float = 1.0
    grey: float = 0.0
    gamma: float = 1.0


USUAL, STRONGER = "usual", "stronger"
STRENGTHS = (USUAL, STRONGER)

# The kinds of transforms that `--augment` names, with the strengths (ours) that one gets where the
# data set's own augmentation has none of its kind.
TRANSFORMS: Mapping[str, Mapping[str, Any]] = {
    "rotation": {"rotation": 15.0},
    "fill": {"rotation_fills": True},
    "zoom": {"zoom_out": 0.9, "zoom_in": 1.1},
    "translation": {"translation": 0.05},
    "flip": {"horizontal_flip": True},
    "distortion": {"distortion": 0.08},
    "colour": {"brightness": 0.2, "contrast": 0.2, "saturation": 0.2},
    "crop": {"crop": 0.7},
    "stretch": {"stretch": 1.5},
    "grey": {"grey": 0.3},
    "gamma": {"gamma": 2.0},
}
# What `explore` tries, by name: kinds that are left out of the data set's own, and kinds added.
EXPLORED: Mapping[str, tuple[set[str], set[str]]] = {
    "usual": (set(), set()),
    "no_flip": ({"flip"}, set()),
    "grey": (set(), {"grey", "gamma"}),
    "no_flip_grey": ({"flip"}, {"grey", "gamma"}),
    "writing": ({"flip", "crop"}, {"stretch"}),
}
NO_TRANSFORM = "none"
_GREY = Bounds("a grey level from 0 to 255, or null", lambda grey: 0 <= grey <= 255)
_SCALE = Bounds("a scale above 0, up to 10", lambda scale: 0 < scale <= 10)
_LIMITS: Mapping[str, Bounds] = {
    "rotation": Bounds("between 0 and 180", lambda degrees: 0 <= degrees <= 180),
    "zoom_out": _SCALE,
    "zoom_in": _SCALE,
    "background": _GREY,
    "crop": Bounds("above 0, up to 1", lambda share: 0 < share <= 1),
    "stretch": Bounds("between 1 and 10", lambda quotient: 1 <= quotient <= 10),
    "gamma": Bounds("between 1 and 10", lambda exponent: 1 <= exponent <= 10),
}
_UNCHANGED = Augmentation(0.0, 1.0, 1.0, 0.0, 0.0, False, None)


def choose(augmentation: Augmentation, names: Sequence[str]) -> Augmentation:
    """Returns an augmentation of the named kinds of transforms only.

    Args:
        augmentation: of a data set. A named kind keeps its strength there, or gets that of
            `TRANSFORMS` if it has none; other kinds are switched off; the background stays.
        names: keys of `TRANSFORMS`, or `none` alone for no transform at all. That is for ablation
            only: NT-Xent then compares each image with itself.

    Raises:
        UsageError: if a name is unknown, if there is none, if `none` is not alone or `fill` is
            without `rotation`.
    """
    chosen = set(names)
    if chosen != {NO_TRANSFORM} and not (chosen and chosen <= TRANSFORMS.keys()):
        raise UsageError(
            f"--augment must be one or more of {', '.join(TRANSFORMS)}, separated by commas and "
            f"with one of {', '.join(STRENGTHS)} or without, or {NO_TRANSFORM} alone. Received: "
            f"{','.join(names)}{_meant(names)}"
        )
    if "fill" in chosen and "rotation" not in chosen:
        raise UsageError(
            "--augment: fill enlarges what is rotated; name rotation too. Received: "
            f"{','.join(names)}"
        )
    strengths: dict[str, Any] = {}
    for name, defaults in TRANSFORMS.items():
        off = {field: getattr(_UNCHANGED, field) for field in defaults}
        given = {field: getattr(augmentation, field) for field in defaults}
        if name not in chosen:
            strengths |= off
        elif given == off:
            strengths |= defaults
    return dataclasses.replace(augmentation, **strengths)


def kinds_of(augmentation: Augmentation) -> list[str]:
    """Returns the kinds of transforms that an augmentation has, keys of `TRANSFORMS`."""
    return [
        name
        for name, fields in TRANSFORMS.items()
        if any(getattr(augmentation, field) != getattr(_UNCHANGED, field) for field in fields)
    ]


def explored(augmentation: Augmentation) -> dict[str, list[str]]:
    """Returns sets of kinds of transforms to try, by name; equal ones once.

    Args:
        augmentation: of a data set.
    """
    usual = kinds_of(augmentation)
    sets: dict[str, list[str]] = {}
    for name, (without, more) in EXPLORED.items():
        kinds = [kind for kind in TRANSFORMS if kind in ({*usual} - without) | more]
        if kinds not in sets.values():
            sets[name] = kinds
    return sets


def _meant(names: Sequence[str]) -> str:
    unknown = next((name for name in names if name not in TRANSFORMS), NO_TRANSFORM)
    known = [*TRANSFORMS, *STRENGTHS, NO_TRANSFORM]
    return "" if unknown in known else did_you_mean(unknown, known)


def check(augmentation: Augmentation) -> None:
    """Refuses strengths that no image can be transformed by.

    Raises:
        UsageError: for the first one, with what it must be.
    """
    for field in dataclasses.fields(augmentation):
        value, bounds = getattr(augmentation, field.name), _LIMITS.get(field.name, SHARE)
        if field.type is bool:
            bounds = Bounds("true or false", lambda flag: is_a(flag, bool))
        elif value is None and bounds is _GREY:
            continue
        elif not is_a(value, float):
            bounds = Bounds(f"a number, {bounds.words}", lambda _: False)
        if not bounds.allows(value):
            raise UsageError(
                f"the transforms' {field.name} must be {bounds.words}. Received: {shortened(value)}"
            )


# Strengths that data sets take. MNIST: kinds and strengths official, the distortion's
# form and strength ours; all others ours.
DIGITS = Augmentation(
    rotation=20.0,
    zoom_out=0.9,
    zoom_in=1.1,
    translation=0.0,
    distortion=0.08,
    horizontal_flip=False,
    background=0,
)
# An object rendered on white, which fills most of the frame: the content shrinks and never grows,
# and moves little, so that it is hardly ever cut off.
RENDERED_CARS = Augmentation(
    rotation=15.0,
    zoom_out=0.6,
    zoom_in=1.0,
    translation=0.05,
    distortion=0.1,
    horizontal_flip=True,
    background=255,
)
RENDERED = dataclasses.replace(RENDERED_CARS, zoom_out=0.7, distortion=0.08)
# A face keeps its shape and stays nearly upright; light and colour are the camera's. Zoom and crop
# together enlarge it by less than 1.2, the room that the loader leaves around a face.
FACES = Augmentation(
    rotation=8.0,
    zoom_out=0.9,
    zoom_in=1.1,
    translation=0.05,
    distortion=0.04,
    horizontal_flip=True,
    background=None,
    crop=0.85,
    brightness=0.2,
    contrast=0.2,
    saturation=0.2,
)
# Images nobody knows anything about: photographs, until `--augment` says otherwise (writing, for
# one, must not be mirrored).
PHOTOS = dataclasses.replace(FACES, rotation=10.0, distortion=0.05, crop=0.7)

# Stronger ones, for a recogniser that learns from its transforms alone: the strongest that leave
# an object what it is (digits measured, chosen before labels were looked at; the others by eye on
# `tools.augmentation_sheet`).
_STRONGER: dict[str, Any] = {
    "rotation": 25.0,
    "zoom_out": 0.75,
    "zoom_in": 1.25,
    "translation": 0.1,
    "distortion": 0.3,
}
DIGITS_STRONGER = dataclasses.replace(DIGITS, **_STRONGER)
RENDERED_STRONGER = dataclasses.replace(RENDERED, **_STRONGER)
FACES_STRONGER = dataclasses.replace(
    FACES,
    rotation=12.0,
    zoom_out=0.85,
    zoom_in=1.15,
    translation=0.1,
    distortion=0.1,
    crop=0.7,
    brightness=0.4,
    contrast=0.4,
    saturation=0.4,
)
# Light and colour measured on five kinds of photographs, whose labels were seen
# (docs/results/real_images.md).
PHOTOS_STRONGER = dataclasses.replace(
    FACES_STRONGER,
    rotation=15.0,
    distortion=0.15,
    crop=0.5,
    brightness=0.5,
    contrast=0.5,
    saturation=0.9,
)
