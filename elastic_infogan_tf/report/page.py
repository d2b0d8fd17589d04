"""A run's `report.html`: one file for a person, which opens without a server or a network."""

import base64
import dataclasses
import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from elastic_infogan_tf.data.batches.pipeline import steps_per_epoch
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.figures import figure_table, thumbnails
from elastic_infogan_tf.evaluation.figures.figure_table import Figure
from elastic_infogan_tf.evaluation.metrics import health, metric_table
from elastic_infogan_tf.report import heading
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.model import in_dtype
from elastic_infogan_tf.tables.published_results import PUBLISHED
from elastic_infogan_tf.tables.run_results import read_results
from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.json_files import SHARE, object_of, read_json
from elastic_infogan_tf.utils.text import plain


@dataclasses.dataclass(frozen=True)
class Shown:
    """A figure that is there, and its pixels as a data URI."""

    figure: Figure
    source: Markup


def find(*folders: Path, without: Collection[str] = ()) -> dict[str, list[Shown]]:
    """Returns the figures of folders by section, in their order, none of which shows the same.

    One that is in no row, as a figure of your own, comes at the end. Older ones of a training,
    `NAME-STEP.png`, are left out.

    Args:
        *folders: of figures; they need not be there.
        without: names of those that are left out.
    """
    found: dict[str, list[Shown]] = {}
    for figure, path in _files(folders, without):
        source = base64.b64encode(path.read_bytes()).decode("ascii")
        shown = Shown(figure, Markup(f"data:image/png;base64,{source}"))
        found.setdefault(figure.section, []).append(shown)
    return found


def _files(folders: Iterable[Path], without: Collection[str]) -> Iterator[tuple[Figure, Path]]:
    there = {path.stem: path for folder in folders for path in sorted(folder.glob("*.png"))}
    rows = {figure.name: figure for figure in figure_table.FIGURES}
    for name in (*rows, *sorted(there.keys() - rows)):
        figure = rows.get(name) or Figure(name)
        is_older = name.rpartition("-")[2].isdecimal()
        is_twin = name in without or not there.keys().isdisjoint(figure.is_of)
        if name in there and not is_older and not is_twin:
            yield figure, there[name]


_TEMPLATE = "page.html.j2"
_ORIGINAL = "original"  # images that published scores are of
_CLUSTERS_SCHEMA = object_of({"stable_from": SHARE}, stability=SHARE | {"minimum": -1})
_REFERENCE = "elastic_infogan"  # whose published scores stand beside those of other methods


def write_page(folder: RunFolder) -> None:
    """Writes the page of a run from what is in its folder, at whatever point it is.

    Args:
        folder: of the run; its `config.json` is there.

    Raises:
        UsageError: if `config.json` cannot be read, or the page not be written.
    """
    write_atomically(folder.page, render(folder))


def render(folder: RunFolder) -> str:
    """Returns the page as HTML; figures are in it, text of others is escaped."""
    record, metrics = folder.read_record(), folder.read_metrics()
    results, clusters, sheets, doubts = _read_derived(folder, record)
    config, data = Config.from_json(record["config"]), record["data"]
    epoch_steps = steps_per_epoch(data["images"], config.schedule.batch_size)
    steps = config.schedule.epochs * epoch_steps
    step = max(int(metrics[-1]["step"]) if metrics else 0, results["step"] if results else 0)
    state = metrics[-1].get("state") if metrics else None
    return (
        _environment()
        .get_template(_TEMPLATE)
        .render(
            heading=heading.heading(config, data),
            subheading=heading.subheading(folder, config, step, steps),
            warnings=[*doubts, *heading.find(results, clusters, state, step)],
            facts=_facts(config, data, step, steps, epoch_steps),
            sheets=sheets,
            classes=_classes(data),
            figures=find(
                folder.groups,
                folder.figures,
                without={name for sheet in sheets for name in sheet["replaces"]},
            ),
            codes=_codes(results, data["class_names"]) if results else [],
            scores=_scores(results, config, data["source"]) if results else [],
            results=results,
            groups=[(name, _said(fields)) for name, fields in config.to_json().items()],
            how=[(name, _said(fields)) for name, fields in record.get("how", {}).items()],
            made_with=record["versions"]
            | {"commit": record.get("git_commit"), "machine": record.get("machine")},
        )
    )


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Names of others may hold anything; what is no str, as Markup, stays as it is.
        finalize=lambda value: plain(value) if type(value) is str else value,
    )


