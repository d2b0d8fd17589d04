"""What one experiment computes: settings in groups, from presets and flags, checked, as JSON."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare, transforms
from elastic_infogan_tf.settings.data import DataFiles, DataSettings
from elastic_infogan_tf.settings.data_sets import DATA_SETS, DataSet, data_set, find_data_set
from elastic_infogan_tf.settings.declare import settings_of
from elastic_infogan_tf.settings.methods import METHODS, Method
from elastic_infogan_tf.settings.model import (
    FIRST_STAGE_SIZE,
    ClusteredSettings,
    ContrastiveSettings,
    InfoGANSettings,
    JointVAESettings,
    ModelSettings,
)
from elastic_infogan_tf.settings.running import ScheduleSettings
from elastic_infogan_tf.settings.transforms import STRENGTHS, STRONGER, Augmentation, choose
from elastic_infogan_tf.utils.text import shortened

_SEPARATORS = "/\\\0"  # what makes a name a path, on any system


def check(groups: Mapping[str, Any], row: DataSet | None) -> None:
    """Checks a run's settings.

    Args:
        groups: of settings, by name.
        row: of the data set; None where its package is not imported: what it says is not checked.

    Raises:
        UsageError: for the first thing that is not possible.
    """
    for group in groups.values():
        declare.check(group)
    data, schedule = groups["data"], groups["schedule"]
    transforms.check(data.augmentation)
    if schedule.epochs is None and schedule.steps is None:
        raise UsageError("neither --epochs nor --steps says how long to train; give one of them.")
    if row is None:
        return
    _check_numbers(data, row)
    _check_classes(data, row)
    if "infogan" in groups:
        _check_stages(groups["infogan"].second_stage_size, data.dataset, row)


def _check_numbers(data: DataSettings, row: DataSet) -> None:
    for name, most in (("class_set", row.class_sets), ("split", max(row.splits, 1))):
        value = getattr(data, name)
        if not 1 <= value <= most:
            raise UsageError(
                f"--{name} must be between 1 and {most} for --dataset={data.dataset}. Received: "
                f"{value}"
            )


def _check_classes(data: DataSettings, row: DataSet) -> None:
    ids, shares = data.class_ids, data.class_proportions
    classes = len(ids) or row.num_classes
    paths = [one for one in ids if one in ("", ".", "..") or set(_SEPARATORS) & set(one)]
    if paths:
        raise UsageError(
            "--class_ids must be names of classes, without / and \\ and not .. or empty, because "
            f"they are looked for in the data folder. Received: {', '.join(map(repr, paths))}"
        )
    if row.gives_classes and data.num_classes != classes:
        raise UsageError(
            f"--num_classes={data.num_classes} does not fit the {classes} classes of "
            f"--dataset={data.dataset}; name that many different ones with --class_ids."
        )
    if ids and len(set(ids)) < len(ids):
        raise UsageError(f"--class_ids must be different. Received: {','.join(ids)}")
    if ids and data.num_classes != len(ids):
        raise UsageError(
            f"--num_classes={data.num_classes} does not fit the {len(ids)} ids of --class_ids; "
            "leave one of them out."
        )
    if not shares:
        return
    if not all(0 < share < float("inf") for share in shares) or abs(sum(shares) - 1) > 0.01:
        raise UsageError(
            "--class_proportions must be above 0 and sum to 1 (to within 0.01). Received: "
            f"{','.join(map(str, shares))}, sum {sum(shares):.4f}"
        )
    if (ids or row.gives_classes) and len(shares) != classes:
        raise UsageError(
            f"--class_proportions must be {classes} numbers, one for each class. Received: "
            f"{len(shares)}"
        )


def _check_stages(size: int, dataset: str, row: DataSet) -> None:
    given = f"--second_stage_size={size} does not fit --dataset={dataset}"
    if size and row.networks != "stackgan":
        raise UsageError(f"{given}, whose networks have no stages; leave it out.")
    if size and row.fixed_size and size != FIRST_STAGE_SIZE:
        raise UsageError(
            f"{given}, whose images are made at {FIRST_STAGE_SIZE}x{FIRST_STAGE_SIZE}; choose "
            f"{FIRST_STAGE_SIZE} or leave it out."
        )


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


# Part of a run's configuration in earlier versions, and of none since: it changes no number.
_NO_LONGER = {"stream", *(one.name for one in declare.settings_of(DataFiles))}
# Settings of earlier versions with the value that is left of them.
_REMOVED: Mapping[str, Any] = {
    "capacity": 5.0,
    "capacity_steps": 25_000,
    "clustering": "graph",
    "discriminator_batches": "separate",
    "generator_learning_rate_steps": None,
    "prior_entropy_weight": 0.0,
    "prior_learning_rate": None,
    "prior_updates": "running_mean",
    "recogniser_learning_rate": 1e-3,
    "recogniser_trunk": "own",
}
_REMOVED_GROUPS = {"learned_prior"}
# How data was asked for, and how far to go: two runs that differ in these only may be one run.
_NO_IDENTITY = ("epochs", "steps", "source")


@dataclasses.dataclass(frozen=True)
class Config:
    """Everything that decides what a run computes; two runs with equal configs are the same run.

    Attributes:
        data: which images.
        model: what every method has.
        schedule: how long, in which batches, from which seed.
        own: by group, the settings that not every method has: those of this run's method.
    """

    data: DataSettings
    model: ModelSettings
    schedule: ScheduleSettings
    own: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def groups(self) -> dict[str, Any]:
        """Returns all groups of settings by their names."""
        return {"data": self.data, "model": self.model, "schedule": self.schedule, **self.own}

    def flat(self) -> dict[str, Any]:
        """Returns all settings by name, as they are called as flags."""
        owners: dict[type, Any] = {type(group): group for group in self.groups().values()}
        return {
            one.name: getattr(group, one.name)
            for owner, group in owners.items()
            for one in declare.settings_of(owner)
        }

    def identity(self) -> dict[str, Any]:
        """Returns the settings that must not change while a run is resumed."""
        free = set(_NO_IDENTITY)
        if METHODS[self.model.method].has_schedule:
            free.remove("epochs")
        fields = {k: v for k, v in self.flat().items() if k not in free}
        if fields.get("generator_learning_rate", 0) is None:  # the same rate, not asked for
            fields["generator_learning_rate"] = self.schedule.learning_rate
        return fields

    def with_epochs(self, epoch_steps: int) -> "Config":
        """Returns it with the number of epochs, where it was asked for as steps.

        Args:
            epoch_steps: steps of an epoch of its training set.
        """
        epochs = self.schedule.whole_epochs(epoch_steps)
        return dataclasses.replace(self, schedule=dataclasses.replace(self.schedule, epochs=epochs))

    def to_json(self) -> dict[str, Any]:
        """Returns a dict of JSON types, nested by group."""
        return {name: declare.to_json(group) for name, group in self.groups().items()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Config":
        """Rebuilds a config from `to_json`'s dict, or from the flat one of earlier versions.

        A setting that is missing, because an earlier version did not have it, takes its default: a
        new setting's default is what was done before. What a flat one says of settings that its
        method does not have is left out: it never changed a number.

        Raises:
            UsageError: if settings without a default are missing, some are unknown, or one has a
                value that its flag would not take, or took in earlier versions only.
        """
        known = _without_removed(_flat(fields))
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in known.items()}
        _method_setting.check(values.get("method", _method_setting.default))
        _require_known(values)
        augmentation: Any = values["augmentation"]
        _require_object("augmentation", augmentation)
        _require_fields(Augmentation, augmentation)
        config = _build(values | {"augmentation": Augmentation(**augmentation)})
        check(config.groups(), find_data_set(config.data.dataset))
        return config


def resolve(dataset: str | None, *, augment: Sequence[str] | None = None, **given: Any) -> Config:
    """Returns the preset of `dataset` with the settings that are not None, checked.

    Args:
        dataset: key of `DATA_SETS`, any name after `tfds:`.
        augment: kinds of transforms to take instead of all of the data set's (`transforms.choose`),
            one of `STRENGTHS`, or both.
        given: settings by name. With `class_ids` and no `num_classes` there is a code for each of
            them. The images of StackGAN-v2's networks have the size of the last stage.

    Raises:
        UsageError: if the data set, the method or a value is not possible, or a setting belongs to
            another kind of method.
    """
    row = data_set(dataset)
    given = {name: value for name, value in given.items() if value is not None}
    if given.get("class_ids") and "num_classes" not in given:
        given["num_classes"] = len(given["class_ids"])
    method = given.get("method", usual_method(row))
    _method_setting.check(method)
    require_own(given, method)
    preset = _preset(row, METHODS[method])
    _choose_length(preset, given)
    kinds = list(augment or ())
    strength = next((name for name in kinds if name in STRENGTHS), None)
    if strength is not None:
        kinds.remove(strength)
        given["transforms"] = strength
    if given.get("transforms", preset.get("transforms")) == STRONGER:
        preset["augmentation"] = row.stronger or row.augmentation
    if kinds or (augment is not None and strength is None):
        preset["augmentation"] = choose(preset["augmentation"], kinds)
    config = _build(preset | given | {"dataset": dataset})
    check(config.groups(), row)
    shape = _image_shape(row, config)
    return dataclasses.replace(config, data=dataclasses.replace(config.data, image_shape=shape))


def require_networks(config: Config) -> None:
    """Refuses networks or images that are not those of a configuration's data set.

    They follow from it and are no flags, so only a file that was edited has others.

    Raises:
        UsageError: if they are not; where the data set's package is not imported nothing is said.
    """
    row = find_data_set(config.data.dataset)
    if row is None:
        return
    found = {"image_shape": config.data.image_shape, "networks": config.model.networks}
    right = {"image_shape": _image_shape(row, config), "networks": row.networks}
    for name, value in found.items():
        if value != right[name]:
            raise UsageError(
                f"{name} must be {right[name]} for --dataset={config.data.dataset}. Received: "
                f"{value}"
            )


def _image_shape(row: DataSet, config: Config) -> tuple[int, int, int]:
    """Returns the shape of a run's images: of its last stage, where its networks have stages."""
    if row.networks != "stackgan":
        return row.image_shape
    size = config.flat().get("second_stage_size") or FIRST_STAGE_SIZE
    return (size, size, row.image_shape[-1])


