"""Corruption to files of JSON and CSV that knows their structure, drawn from a seed."""

import copy
import json
import random

_HUGE = "x" * 100_000
VALUES = (
    *(None, True, False, 0, -1, 1, 2.5, 7.997, 10**400, -(10**400), 2**63, float("nan")),
    *(float("inf"), 1e308, "", "x", "-1", "\u0000", "\ud800", "../../x", _HUGE, "\u202eab\n"),
    *([], {}, [[]], [None], [-1], ["x"], {"x": 1}, {"": {"": []}}, [10**400], [float("nan")] * 10),
)
_KINDS = ("leaf", "leaf", "leaf", "delete", "add", "twice", "bytes", "text")
_DEEP = b'{"a":' * 100_000
_TEXTS = (
    b"",
    b"\xef\xbb\xbf",
    b"null",
    b"[]",
    b"{}",
    b'"x"',
    b"NaN",
    b"1e999",
    _DEEP,
    b"[" * 100_000,
)
CELLS = (
    "",
    "x",
    "-1",
    "nan",
    "inf",
    "1e400",
    "9" * 5000,
    "1_0",
    "\u0663",
    '"',
    "a,b",
    "\x00",
    _HUGE,
)


def corrupted_json(content, rng: random.Random) -> bytes:
    """Returns the bytes of a JSON value after one to three corruptions."""
    content = copy.deepcopy(content)
    data = b""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        kind = rng.choice(_KINDS)
        if kind == "text":
            return rng.choice(_TEXTS)
        if kind == "bytes":
            data = json.dumps(content).encode()
            return corrupted_bytes(data, rng)
        _corruption_tree(content, kind, rng)
    return json.dumps(content).encode()


def _corruption_tree(content, kind, rng):
    parents = [one for one in _containers(content) if one]
    if not parents:
        return
    parent = rng.choice(parents)
    keys = list(parent) if isinstance(parent, dict) else range(len(parent))
    key = rng.choice(list(keys))
    if kind == "leaf":
        parent[key] = copy.deepcopy(rng.choice(VALUES))
    elif kind == "delete":
        del parent[key]
    elif isinstance(parent, dict):
        parent[rng.choice(("x", "", "epochs", "prior"))] = copy.deepcopy(rng.choice(VALUES))
    elif kind == "twice":
        parent.append(copy.deepcopy(parent[key]))


def _containers(content):
    """Yields all objects and lists of a JSON value."""
    if isinstance(content, dict | list):
        yield content
        for part in content.values() if isinstance(content, dict) else content:
            yield from _containers(part)


def corrupted_bytes(data: bytes, rng: random.Random) -> bytes:
    """Returns bytes that were cut, overwritten, repeated or marked."""
    place = rng.randrange(len(data) + 1)
    garbage = rng.randbytes(rng.randrange(1, 20))
    return rng.choice(
        (
            data[:place],
            data[:place] + garbage + data[place + len(garbage) :],
            data[:place] + garbage + data[place:],
            data[:place] + bytes(64) + data[place + 64 :],
            b"\xef\xbb\xbf" + data,
            data + data,
            data.decode(errors="replace").encode("utf-16"),
        )
    )


def corrupted_csv(text: str, rng: random.Random) -> bytes:
    """Returns the bytes of a CSV file after a corruption to a cell, a line or any bytes."""
    rows = [line.split(",") for line in text.splitlines()]
    kind = rng.choice(("cell", "cell", "cell", "drop", "add", "lines", "bytes"))
    row = rng.choice(rows)
    if kind == "cell":
        row[rng.randrange(len(row))] = rng.choice(CELLS)
    elif kind == "drop":
        del row[rng.randrange(len(row))]
    elif kind == "add":
        row.insert(rng.randrange(len(row) + 1), rng.choice(CELLS))
    elif kind == "lines":
        rng.shuffle(rows)
    else:
        return corrupted_bytes(text.encode(), rng)
    return "\n".join(map(",".join, rows)).encode() + b"\n"
