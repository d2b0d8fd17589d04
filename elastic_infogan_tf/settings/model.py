"""What a model is, what it minimises and for how long, in groups that a method has or has not."""

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataSettings
from elastic_infogan_tf.settings.declare import (
    ABOVE_0,
    FROM_0,
    Bounds,
    at_least,
    between,
    setting,
    settings_of,
)
from elastic_infogan_tf.settings.methods import METHODS, USUAL_METHOD, Method

TRUNK_UPDATES = ("discriminator", "all")
DISCRIMINATOR_AUGMENTS = ("none", "translation", "translation_cutout")
FLOAT32, BFLOAT16 = "float32", "bfloat16"
AUTO = "auto"  # said of a dtype; `fast_dtype` chooses
DTYPES = (FLOAT32, BFLOAT16)
# Sizes of the images of StackGAN-v2's first and second stage.
FIRST_STAGE_SIZE = 64
SECOND_STAGE_SIZES = (64, 128)
_model = functools.partial(setting, group="Model")
_infogan = functools.partial(setting, group="Model: InfoGANs")
_contrastive = functools.partial(setting, group="Model: contrastive losses")
_clustered = functools.partial(setting, group="Model: clustered_infogan")
_joint_vae = functools.partial(setting, group="Model: joint_vae")
_schedule = functools.partial(setting, group="Schedule")


def in_dtype(dtype: str) -> str:
    """Returns what to say of a run beside its numbers: `, in bfloat16`; of float32 nothing."""
    return "" if dtype == FLOAT32 else f", in {dtype}"


@dataclasses.dataclass(frozen=True)
class ModelSettings:
    """What every method has; `temperature` is the relaxed one-hot sample's tau."""

    networks: str = _model(help="kind of the networks", flag=None)
    noise_dim: int = _model(help="dimensions of the noise", flag=None, bounds=at_least(1))
    method: str = _model(USUAL_METHOD, help="method to train", choices=METHODS, common=True)
    base_channels: int = _model(
        64,
        help="width of all networks; 64 is published, 8 to 16 suit a laptop",
        bounds=at_least(1),
        common=True,
    )
    temperature: float = _model(
        0.1, help="temperature of the relaxed one-hot sample", bounds=ABOVE_0
    )
    dtype: str = _model(
        FLOAT32,
        help="type that networks compute in; weights and losses stay float32; auto: bfloat16 "
        "where the machine has units for it and the method is safe in it",
        choices=DTYPES,
    )


@dataclasses.dataclass(frozen=True)
class ScheduleSettings:
    """How long, in epochs of `floor(images / batch_size)` steps.

    Either `epochs` or `steps` is given; where the images have been counted `epochs` always is
    (`Config.with_epochs`).
    """

    epochs: int | None = _schedule(
        help="number of passes over the training set", bounds=at_least(1), common=True
    )
    batch_size: int = _schedule(
        help="images of a train step, over all replicas together",
        bounds=at_least(2, "batch statistics"),
        common=True,
    )
    steps: int | None = _schedule(
        None,
        help="number of train steps, in place of --epochs, rounded up to whole epochs",
        bounds=at_least(1),
        common=True,
    )
    learning_rate: float = _schedule(2e-4, help="Adam learning rate", bounds=ABOVE_0, common=True)
    seed: int = _schedule(
        0,
        help="seed of the imbalanced draw, weights, batches, noise and codes",
        bounds=between(0, 2**31 - 1),
        common=True,
    )

    def whole_epochs(self, epoch_steps: int) -> int:
        """Returns how many epochs of so many steps are trained."""
        return self.epochs or math.ceil(self.steps / epoch_steps)


