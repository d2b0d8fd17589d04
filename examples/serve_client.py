"""Asks a served model which group an image is of, and for new images; needs nothing but Python.

Serve a run's export by TensorFlow Serving first (docs/serving.md), then, in a second:

    python examples/serve_client.py image.png
    python examples/serve_client.py image.png --url=http://localhost:8501/v1/models/cars
"""

import argparse
import base64
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

URL = "http://localhost:8501/v1/models/cars"


def ask(url: str, request: dict[str, Any]) -> dict[str, Any]:
    """Returns the answer to one request.

    Raises:
        urllib.error.HTTPError: if the model refuses it; the body says why in a sentence.
    """
    body = json.dumps(request).encode()
    with urllib.request.urlopen(f"{url}:predict", body, timeout=60) as answer:
        return json.load(answer)


def group_of(url: str, image: Path) -> dict[str, Any]:
    """Returns what Q makes of a PNG or JPEG file of any size: code, probabilities, features."""
    row = {"b64": base64.b64encode(image.read_bytes()).decode()}
    request = {"signature_name": "encode_bytes", "instances": [row]}
    return ask(url, request)["predictions"][0]


def new_images(url: str, count: int) -> dict[str, Any]:
    """Returns images in [-1, 1], `[count, h, w, c]` in lists, and the code of each."""
    return ask(url, {"signature_name": "sample", "inputs": {"count": count}})["outputs"]


def main(argv: Sequence[str] | None = None) -> int:
    """Prints an image's group and what was drawn; returns the exit code."""
    parser = argparse.ArgumentParser(description="Asks a served model.")
    parser.add_argument("image", type=Path, help="PNG or JPEG file")
    parser.add_argument("--url", default=URL, help="of the served model")
    options = parser.parse_args(argv)
    try:
        found = group_of(options.url, options.image)
        name = found.get("group", found["code"])  # with --names of export a group has a name
        print(f"{options.image}: group {name}, probability {max(found['probabilities']):.3f}")
        print("new images of codes", new_images(options.url, 4)["code"])
    except urllib.error.HTTPError as error:
        print(f"refused: {json.load(error)['error']}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
