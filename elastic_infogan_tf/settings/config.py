"""What one experiment computes: settings in groups, from presets and flags, checked, as JSON."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import declare, transforms
from elastic_infogan_tf.settings.data import DataFiles, DataSettings, check_data
from elastic_infogan_tf.settings.data_sets import DATA_SETS, DataSet, data_set, find_data_set
from elastic_infogan_tf.settings.methods import METHODS, USUAL_METHOD, Method, find_method
from elastic_infogan_tf.settings.model import (
    FIRST_STAGE_SIZE,
    GROUPS,
    ModelSettings,
    ScheduleSettings,
    require_own,
)
from elastic_infogan_tf.settings.transforms import STRENGTHS, STRONGER, Augmentation, choose
from elastic_infogan_tf.utils.text import shortened

# Settings of earlier versions: those that changed no number; others with the value that is left.
_NO_LONGER = {
    "stream",
    "max_image_pixels",
    *(known.name for known in declare.settings_of(DataFiles)),
}
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
        """Returns all settings by name."""
        return {
            name: value for group in self.groups().values() for name, value in vars(group).items()
        }

    def identity(self) -> dict[str, Any]:
        """Returns the settings that must not change while a run is resumed."""
        has_schedule = METHODS[self.model.method].has_schedule
        free = [name for name in _NO_IDENTITY if name != "epochs" or not has_schedule]
        fields = {name: value for name, value in self.flat().items() if name not in free}
        if fields.get("generator_learning_rate", 0) is None:  # the same rate, not asked for
            fields["generator_learning_rate"] = self.schedule.learning_rate
        return fields

    def with_epochs(self, epoch_steps: int) -> "Config":
        """Returns it with the number of epochs, of so many steps, where steps were asked for."""
        epochs = self.schedule.whole_epochs(epoch_steps)
        return dataclasses.replace(self, schedule=dataclasses.replace(self.schedule, epochs=epochs))

    def to_json(self) -> dict[str, Any]:
        """Returns a dict of JSON types, nested by group."""
        return {name: declare.to_json(group) for name, group in self.groups().items()}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Config":
        """Rebuilds a config from `to_json`'s dict, or from the flat one of earlier versions.

        A setting that an earlier version did not have takes its default: that is what was done
        before. What a flat one says of settings that its method does not have is left out: it never
        changed a number.

        Raises:
            UsageError: if settings without a default are missing, some are unknown, or one has a
                value that its flag would not take, or took in earlier versions only.
        """
        values = _flat(fields)
        method = find_method(values.get("method", USUAL_METHOD))
        _require_fields(values, {row.settings: row.has(method) for row in GROUPS.values()})
        augmentation = _object("augmentation", values["augmentation"])
        _require_fields(augmentation, {Augmentation: True})
        config = _build(values | {"augmentation": Augmentation(**augmentation)})
        _check(config, find_data_set(config.data.dataset))
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
    preset = _preset(row, find_method(method))
    require_own(given, method)
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
    _check(config, row)
    shape = image_shape_of(row, config)
    return dataclasses.replace(config, data=dataclasses.replace(config.data, image_shape=shape))


def usual_method(row: DataSet) -> str:
    """Returns the method of a data set where none was asked for."""
    return row.preset.get("method", USUAL_METHOD)


def usual_settings(dataset: str | None, method: str | None = None) -> dict[str, Any]:
    """Returns the defaults of a data set with a method, or with its own, by name.

    Without those that are the same everywhere; empty where there is no such data set or method.
    """
    row = find_data_set(dataset)
    chosen = METHODS.get(method or usual_method(row)) if row else None
    return _preset(row, chosen) if row and chosen else {}


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
    lengths = {"epochs", "steps"} & given.keys()
    if len(lengths) == 2:
        raise UsageError(
            f"--epochs={given['epochs']} and --steps={given['steps']} both say how long to train; "
            "leave one of them out."
        )
    if lengths:
        preset |= {"epochs": None, "steps": None}


def image_shape_of(row: DataSet, config: Config) -> tuple[int, int, int]:
    """Returns the shape of a run's images: of its last stage, where its networks have stages."""
    if row.networks != "stackgan":
        return row.image_shape
    size = config.flat().get("second_stage_size") or FIRST_STAGE_SIZE
    return (size, size, row.image_shape[-1])


def _build(values: Mapping[str, Any]) -> Config:
    """Puts settings into the groups that their method has; others are left out."""
    method = find_method(values.get("method", USUAL_METHOD))
    groups = {}
    for name, group in GROUPS.items():
        if group.has(method):
            names = {known.name for known in declare.settings_of(group.settings)} & values.keys()
            groups[name] = group.settings(**{name: values[name] for name in names})
    data, model, schedule = (groups.pop(name) for name in ("data", "model", "schedule"))
    return Config(data, model, schedule, groups)


def _check(config: Config, row: DataSet | None) -> None:
    """Refuses what is not possible; of a data set whose package is not imported, `row` is None."""
    for group in config.groups().values():
        declare.check(group)
    transforms.check(config.data.augmentation)
    if config.schedule.epochs is None and config.schedule.steps is None:
        raise UsageError("neither --epochs nor --steps says how long to train; give one of them.")
    if row is None:
        return
    check_data(config.data, row, config.flat().get("second_stage_size", 0))


def _object(name: str, fields: Any) -> Mapping[str, Any]:
    if not isinstance(fields, Mapping):
        raise UsageError(
            f"{name} must be an object of settings by name. Received: {shortened(fields)}"
        )
    return fields


def _flat(fields: Any) -> dict[str, Any]:
    """Returns settings by name, without those that earlier versions had, in groups or not."""
    settings = dict(_object("configuration", fields))
    if settings.keys() <= GROUPS.keys() | _REMOVED_GROUPS:
        parts = [_object(name, part) for name, part in settings.items()]
        settings = {name: value for part in parts for name, value in part.items()}
    else:
        settings = {name: value for name, value in settings.items() if name not in _NO_LONGER}
    for name, left in _REMOVED.items():
        value = settings.pop(name, left)
        if value != left:
            raise UsageError(
                f"this run used --{name}={shortened(value)}, which versions after 0.1.0 do not "
                "have; use b03ae7e."
            )
    return {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}


def _require_fields(fields: Mapping[str, Any], owners: Mapping[type, bool]) -> None:
    """Refuses settings of a version that knows others.

    `owners` are the dataclasses that declare them, and whether what has no default must be there.
    """
    known = {
        field.name: is_needed and field.default is dataclasses.MISSING
        for owner, is_needed in owners.items()
        for field in dataclasses.fields(owner)
    }
    missing = sorted(name for name in known.keys() - fields.keys() if known[name])
    unknown = sorted(fields.keys() - known.keys())
    if missing or unknown:
        raise UsageError(
            "this configuration was written by another version of elastic_infogan_tf: missing "
            f"{missing}, unknown {shortened(unknown)}; train the run again, or read it with the "
            "version named in its config.json."
        )
