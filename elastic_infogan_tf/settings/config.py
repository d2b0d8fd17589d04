"""What one experiment computes: presets per data set, the table of methods, validation, JSON.

Each preset value is marked published (printed in the paper or its supplement), official (what the
authors' MNIST code does) or ours (both are silent).
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.transforms import AUGMENTATIONS, Augmentation

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
        settings: fields of `Config` in which it differs from the data set's preset.
    """

    prior: str
    contrastive: str
    model: str = "elastic_infogan"
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)


METHODS: Mapping[str, Method] = {
    # JointVAE's own settings (Dupont 2018, on MNIST); it has no stages.
    "joint_vae": Method(
        "none",
        "none",
        model="joint_vae",
        settings={
            "noise_dim": 10,
            "temperature": 0.67,
            "learning_rate": 5e-4,
            "second_stage_size": 0,
        },
    ),
    "uniform_infogan": Method("uniform", "none"),
    "gumbel_softmax": Method("learned", "none"),
    "gumbel_softmax_pos_ntxent": Method("learned", "positive"),
    "elastic_infogan": Method("learned", "nt_xent"),
    "ground_truth_infogan": Method("proportions", "none"),
    "ground_truth_infogan_ntxent": Method("proportions", "nt_xent"),
}


@dataclasses.dataclass(frozen=True)
class Config:
    """Everything that decides what a run computes; two runs with equal configs are the same run.

    Lengths of the schedule are in epochs of `floor(images / batch_size)` steps. `batch_size` is the
    global batch over all replicas. `temperature` is the relaxed one-hot sample's tau,
    `contrastive_temperature` is NT-Xent's T. `class_ids` and `class_proportions`, where they are
    not empty, replace the published class set and split. `num_classes` is K, the number of codes.
    `prior_learning_rate` (None: `learning_rate`) and `prior_entropy_weight` are for a learned
    prior. `beta`, `capacity` (nats of each of its channels) and `capacity_steps` are JointVAE's.
    `stream` says whether image_folder decodes batch by batch; None: if it is large.
    `second_stage_size` is the height and width, in pixels, of the images of a second StackGAN-v2
    stage, which are then the run's images (`image_shape`); 0: one stage.
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
    second_stage_size: int = 0
    method: str = "elastic_infogan"
    class_set: int = 1
    split: int = 1
    class_ids: tuple[str, ...] = ()
    class_proportions: tuple[float, ...] = ()
    skip_bad_images: bool = False
    stream: bool | None = None
    source: str = "auto"
    seed: int = 0
    learning_rate: float = 2e-4
    temperature: float = 0.1
    contrastive_weight: float = 10.0
    info_weight: float = 1.0
    prior_learning_rate: float | None = None
    prior_entropy_weight: float = 0.0
    beta: float = 30.0
    capacity: float = 5.0
    capacity_steps: int = 25_000

    def to_json(self) -> dict[str, Any]:
        """Returns the config as a dict of JSON types."""
        fields = dataclasses.asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Config":
        """Rebuilds a config from `to_json`'s dict.

        A field that is missing, because an earlier version did not have it, takes its default: a
        new field's default is what was done before.

        Raises:
            UsageError: if fields without a default are missing, or some are unknown.
        """
        _require_fields(cls, fields)
        _require_fields(Augmentation, fields["augmentation"])
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
        return cls(**(values | {"augmentation": Augmentation(**fields["augmentation"])}))


def _require_fields(cls: type, fields: Mapping[str, Any]) -> None:
    known = dataclasses.fields(cls)
    needed = {field.name for field in known if field.default is dataclasses.MISSING}
    missing, unknown = needed - set(fields), set(fields) - {field.name for field in known}
    if missing or unknown:
        raise UsageError(
            "this configuration was written by another version of elastic_infogan_tf: missing "
            f"{sorted(missing)}, unknown {sorted(unknown)}; train the run again, or read it with "
            "the version named in its config.json."
        )


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

# Cars: networks, noise, batch and epochs published; T (the official code's default), transforms and
# trunk updates ours (BUILD_NOTES.md has the comparison).
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
    trunk_updates="all",
)

# Chairs: as cars (published). ShapeNet: networks and noise published, the rest as cars (ours) but
# for the epochs: five whole categories are some 300,000 images.
_CHAIRS = dataclasses.replace(
    _CARS,
    dataset="chairs",
    augmentation=AUGMENTATIONS["chairs"],
    trunk_updates="discriminator",
)

# YouTube-Faces: the second stage, noise and batch published; the second stage's size is not printed
# and ours; "until convergence", so the epochs are ours.
_YOUTUBE_FACES = dataclasses.replace(
    _CARS,
    dataset="youtube_faces",
    image_shape=(128, 128, 3),
    second_stage_size=128,
    num_classes=40,
    trunk_updates="discriminator",
    epochs=200,
    augmentation=AUGMENTATIONS["youtube_faces"],
)

# One's own images (ours).
_OWN = dataclasses.replace(
    _CHAIRS, dataset="image_folder", epochs=200, augmentation=AUGMENTATIONS["image_folder"]
)

PRESETS: Mapping[str, Config] = {
    "mnist": _MNIST,
    "cars": _CARS,
    "chairs": _CHAIRS,
    "shapenet": dataclasses.replace(
        _CHAIRS,
        dataset="shapenet",
        num_classes=5,
        epochs=10,
        augmentation=AUGMENTATIONS["shapenet"],
    ),
    "youtube_faces": _YOUTUBE_FACES,
    # digits: ours, MNIST's settings on scikit-learn's bundled digits.
    "digits": dataclasses.replace(_MNIST, dataset="digits"),
    "image_folder": _OWN,
    "npz": dataclasses.replace(_OWN, dataset="npz", augmentation=AUGMENTATIONS["npz"]),
    # NAME stands for any data set of tensorflow-datasets.
    "tfds:NAME": dataclasses.replace(_OWN, dataset="tfds:NAME", augmentation=AUGMENTATIONS["tfds"]),
}
TFDS_PREFIX = "tfds:"

# How many published class sets and splits there are; where there are none, one, which is all.
CLASS_SETS: Mapping[str, int] = {"cars": 5, "chairs": 5}
SPLITS: Mapping[str, int] = {"mnist": 50, "cars": 5, "chairs": 5, "digits": 50}

_POSITIVE_FLOATS = (
    "learning_rate",
    "prior_learning_rate",
    "temperature",
    "contrastive_temperature",
)
_POSITIVE_INTS = ("epochs", "batch_size", "base_channels", "capacity_steps")
# Sizes of the images of StackGAN-v2's first and second stage.
_FIRST_STAGE_SIZE = 64
_SECOND_STAGE_SIZES = (64, 128)
# Data sets whose loaders make images of the first stage's size only.
_SMALL_IMAGES = ("cars", "chairs", "shapenet")
# Data sets whose classes are given by the paper, so that K follows from the ids.
_GIVEN_CLASSES = ("mnist", "digits", "cars", "chairs", "shapenet")


def resolve(dataset: str | None, **overrides: Any) -> Config:
    """Returns the preset of `dataset` with the overrides that are not None, validated.

    Args:
        dataset: key of `PRESETS`, any name after `tfds:`.
        overrides: fields of `Config`. With `class_ids` and no `num_classes` there is a code for
            each of them. The images of StackGAN-v2's networks have the size of the last stage.

    Raises:
        UsageError: if the data set, the method or a value is not possible.
    """
    preset = PRESETS.get(_kind(dataset))
    if preset is None:
        raise UsageError(f"--dataset must be one of {', '.join(PRESETS)}. Received: {dataset}")
    given = {name: value for name, value in overrides.items() if value is not None}
    if given.get("class_ids") and "num_classes" not in given:
        given["num_classes"] = len(given["class_ids"])
    method = METHODS.get(given.get("method", preset.method))
    fields = dict(method.settings if method else {}) | given
    config = dataclasses.replace(preset, dataset=dataset, **fields)
    _validate(config)
    if config.networks != "stackgan":
        return config
    size = config.second_stage_size or _FIRST_STAGE_SIZE
    return dataclasses.replace(config, image_shape=(size, size, config.image_shape[-1]))


def _kind(dataset: str | None) -> str | None:
    """Returns the key of `PRESETS`."""
    named = dataset and dataset.startswith(TFDS_PREFIX) and dataset != TFDS_PREFIX
    return f"{TFDS_PREFIX}NAME" if named else dataset


def _validate(config: Config) -> None:
    for name, allowed in (
        ("method", METHODS),
        ("trunk_updates", TRUNK_UPDATES),
        ("source", SOURCES),
    ):
        _require(getattr(config, name) in allowed, config, name, f"one of {', '.join(allowed)}")
    for name in _POSITIVE_FLOATS:
        value = getattr(config, name)
        positive = value is None or 0 < value < float("inf")
        _require(positive, config, name, "a finite number above 0")
    for name in ("contrastive_weight", "info_weight", "prior_entropy_weight", "beta", "capacity"):
        _require(
            0 <= getattr(config, name) < float("inf"), config, name, "a finite number from 0 up"
        )
    for name in _POSITIVE_INTS:
        _require(getattr(config, name) >= 1, config, name, "1 or more")
    _require(config.batch_size >= 2, config, "batch_size", "2 or more (batch statistics)")
    _require(0 <= config.seed < 2**31, config, "seed", "between 0 and 2147483647")
    _validate_classes(config)
    _validate_stages(config)
    for name, count in (("class_set", CLASS_SETS), ("split", SPLITS)):
        most = count.get(config.dataset, 1)
        allowed = f"between 1 and {most} for --dataset={config.dataset}"
        _require(1 <= getattr(config, name) <= most, config, name, allowed)


def _validate_classes(config: Config) -> None:
    _require(config.num_classes >= 2, config, "num_classes", "2 or more")
    ids, shares = config.class_ids, config.class_proportions
    classes = len(ids) or PRESETS[_kind(config.dataset)].num_classes
    if config.dataset in _GIVEN_CLASSES and config.num_classes != classes:
        raise UsageError(
            f"--num_classes={config.num_classes} does not fit the {classes} classes of "
            f"--dataset={config.dataset}; name that many different ones with --class_ids."
        )
    if ids and len(set(ids)) < len(ids):
        raise UsageError(f"--class_ids must be different. Received: {','.join(ids)}")
    if config.dataset == "youtube_faces" and ids and config.num_classes != len(ids):
        raise UsageError(
            f"--num_classes={config.num_classes} does not fit the {len(ids)} ids of --class_ids; "
            "leave one of them out."
        )
    if not shares:
        return
    if not all(0 < share < float("inf") for share in shares) or abs(sum(shares) - 1) > 0.01:
        raise UsageError(
            "--class_proportions must be above 0 and sum to 1 (to within 0.01). Received: "
            f"{','.join(map(str, shares))}, sum {sum(shares):.4f}"
        )
    if (ids or config.dataset in _GIVEN_CLASSES) and len(shares) != classes:
        raise UsageError(
            f"--class_proportions must be {classes} numbers, one for each class. Received: "
            f"{len(shares)}"
        )


def _validate_stages(config: Config) -> None:
    size = config.second_stage_size
    if not size:
        return
    sizes = " or ".join(map(str, _SECOND_STAGE_SIZES))
    _require(size in _SECOND_STAGE_SIZES, config, "second_stage_size", f"0 (one stage), {sizes}")
    given = f"--second_stage_size={size} does not fit"
    if config.networks != "stackgan":
        raise UsageError(
            f"{given} --dataset={config.dataset}, whose networks have no stages; leave it out."
        )
    if METHODS[config.method].model == "joint_vae":
        raise UsageError(f"{given} --method={config.method}, which has no stages; leave it out.")
    if config.dataset in _SMALL_IMAGES and size != _FIRST_STAGE_SIZE:
        raise UsageError(
            f"{given} --dataset={config.dataset}, whose images are made at "
            f"{_FIRST_STAGE_SIZE}x{_FIRST_STAGE_SIZE}; choose {_FIRST_STAGE_SIZE} or leave it out."
        )


def _require(condition: bool, config: Config, name: str, allowed: str) -> None:
    if not condition:
        raise UsageError(f"--{name} must be {allowed}. Received: {getattr(config, name)}")