def _read_derived(
    folder: RunFolder, record: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None, list[dict[str, Any]], list[str]]:
    """Returns results, clusters, sheets of thumbnails, and what is wrong with them.

    A page that lacks its scores is worth more than none, so what is corrupted is left out and said.
    """
    results, clusters, sheets, doubts = None, None, [], []
    try:
        if folder.results.exists():
            results = dict(read_results(folder.results).content)
            _require_classes_of(record, results)
    except UsageError as error:
        results = None
        doubts.append(f"there are no scores: {error}")
    try:
        if folder.clusters.exists():
            advice = "it is left out here"
            clusters = read_json(folder.clusters, _CLUSTERS_SCHEMA, advice)
    except UsageError as error:
        doubts.append(str(error))
    for place in (folder.figures, folder.groups):
        try:
            sheets += thumbnails.read(place)
        except UsageError as error:
            doubts.append(str(error))
    return results, clusters, sheets, doubts


def _require_classes_of(record: Mapping[str, Any], results: Mapping[str, Any]) -> None:
    prior = results.get("prior") or {}
    matched = [*(prior.get("matched_classes") or ()), *(prior.get("frequent_classes") or ())]
    classes = len(record["data"]["class_names"])
    if max(matched, default=-1) >= classes:
        raise UsageError(
            f"results.json is of more classes than the {classes} of config.json; evaluate the run "
            "again."
        )


def _facts(
    config: Config, data: Mapping[str, Any], step: int, steps: int, epoch_steps: int
) -> list[tuple[str, str]]:
    """Returns what the run was trained on and how far, by name."""
    size = " x ".join(map(str, config.data.image_shape))
    knows = METHODS[config.model.method].knows_proportions
    trained = f"{step:,} of {steps:,} steps, {step / epoch_steps:.4g} epochs"
    labels = "none"
    if data["class_counts"] is not None:
        labels = f"{len(data['class_names'])} classes, for the evaluation alone"
        labels += "; the method was told their proportions" if knows else ""
    return [
        ("images", f"{data['images']:,}, each {size}"),
        ("source", data["source"]),
        ("folder", data.get("data_dir") or "-"),
        ("labels", labels),
        ("codes", str(config.data.num_classes)),
        ("trained", f"{trained}{in_dtype(config.model.dtype)}"),
    ]


def _classes(data: Mapping[str, Any]) -> list[tuple[str, int, float]]:
    """Returns name, images and share of each class; none without labels."""
    counts = data["class_counts"]
    if counts is None:
        return []
    names = data["class_names"]
    return [(name, n, n / sum(counts)) for name, n in zip(names, counts, strict=True)]


def _codes(results: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    """Returns what there is to say of each code, that with most real images first."""
    prior = results.get("prior") or {}
    counts, shares = prior.get("code_counts"), prior.get("frequent_shares")
    classes = prior.get("frequent_classes")
    rows = []
    for code, probability in enumerate(prior.get("probabilities", ())):
        is_empty = counts is not None and not counts[code]
        has_class = classes is not None and classes[code] >= 0 and not is_empty
        rows.append(
            {
                "code": code,
                "prior": probability,
                "images": None if counts is None else counts[code],
                "share": None if counts is None else counts[code] / sum(counts),
                "class": "empty" if is_empty else names[classes[code]] if has_class else None,
                "is_empty": is_empty,
                "purity": shares[code] if shares else None,
            }
        )
    return sorted(rows, key=lambda row: -(row["images"] or 0))


def _scores(
    results: Mapping[str, Any], config: Config, source: str
) -> list[tuple[metric_table.Metric, str, str]]:
    """Returns each metric that was taken, its value, and the paper's where there is one."""
    found = []
    is_dead = health.is_dead((results.get("health") or {}).get("state"))
    for row in metric_table.numbers():
        section, key = row.path.split(".")
        value = (results.get(section) or {}).get(key)
        if value is not None:
            said = "no score: the generator is dead" if row.needs_life and is_dead else None
            found.append((row, said or row.show(value), _published(row, config, source)))
    return found


def _published(row: metric_table.Metric, config: Config, source: str) -> str:
    """Returns the paper's mean and deviation on these images, and whose; empty if there is none."""
    scores = PUBLISHED.get(row.name, {}) if source == _ORIGINAL else {}
    method = config.model.method if config.model.method in scores else _REFERENCE
    score = scores.get(method, {}).get(config.data.dataset)
    return f"{score[0]:.4f} \u00b1 {score[1]:.3f} ({method})" if score else ""


def _said(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Returns settings as names and text."""
    return [(k, "-" if v is None else str(v)) for k, v in declare.flatten(fields).items()]
