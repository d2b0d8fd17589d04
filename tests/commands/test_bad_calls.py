"""Every flag of every command refuses what it cannot take: one sentence, exit code 2, no file."""

import importlib
import math
import os
import unittest.mock
from pathlib import Path

import pytest

from elastic_infogan_tf.commands import setting_flags
from elastic_infogan_tf.settings import declare
from tests.run_command import assert_refused, run_command

# What each command cannot do without, so that a refusal is of the flag that is tried. What would be
# done with a bad value that is not refused comes to its end soon, with words on something else.
CALLS = {
    "elastic_infogan_tf.train": ["--dataset=digits", "--strategy=multi_worker"],
    "elastic_infogan_tf.explore": ["--dataset=image_folder", "--data_dir=gone"],
    "elastic_infogan_tf.evaluate": ["--model_dir=gone"],
    "elastic_infogan_tf.export": ["--model_dir=gone"],
    "elastic_infogan_tf.sort": ["--model_dir=gone", "--data_dir=.", "--out=sorted"],
    "tools.augmentation_sheet": ["--dataset=cars", "--data_dir=gone", "--out=sheet.png"],
    "tools.benchmark_steps": ["--step=gone:gone:1"],
    "tools.make_tables": ["gone"],
    "tools.plot_curves": ["gone", "--out=chart.png"],
    "tools.prepare_data": ["shapenet", "--data_dir=gone"],
    "tools.render_builtin_cars": ["--out=/dev/null/cars.npz"],
    "tools.sweep": ["--datasets=digits", "--methods=joint_vae", "--out=out", "--dry_run"],
    "tools.update_golden": [],
}
NUMBERS = (-1, 0, 10**30, -math.inf, math.nan)


def _settings(command):
    """Returns the settings that a command defines flags of."""
    owners = []

    def spy(values, *more, **named):
        owners.extend(more)
        return define(values, *more, **named)

    define = setting_flags.define
    with unittest.mock.patch.object(setting_flags, "define", spy):
        importlib.import_module(command).main(["--help"])
    return [one for owner in owners for one in declare.settings_of(owner) if one.flag is not None]


def _bad_values(one):
    """Yields what a setting's flag may not be, as texts."""
    if one.kind in (int, float):
        yield "many"
        allowed = one.bounds or declare.Bounds("", lambda _: True)
        for number in NUMBERS:
            value = float(number) if one.kind is float else number
            if one.kind is int and isinstance(number, float):
                continue  # no whole number, as `many`
            if not (declare.is_a(value, one.kind) and allowed.allows(value)):
                yield str(number)
    elif one.kind is bool:
        yield "perhaps"
    elif one.list_of is float:
        yield "1,two"
    elif one.choices is not None:
        yield "nonsense"
    elif one.kind is Path and one.bounds is declare.PNG:
        yield "image.gif"


def _calls():
    return list(_all_calls())


def _all_calls():
    for command, needed in CALLS.items():
        yield pytest.param(command, [*needed, "--no_such_flag=1"], "no_such_flag", id=f"{command}")
        for one in _settings(command):
            for value in _bad_values(one):
                call = f"--{one.flag}={value}"
                yield pytest.param(command, [*needed, call], one.flag, id=f"{command} {call}")


@pytest.mark.parametrize(("command", "call", "flag"), _calls())
def test_it_is_refused(command, call, flag, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_refused(run_command(importlib.import_module(command), *call), flag)
    assert os.listdir(tmp_path) == []


def test_no_command_is_left_out():
    from elastic_infogan_tf.__main__ import COMMANDS

    assert {command.module for command in COMMANDS.values()} <= set(CALLS)
