"""What a command line asks for: its runs and the command's other options."""

from absl import flags

from elastic_infogan_tf import train
from elastic_infogan_tf.commands import setting_flags
from elastic_infogan_tf.commands.arguments import expanded
from elastic_infogan_tf.run_folder.names import run_name
from elastic_infogan_tf.settings.running import EvaluationSettings
from tools import sweep
from tools.sweeps.grid import SweepSettings

COMMANDS = {"train": train, "sweep": sweep}
# Flags that are part of a configuration under another name, or lists that a sweep runs through.
_ALSO_IN_RUNS = {
    *("augment", "flagfile"),
    *("datasets", "methods", "class_sets", "splits", "seeds"),
}


def resolve(name, arguments):
    """Returns the runs that flags ask for, and the options that are part of no run.

    Args:
        name: key of `COMMANDS`.
        arguments: the command line behind it.

    Returns:
        A dict of each run's configuration (JSON types) by its name, and a dict of the values of all
        flags that are not in a configuration.
    """
    values = flags.FlagValues()
    if name == "sweep":
        sweep._define_flags(values)
        values([name, *expanded(arguments)])
        settings = setting_flags.read(values, SweepSettings)
        todo = sweep._jobs(values, settings, EvaluationSettings())
        runs = {job.name: job.config.to_json() for job in todo}
    else:
        train.define_flags(values)
        values([name, *expanded(arguments)])
        config = train.make_config(values)
        runs = {run_name(config): config.to_json()}
    settings = _keys(next(iter(runs.values()))) | _ALSO_IN_RUNS
    return runs, {name: values[name].value for name in values if name not in settings}


def _keys(tree):
    """Returns the keys of a dict and of the dicts in it."""
    inner = (_keys(value) for value in tree.values() if isinstance(value, dict))
    return set(tree).union(*inner)
