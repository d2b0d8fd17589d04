"""Choosing among JointVAE's weights as the paper does: the best one is what its row shows."""

from collections.abc import Sequence

import numpy as np

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.metrics.metric_table import named
from elastic_infogan_tf.tables.cells import Column
from elastic_infogan_tf.tables.run_results import RunResults

METHOD = "joint_vae"


def best_beta(runs: Sequence[RunResults]) -> tuple[list[RunResults], list[str]]:
    """Keeps JointVAE's runs with the beta whose mean NMI is the highest, for each data set.

    The paper takes the best of five (published), by which metric and on what it does not say; by
    NMI over all draws is ours. It looks at the labels, in JointVAE's favour.

    Args:
        runs: of any methods; others pass through.

    Returns:
        The runs that are kept, in their order, and a note on every choice that was made.

    Raises:
        UsageError: if the betas of a data set were not run on the same class sets, splits and
            seeds, or a run has no NMI.
    """
    by_column: dict[Column, dict[float, list[RunResults]]] = {}
    for run in runs:
        if run.method == METHOD:
            betas = by_column.setdefault(Column(run.dataset, run.source), {})
            betas.setdefault(run.config["beta"], []).append(run)
    notes, chosen = [], {}
    for column, betas in by_column.items():
        _check_same_draws(column, betas)
        means = {beta: _mean_nmi(members) for beta, members in sorted(betas.items())}
        chosen[column] = max(means, key=means.__getitem__)
        if len(means) > 1:
            shown = ", ".join(f"{beta:g}: {mean:.4f}" for beta, mean in means.items())
            notes.append(
                f"{METHOD} on {column}: beta {chosen[column]:g}, whose mean NMI is the highest "
                f"({shown}); chosen with the labels"
            )
    kept = [
        run
        for run in runs
        if run.method != METHOD or run.config["beta"] == chosen[Column(run.dataset, run.source)]
    ]
    return kept, notes


def _mean_nmi(runs: Sequence[RunResults]) -> float:
    values = [run.number(named("nmi")) for run in runs]
    for run, value in zip(runs, values, strict=True):
        if value is None:
            raise UsageError(f"{run.file} has no NMI, so --best_beta has nothing to go by.")
    return float(np.mean(values))


def _check_same_draws(column: Column, betas: dict[float, list[RunResults]]) -> None:
    draws = {beta: {run.draw for run in members} for beta, members in betas.items()}
    (first, expected), *others = draws.items()
    for beta, found in others:
        if found != expected:
            raise UsageError(
                f"{METHOD} on {column}: beta {first:g} has {len(expected)} class sets, splits and "
                f"seeds and beta {beta:g} has {len(found)}, not the same ones, so --best_beta "
                "cannot compare them; run what is missing or leave a beta out."
            )
