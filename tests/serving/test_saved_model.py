"""The SavedModel does what the live model does, in a process that does not know this package."""

import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import scale
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.serving.export_formats import export_saved_model

SIDES = {"digits": 28, "cars": 64, "youtube_faces": 128}  # the faces have two stages
COUNT = 3
FAVOURITE = 7  # the code that nearly all samples of the peaked prior have

PROGRAM = """
import sys

sys.modules["elastic_infogan_tf"] = None
try:
    import elastic_infogan_tf
except ImportError:
    pass
else:
    sys.exit("elastic_infogan_tf can be imported here")
import numpy as np
import tensorflow as tf

folder = sys.argv[1]
given = np.load(f"{folder}/given.npz")
model = tf.saved_model.load(f"{folder}/export")
results = {
    "encode_uint8": model.encode(given["pixels"]),
    "encode_float": model.encode(tf.constant(given["images"])),
    "generate": model.generate(tf.constant(given["noise"]), tf.constant(given["code"])),
    "prior": model.prior(),
    "sample": model.sample(tf.constant(5)),
    "sample_again": model.sample(tf.constant(5)),
    "default": model.signatures["serving_default"](images=tf.constant(given["pixels"])),
    "sample_signature": model.signatures["sample"](count=tf.constant(2)),
}
found = {f"{name}/{key}": value for name, outputs in results.items()
         for key, value in outputs.items()}
dtypes = {name: value.dtype.name for name, value in found.items()}
np.savez(f"{folder}/found.npz", **{name: value.numpy() for name, value in found.items()})
signatures = {name: str(s.structured_input_signature) for name, s in model.signatures.items()}
print(signatures)
"""


def _make_model(config):
    """A model whose every part shows: moving statistics that are not 0 and 1, a peaked prior."""
    model = build_model(config, None)
    kernel = model.generator.layers[-1].kernel
    kernel.assign(30 * kernel)  # a fresh second stage hardly shows the noise
    rng = np.random.default_rng(0)
    for _ in range(30):
        model(rng.uniform(-1, 1, (8, *model.image_shape)).astype(np.float32), training=True)
        noise = rng.standard_normal((8, model.noise_dim)).astype(np.float32)
        model.generator([noise, np.eye(10, dtype=np.float32)[:8]], training=True)
    logits = np.linspace(-1, 1, model.num_codes)
    logits[FAVOURITE] = 9
    model.prior.logits.assign(logits.astype(np.float32))
    return model


def _given(model):
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (COUNT, *model.image_shape), np.uint8)
    return {
        "pixels": pixels,
        "images": scale(pixels).numpy(),
        "noise": rng.standard_normal((COUNT, model.noise_dim)).astype(np.float32),
        "code": np.eye(model.num_codes, dtype=np.float32)[[0, 4, 9]],
    }


@pytest.fixture(scope="module", params=SIDES)
def served(request, tmp_path_factory, make_config):
    """The live model, what was given, what the other process found, its signatures, the side."""
    root = tmp_path_factory.mktemp("serving")
    model = _make_model(make_config(request.param, num_classes=10))
    np.savez(root / "given.npz", **_given(model))
    export_saved_model(model, root / "export")
    run = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, str(root)],
        cwd=root,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert run.returncode == 0, run.stderr
    outputs = np.load(root / "found.npz")
    return model, _given(model), outputs, eval(run.stdout), SIDES[request.param]


def _assert_close(outputs, expected):
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", ["encode_uint8", "encode_float", "default"])
def test_encode_is_the_live_q(served, endpoint):
    model, given, outputs, _, _ = served
    live = model(given["images"], training=False)
    _assert_close(outputs[f"{endpoint}/features"], live["features"])
    _assert_close(outputs[f"{endpoint}/probabilities"], tf.nn.softmax(live["logits"]))
    np.testing.assert_array_equal(outputs[f"{endpoint}/code"], np.argmax(live["logits"], axis=1))
    assert outputs[f"{endpoint}/code"].dtype == np.int64
    assert outputs[f"{endpoint}/probabilities"].shape == (COUNT, 10)
    assert np.ptp(live["features"], axis=0).max() > 1e-3  # the images are told apart at all


@pytest.mark.slow
def test_generate_is_the_live_generator(served):
    model, given, outputs, _, side = served
    live = model.generator([given["noise"], given["code"]], training=False)
    _assert_close(outputs["generate/images"], live)
    assert outputs["generate/images"].shape[:3] == (COUNT, side, side)
    assert np.ptp(live, axis=0).max() > 1e-3


@pytest.mark.slow
def test_the_prior_is_the_live_prior(served):
    model, _, outputs, _, _ = served
    probabilities = outputs["prior/probabilities"]
    _assert_close(probabilities, model.prior.probabilities)
    assert probabilities.sum() == pytest.approx(1, abs=1e-6)
    assert probabilities.argmax() == FAVOURITE


@pytest.mark.slow
def test_sample_draws_from_the_prior_and_differently_each_time(served):
    model, _, outputs, _, _ = served
    for call, count in (("sample", 5), ("sample_again", 5), ("sample_signature", 2)):
        images, code = outputs[f"{call}/images"], outputs[f"{call}/code"]
        assert images.shape == (count, *model.image_shape) and images.dtype == np.float32
        assert np.abs(images).max() <= 1
        assert code.shape == (count,) and code.dtype == np.int64
        assert set(code) <= set(range(10))
        assert np.mean(code == FAVOURITE) >= 0.5  # expected: 0.998
    assert np.abs(outputs["sample/images"] - outputs["sample_again/images"]).max() > 1e-3


@pytest.mark.slow
def test_the_signatures_are_named_and_encode_is_the_default_one(served):
    model, _, _, signatures, _ = served
    names = {"serving_default", "encode", "encode_bytes", "generate", "sample", "prior"}
    assert signatures.keys() == names  # without names of groups no group_names
    pixels = ", ".join(str(size) for size in model.image_shape)
    expected = f"(None, {pixels}), dtype=tf.uint8"
    assert expected in signatures["serving_default"] and expected in signatures["encode"]
    assert "tf.int32" in signatures["sample"]


def test_exporting_again_replaces_and_leaves_nothing_beside_it(tmp_path, make_config):
    model = build_model(make_config("digits"), None)
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "old").touch()
    export_saved_model(model, tmp_path / "export")
    assert os.listdir(tmp_path) == ["export"]
    assert not (tmp_path / "export" / "old").exists()
    assert (tmp_path / "export" / "saved_model.pb").exists()


def test_a_place_that_cannot_be_written_is_refused(tmp_path, make_config):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*export: .*--model_dir"):
        export_saved_model(build_model(make_config("digits"), None), tmp_path / "file" / "export")
    assert os.listdir(tmp_path) == ["file"]
