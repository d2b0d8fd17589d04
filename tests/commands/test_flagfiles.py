"""Which file a --flagfile names: one of the user's, or a shipped one."""

from pathlib import Path

import pytest

from elastic_infogan_tf import train
from elastic_infogan_tf.commands.arguments import expanded, shipped_flagfiles
from elastic_infogan_tf.errors import UsageError
from tests.run_command import assert_refused, run_command

FOLDER = Path(__file__).parents[2] / "flags"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_files_of_the_source_tree_are_shipped():
    files = shipped_flagfiles()
    assert len(files) > 10 and list(files) == sorted(files)
    assert sorted(files.values()) == sorted(FOLDER.iterdir())


@pytest.mark.parametrize("name", ["cars_laptop.flags", "flags/cars_laptop.flags"])
@pytest.mark.parametrize("form", ["--flagfile={}", "-flagfile={}", "--flagfile {}"])
def test_a_shipped_file_is_found_from_anywhere(name, form):
    arguments = ["--epochs=1", *form.format(name).split(), "--seed=2"]
    lines = (FOLDER / "cars_laptop.flags").read_text().splitlines()
    expected = ["--epochs=1", *(line for line in lines if line.startswith("-")), "--seed=2"]
    assert expanded(arguments) == expected and len(expected) > 4


def test_a_file_that_is_here_goes_before_a_shipped_one(place):
    (place / "cars_laptop.flags").write_text("--seed=3\n")
    arguments = ["--flagfile=cars_laptop.flags", f"--flagfile={place}/cars_laptop.flags"]
    assert expanded(arguments) == ["--seed=3"] * 2


def test_a_home_folder_is_looked_into(place, monkeypatch):
    monkeypatch.setenv("HOME", str(place))
    (place / "mine.flags").write_text("--seed=3\n")
    assert expanded(["--flagfile=~/mine.flags"]) == ["--seed=3"]


def test_files_may_begin_with_a_byte_order_mark_and_name_others(place):
    (place / "a").write_bytes("\ufeff--seed=3\r\n\r\n# ü\r\n// x\r\n  --flagfile=b\r\n".encode())
    (place / "b").write_text("--epochs 5\n")
    assert expanded(["--flagfile=a", "x"]) == ["--seed=3", "--epochs 5", "x"]


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\xfe-\x00", "cannot be read"), (b"--flagfile=a", "names itself")]
)
def test_what_is_no_flagfile_is_refused(place, content, said):
    (place / "a").write_bytes(content)
    with pytest.raises(UsageError, match=f"--flagfile=a {said}"):
        expanded(["--flagfile=a"])


@pytest.mark.parametrize(
    "name", ["gone.flags", "flags/gone.flags", "other/cars.flags", "flags", "../cars.flags", ""]
)
def test_another_name_is_refused_with_the_shipped_ones(place, name):
    (place / "flags").mkdir()
    with pytest.raises(UsageError, match=f"--flagfile={name} is no file here") as caught:
        expanded([f"--flagfile={name}"])
    assert "cars_laptop.flags, cars_sweep_laptop.flags" in str(caught.value)


def test_other_arguments_stay_as_they_are():
    arguments = ["flagfile", "--flagfiles=x", "--model_dir=--flagfile=x", "--flagfile"]
    assert expanded(arguments) == arguments


def test_a_command_reads_a_shipped_file_or_refuses():
    code, out, err = run_command(
        train, "--flagfile=digits_laptop.flags", "--base_channels=3", "--dry_run=json"
    )
    assert code == 0, err
    assert '"epochs": 60' in out and '"base_channels": 3' in out
    assert_refused(run_command(train, "--flagfile=gone.flags"), "gone.flags", "digits_laptop.flags")
