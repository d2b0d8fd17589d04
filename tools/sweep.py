"""Trains and evaluates a grid of runs, then makes their tables: `elastic-infogan sweep`."""

import collections
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from elastic_infogan_tf import train
from elastic_infogan_tf.commands import command_line, setting_flags
from elastic_infogan_tf.commands.command_line import interrupted_by
from elastic_infogan_tf.errors import Interrupted, RunsFailedError
from elastic_infogan_tf.settings.running import EvaluationSettings, RunSettings
from elastic_infogan_tf.utils.files import require_writable

from . import make_tables
from .sweeps import grid, jobs, pool
from .sweeps.estimate import Cost, costs
from .sweeps.grid import GROUP, SweepSettings

_SUMMARY = (
    "Trains and evaluates every method on every class set, split and seed of every data set, and "
    "ends with the paper's tables. Finished runs are skipped and broken ones go on where they "
    "stopped, so the same command again finishes a sweep. All other flags are those of "
    "elastic_infogan_tf.train and hold for each run."
)
# Of train: what the sweep's lists and folders are in the place of, and what it cannot do without.
_REPLACED = ("dataset", "method", "class_set", "split", "seed", "model_dir", "dry_run", "evaluate")


def _define_flags(values: flags.FlagValues) -> None:
    setting_flags.define(values, SweepSettings)
    training = flags.FlagValues()
    train.define_flags(training)
    for name in _REPLACED:
        delattr(training, name)
    for module, members in training.flags_by_module_dict().items():
        for flag in members:
            flags.DEFINE_flag(flag, flag_values=values, module_name=module)


def _command(values: flags.FlagValues) -> None:
    settings = setting_flags.read(values, SweepSettings)
    evaluation = setting_flags.read(values, EvaluationSettings)
    setting_flags.read(values, RunSettings)  # for each run; a wrong one is answered now
    todo = _jobs(values, settings, evaluation)
    if settings.dry_run:
        print(_describe(todo, costs(todo, settings.speedup), settings.jobs))
        return
    out = settings.out.resolve()
    require_writable(out, "--out")
    print(f"{len(todo)} runs into {out}: runs/, a log of each in logs/, tables/ at the end")
    outcomes = _run(todo, settings)
    counts = collections.Counter(outcome.status for outcome in outcomes)
    print(", ".join(f"{counts[kind]} {kind}" for kind in jobs.KINDS if counts[kind]))
    done = (jobs.FINISHED, jobs.SKIPPED)
    evaluated = [str(out / "runs" / run.name) for run in outcomes if run.status in done]
    if evaluated:
        make_tables.write_tables(evaluated, out / "tables")
    failed = [outcome.name for outcome in outcomes if outcome.status == jobs.FAILED]
    if failed:
        raise RunsFailedError(
            f"{len(failed)} of {len(todo)} runs failed: {', '.join(failed)}; see {out / 'logs'}"
        )


def _jobs(
    values: flags.FlagValues, settings: SweepSettings, evaluation: EvaluationSettings
) -> list[jobs.Job]:
    own = {flag.name for flag in values.flags_by_module_dict()[GROUP]} | {"flagfile"}
    shared = {
        flag.name: flag.serialize()
        for members in values.flags_by_module_dict().values()
        for flag in members
        if flag.present and flag.name not in own
    }
    out, threads = settings.out.resolve(), max(1, (os.cpu_count() or 1) // settings.jobs)
    evaluated = evaluation.record(evaluation.classifier or "the image size's")
    return [
        jobs.Job(
            run.name,
            run.config,
            run.arguments,
            evaluated | {"classifier": evaluation.classifier_for(run.config.data.image_shape)},
            out / "runs" / run.name,
            out / "logs" / f"{run.name}.log",
            Path.cwd(),
            threads,
        )
        for run in grid.expand(settings, shared)
    ]


def _run(todo: Sequence[jobs.Job], settings: SweepSettings) -> list[jobs.Outcome]:
    outcomes = []
    # Ctrl-C too where a shell had it ignored, as it has of what it starts in the background.
    with pool.sweep_progress(todo) as say, interrupted_by(signal.SIGINT, signal.SIGTERM):
        try:
            for outcome in pool.run_all(todo, settings.jobs, settings.scheduler):
                outcomes.append(outcome)
                minutes = f" ({outcome.seconds / 60:.1f} min)" if outcome.seconds else ""
                say(f"{outcome.name}: {outcome.status}{minutes}")
                if outcome.tail:
                    say(outcome.tail)
        except Interrupted as interrupt:
            say("stopping: the runs under way save their step ...")
            jobs.stop_all()
            message = "sweep stopped, its runs have saved their steps"
            raise Interrupted(message, interrupt.number) from interrupt
    return outcomes


def _describe(todo: Sequence[jobs.Job], estimated: Sequence[Cost], at_once: int) -> str:
    width = max(len(job.name) for job in todo)
    lines = []
    for job, cost in zip(todo, estimated, strict=True):
        hours = "?" if cost.hours is None else f"{cost.hours:.2f}"
        steps = "? (its images decide)" if cost.steps is None else cost.steps
        length = "finished" if cost.steps == 0 else f"{hours:>9} h  {steps:>9} steps"
        lines.append(f"{job.name:<{width}}  {length}")
    known = sum(cost.hours or 0.0 for cost in estimated)
    unknown = sum(cost.hours is None for cost in estimated)
    lines.append(
        f"{len(todo)} runs, about {known:.1f} hours of training one after the other"
        + (f", {unknown} of unknown length" if unknown else "")
        + "; evaluations and classifiers come on top."
    )
    if at_once > 1:
        lines.append(f"--jobs={at_once} shares the cores out and changes the sum little.")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command_line.run(
        "elastic-infogan sweep",
        _SUMMARY,
        _define_flags,
        _command,
        argv,
        example="--datasets=digits --methods=all --seeds=0-2 --out=sweeps/digits",
    )


if __name__ == "__main__":
    sys.exit(main())
