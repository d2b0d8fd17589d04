"""The page of a run: what is on it and in which order, and that names of others stay text."""

import base64
import json
import re
from html.parser import HTMLParser

import pytest

from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.report.page import render, write_page
from elastic_infogan_tf.utils.text import NAMELESS, plain
from tests.nasty_names import NASTY
from tests.run.run_folders import EXAMPLE, make_results, make_run, write_thumbnails

CODES = len(EXAMPLE["prior"]["probabilities"])


class _Page(HTMLParser):
    """The tags, the texts of elements of interest, and the figures of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.figures, self.links = [], [], []
        self.texts = {}
        self._open = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        values = dict(attributes)
        if tag == "img":
            self.figures.append((values["alt"], values["src"]))
        self.links += [values[name] for name in ("href", "src") if name in values]
        self._open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def lines(self, tag):
        return [" ".join(text.split()) for text in self.texts.get(tag, [])]


def _page(folder):
    return _Page(render(folder))


def _warnings(folder):
    return _page(folder).lines("li")


def test_the_page_is_one_file_that_needs_no_other(tmp_path):
    folder = make_run(tmp_path / "run", results=make_results())
    write_page(folder)
    page = _Page((tmp_path / "run" / "report.html").read_text())
    assert page.lines("title") == page.lines("h1") == ["mnist: 10 groups of 42,752 images"]
    assert all(link.startswith(("data:", "#")) for link in page.links)
    assert not {"script", "iframe", "object"} & set(page.tags)
    pixels = {figure for _, figure in page.figures}
    for name in ("grid", "prior", "clusters", "losses", "contingency"):
        png = base64.b64encode((folder.figures / f"{name}.png").read_bytes()).decode()
        assert f"data:image/png;base64,{png}" in pixels
    assert len(page.figures) == 5  # the grid of an earlier step is left out


def test_the_same_sheet_is_shown_once_and_a_strangers_figure_last(tmp_path):
    folder = make_run(tmp_path / "run")
    folder.groups.mkdir()
    others = [folder.figures / f"{name}.png" for name in ("clusters_at_switch", "first_image")]
    for path in (folder.groups / "groups.png", *others):
        path.write_bytes((folder.figures / "grid.png").read_bytes())
    titles = [title for title, _ in _page(folder).figures]
    assert titles[:2] == ["Groups of real images", "What the generator makes of each code"]
    assert titles[-1] == "first image" and len(titles) == 6


def test_thumbnails_of_groups_stand_in_the_place_of_their_figures(tmp_path):
    folder = make_run(tmp_path / "run", results=make_results())
    write_thumbnails(folder, names=["<b>a cat"])
    page = _page(folder)
    assert [line[:7] for line in page.lines("strong")[:CODES]] == [
        f"group {n}" for n in range(CODES)
    ]
    assert any("most frequent class <b>a cat 100%" in line for line in page.lines("p"))
    assert page.lines("span") == ["4.png0 0.501 0.40"] and "None." in page.lines("p")
    thumbnails = [alt for alt, source in page.figures if source.startswith("data:image/jpeg")]
    assert len(thumbnails) == CODES * (2 + 8) + 1 and all(thumbnails)
    figures = [alt for alt, source in page.figures if source.startswith("data:image/png")]
    assert len(figures) == 3 and not any("code" in title.split()[-1:] for title in figures[:2])


@pytest.mark.parametrize(
    ("dataset", "source", "expected"),
    [
        ("image_folder", "image folder cells", "cells"),
        ("cars", "built-in (synthetic)", "cars, built-in (synthetic)"),
    ],
)
def test_the_heading_says_what_was_trained(tmp_path, dataset, source, expected):
    folder = make_run(tmp_path / "run", source=source)
    record = json.loads(folder.record.read_text())
    record["config"] |= {
        "dataset": dataset,
        "networks": "stackgan",
        "image_shape": [64, 64, 3],
    }
    folder.record.write_text(json.dumps(record))
    page = _page(folder)
    assert page.lines("h1") == [f"{expected}: 10 groups of 42,752 images"]
    subheading = page.lines("p")[0]
    assert subheading.startswith("run, elastic_infogan, step 8,016 of 8,016, 64 base channels, 20")


def test_warnings_stand_first_if_there_are_any_and_settings_last(tmp_path):
    text = render(make_run(tmp_path / "run", results=make_results()))
    assert 'id="warnings"' not in text and "Know this" not in text
    text = render(make_run(tmp_path / "old", results=make_results() | {"step": 668}))
    starts = [text.index(f'<section id="{name}"') for name in ("warnings", "images", "groups")]
    assert starts == sorted(starts)
    assert text.rindex("<section") == text.index('<section id="settings"')
    text = text[text.index('<section id="settings"') :]
    assert "base_channels" in text and "2.21.0" in text


def test_a_run_that_goes_on_says_so_and_that_it_has_no_scores(tmp_path):
    folder = make_run(tmp_path / "run", steps=668, state=health.NOT_YET)
    assert _warnings(folder) == [health.advice(health.NOT_YET)]
    assert f"step 668 of {EXAMPLE['step']:,}: not finished" in _page(folder).lines("p")[0]
    assert "elastic-infogan evaluate" in render(folder)


def test_what_is_no_warning_is_in_no_box(tmp_path):
    note = "no labels: only what needs none is measured"
    results = make_results() | {"warnings": [note]}
    folder = make_run(tmp_path / "run", results=results, source="built-in (synthetic)", steps=668)
    folder.results.unlink()
    assert _warnings(folder) == []
    folder = make_run(tmp_path / "other", results=results)
    assert _warnings(folder) == []


def test_results_of_an_older_step_are_said_to_be(tmp_path):
    results = make_results() | {"step": 668}
    (warning,) = _warnings(make_run(tmp_path / "run", results=results))
    assert "are of step 668" in warning and f"step {EXAMPLE['step']:,}" in warning


def test_the_evaluations_warnings_are_there_once(tmp_path):
    advice = health.advice(health.DEAD)
    results = make_results() | {"warnings": [advice]}
    results["health"]["state"] = health.DEAD
    folder = make_run(tmp_path / "run", results=results, state=health.DEAD)
    assert _warnings(folder) == [advice]
    assert "no score: the generator is dead" in _page(folder).lines("td")


def test_unstable_clusters_are_warned_of(tmp_path):
    folder = make_run(tmp_path / "run", results=make_results())
    folder.clusters.write_text(json.dumps({"stability": 0.5}))
    assert "stability 0.500" in _warnings(folder)[0]
    folder.clusters.write_text(json.dumps({"stability": 0.99, "agreement": 0.75}))
    assert "agreement with a second encoder 0.750, below 0.9" in _warnings(folder)[0]
    for clusters in (
        {"stability": 0.95},
        {"stability": 0.85, "stable_from": 0.8},
        {"stability": 0.5, "agreement": 0.95},
    ):
        folder.clusters.write_text(json.dumps(clusters))
        assert _warnings(folder) == []


def test_a_code_is_called_by_its_most_frequent_class_and_by_none_where_it_is_empty(tmp_path):
    counts = [50, 0, *[10] * (CODES - 2)]
    names = [f"kind {label}" for label in range(CODES)]
    results = make_results(
        code_counts=counts,
        matched_classes=list(range(CODES)),
        frequent_classes=[3, -1, *[3] * (CODES - 2)],
        frequent_shares=[0.25, None, *[0.9] * (CODES - 2)],
    )
    folder = make_run(tmp_path / "run", results=results, names=names)
    empty, mixed = _warnings(folder)
    assert empty.startswith("empty") and empty.endswith(": code 1")
    assert mixed.startswith("mixed") and mixed.endswith(": code 0")
    cells = _page(folder).lines("td")
    row = cells[cells.index("empty") - 4 : cells.index("empty") + 2]
    assert row[:3] == ["1", "0", "0.00%"] and row[4:] == ["empty", "-"]
    # Once among the true classes; a match gives no code a name.
    assert [cells.count(name) for name in names] == [1, 1, 1, CODES, *[1] * (CODES - 4)]
    assert "25.0%" in cells


def test_a_score_has_a_sentence_and_the_papers_value_where_the_images_are_the_papers(tmp_path):
    cells = _page(make_run(tmp_path / "a", results=make_results())).lines("td")
    assert cells[cells.index("NMI") + 1 :][:2] == ["0.8000", "0.8893 ± 0.044 (elastic_infogan)"]
    assert cells[cells.index("NMI") + 3].startswith("1: every code is one class")
    text = render(make_run(tmp_path / "b", results=make_results(), source="mine"))
    assert "0.8893" not in text


@pytest.mark.parametrize("first", range(0, len(NASTY), 5))
def test_names_of_others_are_text(tmp_path, first):
    names = [NASTY[(first + index) % len(NASTY)] for index in range(10)]
    usual = _page(make_run(tmp_path / "run", results=make_results(), names="0123456789"))
    source = f"{names[0]}<script>alert(1)</script>"
    folder = make_run(tmp_path / "x", results=make_results(), names=names, source=source)
    write_page(folder)  # what no encoder takes does not get there
    page = _Page(folder.page.read_text(encoding="utf-8"))
    assert set(page.tags) == set(usual.tags)
    shown = page.lines("td")
    assert all((plain(name) or NAMELESS) in shown for name in names)
    assert plain(source) in page.lines("dd")


def test_a_corrupted_file_is_left_out_and_named(tmp_path):
    folder = make_run(tmp_path / "run")
    for corrupted in ("{", "[]"):
        folder.results.write_text(corrupted)
        assert re.match("there are no scores: .*results.json", _warnings(folder)[0])
    folder.clusters.write_text('{"stability": "x"}')
    assert "clusters.json is corrupted: its stability must be" in _warnings(folder)[1]
    (folder.figures / "thumbnails.json").write_text("{}")
    assert "thumbnails.json is corrupted" in _warnings(folder)[2]
