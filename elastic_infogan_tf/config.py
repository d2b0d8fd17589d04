"""What one experiment computes: presets per data set, the table of methods, validation, JSON.

Each preset value is marked published (printed in the paper or its supplement), official (what the
authors' MNIST code does) or ours (both are silent).
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from elastic_infogan_tf.errors import UsageError

TRUNK_UPDATES = ("discriminator", "all")
SOURCES = ("auto", "original", "builtin")


@dataclasses.dataclass(frozen=True)
class Method:
    """One row of the paper's tables.

    Attributes:
        prior: `learned`, `uniform` or `proportions` (the true ones) for an InfoGAN; `none` for a
            VAE, whose discrete latent has no prior to sample in training.
        contrastive: `nt_xent`, `positive` (pull only, no negatives) or `none`.
        model: the `keras.Model` that trains it.
        available: whether this version trains it.
    """

    prior: str
    contrastive: str
    model: str = "elastic_infogan"
    available: bool = True


METHODS: Mapping[str, Method] = {
    "joint_vae": Method("none", "none", model="joint_vae", available=False),
    "uniform_infogan": Method("uniform", "none"),
    "gumbel_softmax": Method("learned", "none"),
    "gumbel_softmax_pos_ntxent": Method("learned", "positive"),
    "elastic_infogan": Method("learned", "nt_xent"),
    "ground_truth_infogan": Method("proportions", "none"),
    "ground_truth_infogan_ntxent": Method("proportions", "nt_xent"),
}


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


# The kinds of transforms that `--augment` names, with the strengths (ours) that one gets where the
# data set's own augmentation has none of its kind.
TRANSFORMS: Mapping[str, Mapping[str, Any]] = {
    "rotation": {"rotation": 15.0},
    "zoom": {"zoom_out": 0.9, "zoom_in": 1.1},
    "translation": {"translation": 0.05},
    "flip": {"horizontal_flip": True},
    "distortion": {"distortion": 0.08},
    "colour": {"brightness": 0.2, "contrast": 0.2, "saturation": 0.2},
    "crop": {"crop": 0.7},
}
NO_TRANSFORM = "none"
_UNCHANGED = Augmentation(0.0, 1.0, 1.0, 0.0, 0.0, False, None)


def choose(augmentation: Augmentation, names: Sequence[str]) -> Augmentation:
    """Returns an augmentation of the named kinds of transforms only.

    Args:
        augmentation: of a data set. A named kind keeps its strength there, or gets that of
            `TRANSFORMS` if it has none; other kinds are switched off; the background stays.
        names: keys of `TRANSFORMS`, or `none` alone for no transform at all. That is for ablation
            only: NT-Xent then compares each image with itself.

    Raises:
        UsageError: if a name is unknown, if there is none, or if `none` is not alone.
    """
    chosen = set(names)
    if chosen != {NO_TRANSFORM} and not (chosen and chosen <= TRANSFORMS.keys()):
        raise UsageError(
            f"--augment must be one or more of {', '.join(TRANSFORMS)}, separated by commas, or "
            f"{NO_TRANSFORM} alone. Received: {','.join(names)}"
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


@dataclasses.dataclass(frozen=True)
class Config:
    """Everything that decides what a run computes; two runs with equal configs are the same run.

    Lengths of the schedule are in epochs of `floor(images / batch_size)` steps. `batch_size` is the
    global batch over all replicas. `temperature` is the relaxed one-hot sample's tau,
    `contrastive_temperature` is NT-Xent's T.
    """

    dataset: str
    networks: str
    image_shape: tuple[int, int, int]
    num_classes: int
    noise_dim: int
    batch_size: int
    epochs: int
    augmentation: Augmentation
    contrastive_temperature: float
    trunk_updates: str = "discriminator"
    base_channels: int = 64
    method: str = "elastic_infogan"
    class_set: int = 1
    split: int = 1
    source: str = "auto"
    seed: int = 0
    learning_rate: float = 2e-4
    temperature: float = 0.1
    contrastive_weight: float = 10.0
    info_weight: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """Returns the config as a dict of JSON types."""
        return dataclasses.asdict(self) | {"image_shape": list(self.image_shape)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Config":
        """Rebuilds a config from `to_json`'s dict.

        Raises:
            UsageError: if fields are missing or unknown (a run of another version).
        """
        _require_fields(cls, fields)
        _require_fields(Augmentation, fields["augmentation"])
        changes = {
            "image_shape": tuple(fields["image_shape"]),
            "augmentation": Augmentation(**fields["augmentation"]),
        }
        return cls(**(dict(fields) | changes))


def _require_fields(cls: type, fields: Mapping[str, Any]) -> None:
    known = {field.name for field in dataclasses.fields(cls)}
    if set(fields) != known:
        raise UsageError(
            "this configuration was written by another version of elastic_infogan_tf: missing "
            f"{sorted(known - set(fields))}, unknown {sorted(set(fields) - known)}; train the run "
            "again, or read it with the version named in its config.json."
        )


# Identity-preserving transforms per data set. MNIST: kinds and strengths official, the distortion's
# form and strength ours; all others ours.
_DIGITS = Augmentation(
    rotation=20.0,
    zoom_out=0.9,
    zoom_in=1.1,
    translation=0.0,
    distortion=0.08,
    horizontal_flip=False,
    background=0,
)
# An object rendered on white, which fills most of the frame: the content shrinks and hardly grows,
# so that it is not cut off.
_RENDERED_CARS = Augmentation(
    rotation=15.0,
    zoom_out=0.6,
    zoom_in=1.05,
    translation=0.08,
    distortion=0.1,
    horizontal_flip=True,
    background=255,
)
_RENDERED = dataclasses.replace(
    _RENDERED_CARS, zoom_out=0.7, zoom_in=1.0, translation=0.05, distortion=0.08
)
# A face keeps its shape and stays nearly upright; light and colour are the camera's. Zoom and crop
# together enlarge it by less than 1.2, the room that the loader leaves around a face.
_FACES = Augmentation(
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
_PHOTOS = dataclasses.replace(_FACES, rotation=10.0, distortion=0.05, crop=0.7)

AUGMENTATIONS: Mapping[str, Augmentation] = {
    "mnist": _DIGITS,
    "digits": _DIGITS,
    "cars": _RENDERED_CARS,
    "chairs": _RENDERED,
    "shapenet": _RENDERED,
    "youtube_faces": _FACES,
    "image_folder": _PHOTOS,
    "npz": _PHOTOS,
    "tfds": _PHOTOS,
}

# MNIST: noise 62 official, batch and epochs published, T = 1 official, transforms official.
_MNIST = Config(
    dataset="mnist",
    networks="infogan",
    image_shape=(28, 28, 1),
    num_classes=10,
    noise_dim=62,
    batch_size=64,
    epochs=200,
    augmentation=AUGMENTATIONS["mnist"],
    contrastive_temperature=1.0,
)

# Cars: networks, noise, batch and epochs published; T (the official code's default) and transforms
# ours.
_CARS = Config(
    dataset="cars",
    networks="stackgan",
    image_shape=(64, 64, 3),
    num_classes=10,
    noise_dim=100,
    batch_size=50,
    epochs=600,
    augmentation=AUGMENTATIONS["cars"],
    contrastive_temperature=0.5,
)

PRESETS: Mapping[str, Config] = {
    "mnist": _MNIST,
    "cars": _CARS,
    # digits: ours, MNIST's settings on scikit-learn's bundled digits.
    "digits": dataclasses.replace(_MNIST, dataset="digits"),
}

# How many published class sets and splits each data set has.
CLASS_SETS: Mapping[str, int] = {"mnist": 1, "cars": 5, "digits": 1}
SPLITS: Mapping[str, int] = {"mnist": 50, "cars": 5, "digits": 50}

_POSITIVE_FLOATS = ("learning_rate", "temperature", "contrastive_temperature")
_POSITIVE_INTS = ("epochs", "batch_size", "base_channels")


def resolve(dataset: str | None, **overrides: Any) -> Config:
    """Returns the preset of `dataset` with the overrides that are not None, validated.

    Raises:
        UsageError: if the data set, the method or a value is not possible.
    """
    if dataset not in PRESETS:
        raise UsageError(f"--dataset must be one of {', '.join(PRESETS)}. Received: {dataset}")
    given = {name: value for name, value in overrides.items() if value is not None}
    config = dataclasses.replace(PRESETS[dataset], **given)
    _validate(config)
    return config


def _validate(config: Config) -> None:
    for name, allowed in (
        ("method", METHODS),
        ("trunk_updates", TRUNK_UPDATES),
        ("source", SOURCES),
    ):
        _require(getattr(config, name) in allowed, config, name, f"one of {', '.join(allowed)}")
    available = [name for name, method in METHODS.items() if method.available]
    if config.method not in available:
        raise UsageError(
            f"--method={config.method} is not available in this version; choose one of "
            f"{', '.join(available)}."
        )
    for name in _POSITIVE_FLOATS:
        _require(0 < getattr(config, name) < float("inf"), config, name, "a finite number above 0")
    for name in ("contrastive_weight", "info_weight"):
        _require(
            0 <= getattr(config, name) < float("inf"), config, name, "a finite number from 0 up"
        )
    for name in _POSITIVE_INTS:
        _require(getattr(config, name) >= 1, config, name, "1 or more")
    _require(config.batch_size >= 2, config, "batch_size", "2 or more (batch statistics)")
    _require(0 <= config.seed < 2**31, config, "seed", "between 0 and 2147483647")
    for name, count in (("class_set", CLASS_SETS), ("split", SPLITS)):
        most = count[config.dataset]
        allowed = f"between 1 and {most} for --dataset={config.dataset}"
        _require(1 <= getattr(config, name) <= most, config, name, allowed)


def _require(condition: bool, config: Config, name: str, allowed: str) -> None:
    if not condition:
        raise UsageError(f"--{name} must be {allowed}. Received: {getattr(config, name)}")
