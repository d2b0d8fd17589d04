"""What the documents point at is there, and the commands in them are understood."""

import re
import shlex
from pathlib import Path

import pytest

from elastic_infogan_tf import __main__
from tests.command_flags import COMMANDS, resolve

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IMAGES = sorted((ROOT / "docs").rglob("*.png"))
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`]+)`")
every_page = pytest.mark.parametrize(
    "page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES]
)


def _links(page):
    """The page's links into the repository: file and heading, each may be empty."""
    for target in _LINK.findall(_BLOCK.sub("", page.read_text())):
        if not re.match(r"\w+:", target):
            yield target.partition("#")[::2]


def _anchors(page):
    """The page's headings as they are linked to."""
    headings = re.findall(r"^#+ (.+)$", _BLOCK.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _commands(page):
    """The page's commands with flags that `resolve` knows, as (module, arguments)."""
    text = page.read_text()
    lines = [line for block in _BLOCK.findall(text) for line in block.splitlines()]
    spans = [" ".join(span.split()) for span in _SPAN.findall(_BLOCK.sub("", text))]
    for line in lines + spans:
        words = shlex.split(line, comments=True) if line.startswith("elastic-infogan ") else []
        if len(words) > 2 and words[1] in COMMANDS and "--help" not in words:
            yield words[1], words[2:]


@every_page
def test_every_link_leads_somewhere(page):
    for file, heading in _links(page):
        target = page.parent / file if file else page
        assert target.exists(), file
        assert not heading or heading in _anchors(target), f"{file}#{heading}"


def test_every_image_is_shown_by_a_page():
    shown = {(page.parent / file).resolve() for page in PAGES for file, _ in _links(page)}
    assert [image for image in IMAGES if image not in shown] == []


def test_every_page_of_results_is_in_their_index():
    index = ROOT / "docs" / "results" / "README.md"
    listed = {file for file, _ in _links(index)}
    assert {page.name for page in index.parent.glob("*.md")} - {"README.md"} <= listed


@every_page
def test_every_flagfile_that_is_named_is_there(page):
    for name in re.findall(r"(?:flags/|--flagfile=)([\w*]+\.flags)", page.read_text()):
        assert list(ROOT.glob(f"flags/{name}")), name


@every_page
def test_its_commands_are_understood(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    for module, arguments in _commands(page):
        runs, _ = resolve(module, arguments)
        assert runs


@every_page
def test_its_programs_are_there(page):
    text = page.read_text()
    for module in re.findall(r"python -m ((?:elastic_infogan_tf|tools)[\w.]*)", text):
        assert ROOT.joinpath(*module.split(".")).with_suffix(".py").is_file(), module
    assert {*re.findall(r"^elastic-infogan (\w+)", text, re.MULTILINE)} <= {*__main__.COMMANDS}


@every_page
def test_every_command_has_one_spelling(page):
    other = re.findall(r"python -m (elastic_infogan_tf[\w.]*)", page.read_text())
    assert other == (["elastic_infogan_tf.train"] if page == ROOT / "README.md" else [])


def test_commands_are_found():
    assert len([command for page in PAGES for command in _commands(page)]) >= 20


def test_the_notes_are_short():
    assert len((ROOT / "BUILD_NOTES.md").read_text().splitlines()) <= 80
