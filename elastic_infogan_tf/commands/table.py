"""All commands: `elastic-infogan NAME` and `python -m MODULE` are the same."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        module: whose `main` it is; `tools.NAME` is in the source tree beside the package, installed
            inside of it.
        summary: what it does, a line.
    """

    module: str
    summary: str


COMMANDS: dict[str, Command] = {
    "train": Command("elastic_infogan_tf.train", "trains a model, or goes on with one"),
    "evaluate": Command("elastic_infogan_tf.evaluate", "measures a trained run"),
    "export": Command("elastic_infogan_tf.export", "writes a run's SavedModel again"),
    "sort": Command("elastic_infogan_tf.sort", "puts pictures into the groups of a run"),
    "prepare": Command("tools.prepare_data", "downloads data sets, checks and unpacks them"),
    "sheet": Command("tools.augmentation_sheet", "draws images beside their transforms"),
    "sweep": Command("tools.sweep", "trains and evaluates a grid of runs, and makes their tables"),
    "tables": Command("tools.make_tables", "averages evaluated runs into the paper's tables"),
    "curves": Command("tools.plot_curves", "draws scores of runs by epoch"),
    "benchmark": Command("tools.benchmark_steps", "times train steps"),
}
