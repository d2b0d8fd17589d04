"""The notebook on own pictures runs as it stands, at a tiny size."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "docs" / "own_pictures.ipynb"
TINY = {
    '["--steps=2400"]': '["--steps=2", "--base_channels=2", "--noevaluate"]',
    "examples = 170": "examples = 20",
}


@pytest.mark.slow
def test_the_notebook_goes_from_an_empty_folder_to_named_groups(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (settings,) = (cell for cell in notebook.cells if "settings" in cell.metadata.get("tags", []))
    for usual, tiny in TINY.items():
        assert usual in settings.source
        settings.source = settings.source.replace(usual, tiny)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    said = "".join(output["text"] for output in outputs if output.output_type == "stream")
    assert "110 pictures" in said and said.strip().endswith("the largest")
    assert len((tmp_path / "run" / "groups" / "groups.csv").read_text().splitlines()) == 111
