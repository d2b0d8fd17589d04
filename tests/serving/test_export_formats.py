"""Other formats do what the live model does, and are refused if they do not."""

import json
import sys

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.serving import export_formats
from elastic_infogan_tf.serving.export_formats import export_saved_model


@pytest.fixture(scope="module")
def model(make_config):
    model = build_model(make_config("digits", num_classes=10), None)
    for layer in model.layers:  # fresh networks hardly tell images apart
        for weight in layer.trainable_weights:
            weight.assign(weight * 8)
    return model


def _export(model, folder, formats):
    tried = {}
    export_saved_model(
        model, folder, add=lambda path: tried.update(export_formats.write(model, path, formats))
    )
    return tried


def _assert_small(differences):
    assert set(differences) == {"probabilities", "features", "images"}
    assert max(differences["probabilities"], differences["images"]) < 1e-3


@pytest.mark.slow
def test_tflite_takes_any_number_of_rows_and_is_the_live_model(model, tmp_path):
    tried = _export(model, tmp_path / "export", ("tflite",))
    assert json.loads((tmp_path / "export" / "formats.json").read_text()) == tried
    assert tried["tflite"]["files"] == ["encode.tflite", "generate.tflite"]
    assert set(tried) == {"step", "saved_model", "tflite"}
    for name in ("saved_model", "tflite"):
        _assert_small(tried[name]["largest_difference"])
    images = np.random.default_rng(0).uniform(-1, 1, (5, 28, 28, 1)).astype(np.float32)
    interpreter = tf.lite.Interpreter(str(tmp_path / "export" / "encode.tflite"))
    outputs = interpreter.get_signature_runner()(images=images)
    live = model(images, training=False)
    np.testing.assert_allclose(outputs["features"], live["features"], rtol=1e-4, atol=1e-2)
    np.testing.assert_array_equal(outputs["code"], np.argmax(live["logits"], axis=1))
    assert np.ptp(live["features"], axis=0).max() > 1
    assert any("tflite (encode.tflite" in line for line in export_formats.describe(tried))


def test_onnx_is_the_live_model(model, tmp_path):
    for package in ("onnx", "onnxruntime", "tf2onnx"):
        pytest.importorskip(package)
    tried = _export(model, tmp_path / "export", ("onnx",))
    assert tried["onnx"]["files"] == ["encode.onnx", "generate.onnx"]
    _assert_small(tried["onnx"]["largest_difference"])


def test_what_differs_is_refused_and_the_old_export_stays(model, tmp_path, monkeypatch):
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "old").touch()
    monkeypatch.setattr(export_formats, "TOLERANCE", -1.0)
    with pytest.raises(UsageError, match=r"as saved_model is not the live model: its prob"):
        _export(model, tmp_path / "export", ())
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
    assert (tmp_path / "export" / "old").exists()


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(
        UsageError, match=r'needs onnx, .* pip install "elastic-infogan-tf\[onnx\]"'
    ):
        export_formats.require(("onnx",))
    export_formats.require(("saved_model", "tflite"))