def usual_settings(dataset: str | None, method: str | None = None) -> dict[str, Any]:
    """Returns the defaults of a data set with a method, or with the one that it has by default.

    They are by name, without those that are the same everywhere; empty where there is no such data
    set or method.
    """
    row = find_data_set(dataset)
    chosen = METHODS.get(method or usual_method(row)) if row else None
    return _preset(row, chosen) if row and chosen else {}


def usual_method(row: DataSet) -> str:
    """Returns the method of a data set where none was asked for."""
    return row.preset.get("method", _method_setting.default)


def preset_names() -> set[str]:
    """Returns the settings whose default is not the same for all data sets and methods."""
    rows = [(row, method) for row in DATA_SETS.values() for method in METHODS.values()]
    return {name for row, method in rows for name in _preset(row, method)}


def _preset(row: DataSet, method: Method) -> dict[str, Any]:
    """Returns the settings that a data set and a method have by default, by name."""
    columns = ("networks", "image_shape", "num_classes", "augmentation")
    few = method.few_images if row.few_images else {}
    return {name: getattr(row, name) for name in columns} | row.preset | {**method.settings, **few}


def _choose_length(preset: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Takes a data set's usual length back, where another one was asked for in other words."""
    lengths = {"epochs", "steps"}
    if lengths <= given.keys():
        raise UsageError(
            f"--epochs={given['epochs']} and --steps={given['steps']} both say how long to train; "
            "leave one of them out."
        )
    for other in lengths - given.keys() if lengths & given.keys() else ():
        preset[other] = None


_method_setting = next(one for one in declare.settings_of(ModelSettings) if one.name == "method")


def _build(values: Mapping[str, Any]) -> Config:
    """Puts settings into the groups that their method has; others are left out."""
    method = METHODS[values.get("method", _method_setting.default)]
    groups = {}
    for name, group in GROUPS.items():
        if group.has(method):
            own = {one.name for one in declare.settings_of(group.settings)}
            groups[name] = group.settings(**{k: v for k, v in values.items() if k in own})
    data, model, schedule = (groups.pop(name) for name in ("data", "model", "schedule"))
    return Config(data, model, schedule, groups)


def _flat(fields: Any) -> dict[str, Any]:
    """Returns settings by name, of groups of them or of the flat list of earlier versions."""
    _require_object("configuration", fields)
    if not fields.keys() <= GROUPS.keys() | _REMOVED_GROUPS:
        return {name: value for name, value in fields.items() if name not in _NO_LONGER}
    for name, part in fields.items():
        _require_object(name, part)
    return {k: v for part in fields.values() for k, v in part.items()}


def _without_removed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Returns settings without those that earlier versions had."""
    for name, left in _REMOVED.items():
        value = fields.get(name, left)
        if value != left:
            raise UsageError(
                f"this run used --{name}={shortened(value)}, which versions after 0.1.0 do not "
                "have; use b03ae7e."
            )
    return {name: value for name, value in fields.items() if name not in _REMOVED}


def _require_object(name: str, fields: Any) -> None:
    if not isinstance(fields, Mapping):
        raise UsageError(
            f"{name} must be an object of settings by name. Received: {shortened(fields)}"
        )


def _require_known(fields: Mapping[str, Any]) -> None:
    """Refuses settings of a version that knows others."""
    method = METHODS[fields.get("method", _method_setting.default)]
    known, needed = set(), set()
    for group in GROUPS.values():
        for one in declare.settings_of(group.settings):
            known.add(one.name)
            if one.default is dataclasses.MISSING and group.has(method):
                needed.add(one.name)
    _refuse(needed - set(fields), set(fields) - known)


def _require_fields(cls: type, fields: Mapping[str, Any]) -> None:
    known = dataclasses.fields(cls)
    needed = {field.name for field in known if field.default is dataclasses.MISSING}
    _refuse(needed - set(fields), set(fields) - {field.name for field in known})


def _refuse(missing: set[str], unknown: set[str]) -> None:
    if missing or unknown:
        raise UsageError(
            "this configuration was written by another version of elastic_infogan_tf: missing "
            f"{sorted(missing)}, unknown {shortened(sorted(unknown))}; train the run "
            "again, or read it with the version named in its config.json."
        )
