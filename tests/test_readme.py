"""What the README says to type into Python runs."""

import re
from pathlib import Path

import numpy as np

README = Path(__file__).resolve().parents[1] / "README.md"


def _block(heading):
    """The first Python of a section."""
    section = README.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]


def test_own_networks_and_images_train_from_python():
    names = {}
    exec(compile(_block("Use it from Python"), str(README), "exec"), names)
    model, pictures = names["model"], names["pictures"]
    assert model.step == 2 * 512 // 64
    assert pictures.shape == (9, 16, 16, 3) and pictures.dtype == np.uint8
    assert np.ptp(pictures, axis=0).max() > 0  # the noise shows
    assert np.any(model.prior.logits.numpy())  # the prior has learned
