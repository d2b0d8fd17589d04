"""The image has what the package is built of, and begins with the demo."""

import json
import re
from pathlib import Path

from elastic_infogan_tf.__main__ import COMMANDS
from elastic_infogan_tf.commands.arguments import shipped_flagfiles
from tests.test_wheel import SOURCES

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_it_copies_what_a_wheel_is_built_of():
    copied = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert sorted(" ".join(copied).split()) == sorted(SOURCES)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in SOURCES} == {line for line in ignored if line.startswith("!")}


def test_it_runs_the_demo():
    command, *arguments = json.loads(re.search(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)[1])
    assert command in COMMANDS
    demo = (ROOT / "Makefile").read_text()
    (flagfile,) = (one.partition("=")[2] for one in arguments if one.startswith("--flagfile"))
    assert flagfile in shipped_flagfiles() and f"--flagfile=flags/{flagfile}" in demo
