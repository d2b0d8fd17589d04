"""`make demo`, twice, and `make test` in a fresh clone, on a PATH with a single Python.

    python tests/fresh_clone.py [PYTHON]

PYTHON is the one that is running by default. Both targets are shortened. Takes some minutes, most
of them downloads, and 4 GB of disk; what is committed is tested. By hand and weekly, not a part of
`make test`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHORT = "--epochs=2 --base_channels=2 --images_per_code=10 --cache_dir=cache"
FEW = "tests/losses tests/test_package.py"


def one_python(folder: Path, python: str) -> str:
    """Returns a PATH of the folder alone: the system's programs, and of all Pythons this one."""
    folder.mkdir()
    for place in ("/bin", "/usr/bin"):
        for program in Path(place).iterdir():
            link = folder / program.name
            if not program.name.startswith(("python", "pip")) and not link.is_symlink():
                link.symlink_to(program)
    asked = "import sys; print('python%d.%d' % sys.version_info[:2], sys.executable)"
    name, executable = subprocess.check_output([python, "-c", asked], text=True).split(maxsplit=1)
    # By a script: a link's environment would look for the standard library beside the link.
    (folder / name).write_text(f'#!/bin/sh\nexec "{executable.strip()}" "$@"\n')
    (folder / name).chmod(0o755)
    return str(folder)


def make(clone: Path, path: str, *arguments: str) -> list[str]:
    """Returns the lines that `make` printed.

    Raises:
        CalledProcessError: if it failed.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    print(f"$ make {' '.join(arguments)}", flush=True)
    made = subprocess.run(
        ["make", *arguments],
        cwd=clone,
        env=kept | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(made.stdout, flush=True)
    made.check_returncode()
    return made.stdout.splitlines()


def check(python: str) -> None:
    """Runs the targets with one Python; fails where they say something else than they should."""
    with tempfile.TemporaryDirectory() as place:
        clone, path = Path(place, "clone"), one_python(Path(place, "bin"), python)
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        # Half-made, as Debian without python3-venv leaves it.
        subprocess.run([python, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
        first = make(clone, path, "demo", f"ARGS={SHORT}")
        second = make(clone, path, "demo", f"ARGS={SHORT}")
        assert first[0].startswith(f".venv: made with {path}/python3."), first[0]
        assert first[1].startswith(".venv: installing") and first[2].startswith("data: "), first[:3]
        for lines in (first, second):
            assert any("NMI " in line for line in lines[-30:]), "the demo shows no scores"
            assert lines[-1] == "report: runs/demo/report.html", lines[-1]
            assert (clone / "runs" / "demo" / "report.html").is_file()
        assert any(line.startswith("finished already") for line in second)
        tested = make(clone, path, "test", f"PYTEST_ARGS={FEW}")
        assert " passed" in tested[-1], tested[-1]


if __name__ == "__main__":
    check(*sys.argv[1:] or [sys.executable])