@dataclasses.dataclass(frozen=True)
class InfoGANSettings:
    """What InfoGANs have.

    `second_stage_size` is the height and width, in pixels, of the images of a second StackGAN-v2
    stage, which are then the run's images; 0: one stage.
    """

    info_weight: float = _infogan(1.0, help="weight lambda1 of the information loss", bounds=FROM_0)
    trunk_updates: str = _infogan(
        "discriminator",
        help="phases that train the trunk of D and Q: the discriminator's alone (official), or all",
        choices=TRUNK_UPDATES,
    )
    second_stage_size: int = _infogan(
        0,
        help="height and width, 64 or 128, of the images of a second generator stage; 0: one stage",
        bounds=Bounds(
            f"0 (one stage), {' or '.join(map(str, SECOND_STAGE_SIZES))}",
            lambda size: size in (0, *SECOND_STAGE_SIZES),
        ),
    )
    generator_learning_rate: float | None = _infogan(
        None,
        help="Adam learning rate of the generator and Q's head (else --learning_rate)",
        bounds=ABOVE_0,
    )
    instance_noise: float = _infogan(
        0.0,
        help="standard deviation, at the first step, of the noise on images that D sees, which are "
        "in -1 to 1; 0: none",
        bounds=FROM_0,
    )
    instance_noise_steps: int | None = _infogan(
        None,
        help="train steps after which that noise is gone (else 3000, for "
        "clustered_infogan no more than half of all)",
        bounds=at_least(1),
    )
    discriminator_augment: str = _infogan(
        "none",
        help="augmentation of all images, real and generated, before the discriminator, so that it "
        "does not memorise few images",
        choices=DISCRIMINATOR_AUGMENTS,
    )


@dataclasses.dataclass(frozen=True)
class ContrastiveSettings:
    """What methods with a contrastive loss have; `contrastive_temperature` is NT-Xent's T."""

    contrastive_temperature: float = _contrastive(help="temperature T of NT-Xent", bounds=ABOVE_0)
    contrastive_weight: float = _contrastive(10.0, help="weight lambda2 of NT-Xent", bounds=FROM_0)


@dataclasses.dataclass(frozen=True)
class ClusteredSettings:
    """What `clustered_infogan` has."""

    first_part_steps: int | None = _clustered(
        None,
        help="train steps before clusters of real images become the codes (default: "
        "3,000, no more than 150 epochs (but 1,000 steps) or half of all)",
        bounds=at_least(1),
    )
    encoder: str | None = _clustered(
        None, help="encoder.npz of an exploration: its features and groups are there from step 0"
    )


@dataclasses.dataclass(frozen=True)
class JointVAESettings:
    """What JointVAE has."""

    beta: float = _joint_vae(30.0, help="weight of both KL terms", bounds=FROM_0)


@dataclasses.dataclass(frozen=True)
class Group:
    """Settings that are there together or not at all.

    Attributes:
        settings: the dataclass that declares them.
        owner: whose they are, in words.
        has: whether a method has them.
    """

    settings: type
    owner: str = "every method"
    has: Callable[[Method], bool] = lambda method: True


# By the name of their part of config.json.
GROUPS: dict[str, Group] = {
    "data": Group(DataSettings),
    "model": Group(ModelSettings),
    "schedule": Group(ScheduleSettings),
    "infogan": Group(InfoGANSettings, "InfoGANs", lambda row: row.is_infogan),
    "contrastive": Group(
        ContrastiveSettings, "methods with a contrastive loss", lambda row: row.is_contrastive
    ),
    "clustered": Group(
        ClusteredSettings, "clustered_infogan", lambda row: row.model == "clustered_infogan"
    ),
    "joint_vae": Group(JointVAESettings, "JointVAE", lambda row: row.model == "joint_vae"),
}


def _group_of(name: str) -> Group | None:
    declaring = (
        group
        for group in GROUPS.values()
        if any(known.name == name for known in settings_of(group.settings))
    )
    return next(declaring, None)


def belongs(name: str, method: str) -> bool:
    """Returns whether a method has a setting; settings that no group declares count as had."""
    group = _group_of(name)
    return group is None or group.has(METHODS[method])


def require_own(given: Mapping[str, Any], method: str) -> None:
    """Refuses settings of other kinds of methods: a run would ignore them in silence.

    Args:
        given: settings that were asked for, by name.
        method: key of `METHODS`.

    Raises:
        UsageError: for the first setting that the method does not have.
    """
    for name, value in given.items():
        group = _group_of(name)
        if group is not None and not group.has(METHODS[method]):
            having = [other for other, row in METHODS.items() if group.has(row)]
            raise UsageError(
                f"--{name}={value} is a setting of {group.owner} ({', '.join(having)}), and "
                f"--method={method} does not have it; leave it out or choose another --method."
            )
