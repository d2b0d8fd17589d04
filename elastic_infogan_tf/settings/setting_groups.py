"""The groups of settings that make a run what it is, and which methods have which."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data import DataSettings
from elastic_infogan_tf.settings.declare import settings_of
from elastic_infogan_tf.settings.methods import METHODS, Method
from elastic_infogan_tf.settings.model import (
    ClusteredSettings,
    ContrastiveSettings,
    InfoGANSettings,
    JointVAESettings,
    LearnedPriorSettings,
    ModelSettings,
)
from elastic_infogan_tf.settings.running import ScheduleSettings


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
    "infogan": Group(InfoGANSettings, "InfoGANs", lambda method: method.is_infogan),
    "learned_prior": Group(
        LearnedPriorSettings, "methods that learn the prior", lambda method: method.learns_prior
    ),
    "contrastive": Group(
        ContrastiveSettings,
        "methods with a contrastive loss",
        lambda method: method.is_contrastive,
    ),
    "clustered": Group(
        ClusteredSettings,
        "clustered_infogan",
        lambda method: method.model == "clustered_infogan",
    ),
    "joint_vae": Group(JointVAESettings, "JointVAE", lambda method: method.model == "joint_vae"),
}


def group_of(name: str) -> str | None:
    """Returns the group that declares a setting, by the setting's name; None if none does."""
    for key, group in GROUPS.items():
        if any(one.name == name for one in settings_of(group.settings)):
            return key
    return None


def belongs(name: str, method: str) -> bool:
    """Returns whether a method has a setting; settings that no group declares count as had."""
    key = group_of(name)
    return key is None or GROUPS[key].has(METHODS[method])


def require_own(given: Mapping[str, Any], method: str) -> None:
    """Refuses settings of other kinds of methods: a run would ignore them in silence.

    Args:
        given: settings that were asked for, by name.
        method: key of `METHODS`.

    Raises:
        UsageError: for the first setting that the method does not have.
    """
    for name, value in given.items():
        if belongs(name, method):
            continue
        owner = GROUPS[group_of(name) or ""]
        having = [other for other, row in METHODS.items() if owner.has(row)]
        raise UsageError(
            f"--{name}={value} is a setting of {owner.owner} ({', '.join(having)}), and "
            f"--method={method} does not have it; leave it out or choose another --method."
        )
