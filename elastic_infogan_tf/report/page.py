"""A run's `report.html`: one file for a person, which opens without a server or a network."""

import base64
import contextlib
import functools
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures import figure_table, thumbnails
from elastic_infogan_tf.evaluation.figures.figure_table import Figure
from elastic_infogan_tf.report import sections
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.tables.run_results import read_results
from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.json_files import SHARE, object_of, read_json
from elastic_infogan_tf.utils.text import plain

_CLUSTERS_SCHEMA = object_of(
    {"stable_from": SHARE, "agreement": SHARE | {"minimum": -1}},
    stability=SHARE | {"minimum": -1},
)


def write_page(folder: RunFolder) -> None:
    """Writes the page of a run from what is in its folder, at whatever point it is.

    Raises:
        UsageError: if `config.json` cannot be read, or the page not be written.
    """
    write_atomically(folder.page, render(folder))


def render(folder: RunFolder) -> str:
    """Returns the page as HTML; figures are in it, text of others is escaped.

    A page that lacks its scores is worth more than none: what is corrupted is left out and named.
    """
    record, metrics = folder.read_record(), folder.read_metrics()
    config, data = Config.from_json(record["config"]), record["data"]
    results, clusters = None, None
    sheets: list[thumbnails.Sheet] = []
    warnings: list[str] = []
    with _left_out(warnings, "there are no scores: "):
        results = _read_results(folder, len(data["class_names"]))
    with _left_out(warnings):
        if folder.clusters.exists():
            clusters = read_json(folder.clusters, _CLUSTERS_SCHEMA, "it is left out here")
    for path in (folder.figures, folder.groups):
        with _left_out(warnings):
            sheets += thumbnails.read(path)
    step = max(int(metrics[-1]["step"]) if metrics else 0, results["step"] if results else 0)
    state = metrics[-1].get("state") if metrics else None
    epoch_steps = steps_per_epoch(data["images"], config.schedule.batch_size)
    steps = config.schedule.epochs * epoch_steps
    is_shown = {name for sheet in sheets for name in sheet["replaces"]}
    return template("page.html.j2").render(
        heading=sections.heading(config, data),
        subheading=sections.subheading(folder, config, step, steps),
        warnings=warnings + sections.warnings(results, clusters, state, step),
        facts=sections.facts(config, data, step, steps, epoch_steps),
        classes=sections.classes(data),
        sheets=sheets,
        figures=_figures(folder.groups, folder.figures, without=is_shown),
        codes=sections.codes(results, data["class_names"]) if results else [],
        scores=sections.scores(results, config, data["source"]) if results else [],
        results=results,
        settings=sections.settings(config, record),
    )


@functools.cache
def template(name: str) -> jinja2.Template:
    """Returns a template beside this file."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Names of others may hold anything; what is no str, as Markup, stays as it is.
        finalize=lambda value: plain(value) if type(value) is str else value,
    ).get_template(name)


@contextlib.contextmanager
def _left_out(warnings: list[str], words: str = "") -> Iterator[None]:
    """Notes, with some words before it, what cannot be read."""
    try:
        yield
    except UsageError as error:
        warnings.append(f"{words}{error}")


def _read_results(folder: RunFolder, num_classes: int) -> Mapping[str, Any] | None:
    if not folder.results.exists():
        return None
    results = read_results(folder.results).content
    prior = results.get("prior") or {}
    matched = [*(prior.get("matched_classes") or ()), *(prior.get("frequent_classes") or ())]
    if max(matched, default=-1) >= num_classes:
        raise UsageError(
            f"results.json is of more classes than the {num_classes} of config.json; evaluate the "
            "run again."
        )
    return results


def _figures(*folders: Path, without: Collection[str]) -> dict[str, list[tuple[Figure, Markup]]]:
    """Returns figures and their pixels as data URIs by section, in their order, each shown once.

    One that is in no row, as a figure of your own, comes at the end. Older ones of a training,
    `NAME-STEP.png`, are left out, and so are the names `without`.
    """
    paths = {path.stem: path for folder in folders for path in sorted(folder.glob("*.png"))}
    rows = {figure.name: figure for figure in figure_table.FIGURES}
    shown: dict[str, list[tuple[Figure, Markup]]] = defaultdict(list)
    for name in (*rows, *sorted(paths.keys() - rows)):
        figure = rows.get(name) or Figure(name)
        is_older = name.rpartition("-")[2].isdecimal()
        is_twin = name in without or not paths.keys().isdisjoint(figure.is_of)
        if name in paths and not is_older and not is_twin:
            source = base64.b64encode(paths[name].read_bytes()).decode("ascii")
            shown[figure.section].append((figure, Markup(f"data:image/png;base64,{source}")))
    return shown
