"""What the documents say to type into Python runs."""

import re
from pathlib import Path

import numpy as np

PAGE = Path(__file__).resolve().parents[1] / "docs" / "python.md"


def test_own_networks_and_images_train_from_python():
    names = {}
    program = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]
    exec(compile(program, str(PAGE), "exec"), names)
    model, pictures = names["model"], names["pictures"]
    assert model.step == 2 * 512 // 64
    assert pictures.shape == (9, 16, 16, 3) and pictures.dtype == np.uint8
    assert np.ptp(pictures, axis=0).max() > 0  # the noise shows
    assert np.any(model.prior.logits.numpy())  # the prior has learned
