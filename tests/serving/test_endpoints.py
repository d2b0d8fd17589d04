"""What the endpoints answer and refuse, by functions, signatures, Keras layers and REST."""

import io
import json
import urllib.error
import urllib.request

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from elastic_infogan_tf.groups.groups import read_names
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.serving.export_formats import export_saved_model
from examples import serve_client
from tests.run.rest_server import serve

SHAPE = (28, 28, 1)
NOISE_DIM, NUM_CODES = 62, 10
JOINED, APART = "zéro", "five"


@pytest.fixture(scope="module")
def exported(tmp_path_factory, make_config):
    """The folder of a SavedModel with names: codes 0 to 3 are one group, 5 another."""
    root = tmp_path_factory.mktemp("endpoints")
    (root / "names.csv").write_text(
        "".join(f"{code},{JOINED}\n" for code in range(4)) + f"5,{APART}\n", encoding="utf-8"
    )
    model = build_model(make_config("digits", num_classes=NUM_CODES), None)
    for layer in model.layers:  # fresh networks hardly tell images apart
        for weight in layer.trainable_weights:
            weight.assign(weight * 8)
    export_saved_model(model, root / "export", read_names(root / "names.csv", NUM_CODES))
    return root / "export"


@pytest.fixture(scope="module")
def loaded(exported):
    return tf.saved_model.load(str(exported))


def _png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(buffer, format="PNG")
    return buffer.getvalue()


def _pixels(count=3):
    return np.random.default_rng(0).integers(0, 256, (count, *SHAPE), np.uint8)


def _noise(count=3, size=NOISE_DIM):
    return np.random.default_rng(0).standard_normal((count, size)).astype(np.float32)


def _codes(count=3, num_codes=NUM_CODES):
    return np.eye(num_codes, dtype=np.float32)[:count]


def _floats(value=0.0, shape=SHAPE):
    return tf.fill([2, *shape], tf.constant(value, tf.float32))


WRONG = {
    "size": ("encode", (_floats(shape=(5, 5, 1)),), r"\[n, 28, 28, 1\]; found \[2 5 5 1\]; give"),
    "no_batch": ("encode", (tf.zeros(SHAPE, tf.uint8),), r"found \[28 28 1\]"),
    "scalar": ("encode", (tf.constant(1.0),), r"found \[\]"),
    "too_deep": ("encode", (tf.zeros([1, 1, *SHAPE], tf.uint8),), r"found \[1 1 28 28 1\]"),
    "nan": ("encode", (_floats(np.nan),), r"\[-1, 1\]; found 1568 that are not finite"),
    "unscaled": ("encode", (_floats(255.0),), r"otherwise 255 to 255; give pixels / 127.5 - 1"),
    "files_shape": ("encode_bytes", (tf.constant([["a"]]),), r"shape \[n\]; found \[1 1\]"),
    "no_file": ("encode_bytes", (tf.constant(["a"]),), "must be PNG or JPEG files"),
    "noise_size": ("generate", (_noise(size=9), _codes()), r"\[n, 62\]; found \[3 9\]"),
    "noise_nan": ("generate", (_noise() * np.inf, _codes()), "noise must be finite"),
    "code_size": ("generate", (_noise(), _codes(num_codes=9)), r"\[n, 10\]; found \[3 9\]"),
    "mixture": ("generate", (_noise(), _codes() / 2), "one-hot, .* found 3 rows that are not"),
    "two_hot": ("generate", (_noise(1), np.ones([1, 10], np.float32)), "one-hot, .* found 1 rows"),
    "nan_code": ("generate", (_noise(), _codes() * np.nan), "one-hot"),
    "rows": ("generate", (_noise(2), _codes(3)), "found 2 rows of noise and 3 of code"),
    "none": ("sample", (tf.constant(0),), "from 1 to 10000; found 0; ask"),
    "negative": ("sample", (tf.constant(-3),), "found -3"),
    "too_many": ("sample", (tf.constant(10_001),), "found 10001"),
    "counts": ("sample", (tf.constant([1, 2]),), r"found \[1 2\]"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_answered_by_a_sentence(loaded, case):
    endpoint, given, message = WRONG[case]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        getattr(loaded, endpoint)(*given)


def test_signatures_check_what_their_specifications_do_not(loaded):
    signatures = loaded.signatures
    with pytest.raises(tf.errors.InvalidArgumentError, match="one-hot"):
        signatures["generate"](noise=tf.constant(_noise()), code=tf.constant(_codes() * 2))
    with pytest.raises(tf.errors.InvalidArgumentError, match="from 1 to 10000"):
        signatures["sample"](count=tf.constant(0))
    with pytest.raises(tf.errors.InvalidArgumentError, match="PNG or JPEG"):
        signatures["encode_bytes"](image_bytes=tf.constant(["a"]))
    # A shape that the signature does not declare reaches the graph, as from a server.
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"found \[2 5 5 1\]"):
        signatures["encode"](images=tf.zeros([2, 5, 5, 1], tf.uint8))
    with pytest.raises((TypeError, tf.errors.InvalidArgumentError), match="uint8"):
        signatures["encode"](images=tf.zeros([2, *SHAPE], tf.int32))


@pytest.mark.parametrize("rank", [1, 4])
def test_no_rows_give_no_rows(loaded, rank):
    """A list of none is `[0]` in JSON, whatever it should hold."""
    images = np.zeros([0, *SHAPE][:rank], np.uint8)
    encoded = loaded.encode(images)
    assert encoded["probabilities"].shape == (0, NUM_CODES)
    assert encoded["code"].shape == encoded["group"].shape == (0,)
    assert loaded.encode(images.astype(np.float32))["features"].shape[0] == 0
    assert loaded.encode_bytes(tf.constant([], tf.string))["probabilities"].shape == (0, NUM_CODES)
    shape = [0, NOISE_DIM][:rank], [0, NUM_CODES][:rank]
    assert loaded.generate(*map(tf.zeros, shape))["images"].shape == (0, *SHAPE)


def test_files_are_encoded_as_their_pixels(loaded):
    pixels = _pixels()
    files = loaded.encode_bytes(tf.constant([_png(image) for image in pixels]))
    for name, value in loaded.encode(pixels).items():
        np.testing.assert_array_equal(files[name], value)
    assert np.ptp(files["features"], axis=0).max() > 1e-3


def test_groups_are_named_and_joined(loaded):
    of_codes = [JOINED] * 4 + ["4", APART] + [str(code) for code in range(6, NUM_CODES)]
    names = [name.decode() for name in loaded.group_names()["group_names"].numpy()]
    assert names == of_codes
    outputs = loaded.encode(_pixels(40))
    joined = outputs["probabilities"].numpy()
    sums = {name: joined[:, np.array(of_codes) == name].sum(axis=1) for name in of_codes}
    expected = [max(sums, key=lambda name: sums[name][row]) for row in range(40)]
    assert [group.decode() for group in outputs["group"].numpy()] == expected
    drawn = loaded.sample(tf.constant(50))
    expected = [of_codes[code] for code in drawn["code"].numpy()]
    assert [group.decode() for group in drawn["group"].numpy()] == expected


LAYERS = {
    "encode": lambda: _pixels(),
    "encode_bytes": lambda: tf.constant([_png(image) for image in _pixels()]),
    "generate": lambda: [tf.constant(_noise()), tf.constant(_codes())],
    "sample": lambda: tf.constant(3),
    "prior": lambda: tf.zeros([2, 5]),
    "group_names": lambda: None,
}


@pytest.mark.parametrize("endpoint", LAYERS)
def test_every_endpoint_is_a_keras_layer(exported, loaded, endpoint):
    layer = keras.layers.TFSMLayer(str(exported), call_endpoint=endpoint)
    outputs = layer(LAYERS[endpoint]())
    expected = loaded.signatures[endpoint].structured_outputs
    assert set(outputs) == set(expected)
    for name, value in outputs.items():
        assert value.dtype == expected[name].dtype and len(value) == (
            NUM_CODES if endpoint in ("prior", "group_names") else 3
        )


def test_layers_take_other_structures_and_become_models(exported, loaded):
    generate = keras.layers.TFSMLayer(str(exported), call_endpoint="generate")
    named = generate({"noise": tf.constant(_noise()), "code": tf.constant(_codes())})["images"]
    expected = loaded.generate(_noise(), _codes())["images"]
    np.testing.assert_allclose(named, expected, atol=1e-6)
    image = keras.Input(SHAPE)
    encode = keras.layers.TFSMLayer(str(exported), call_endpoint="encode")
    model = keras.Model(image, encode(image)["probabilities"])
    assert model.output_shape == (None, NUM_CODES)
    assert np.ptp(expected, axis=0).max() > 1e-3


def _ask(port, request):
    url = f"http://localhost:{port}/v1/models/cars:predict"
    try:
        with urllib.request.urlopen(url, json.dumps(request).encode()) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def test_the_example_and_other_requests_are_answered(exported, loaded, tmp_path, capsys):
    pixels = _pixels()
    image = tmp_path / "image.png"
    image.write_bytes(_png(pixels[0]))
    live = loaded.encode(pixels[:1])
    with serve(exported, "cars") as port:
        url = f"http://localhost:{port}/v1/models/cars"
        outputs = serve_client.group_of(url, image)
        assert outputs["code"] == live["code"].numpy()[0]
        np.testing.assert_allclose(outputs["features"], live["features"][0], rtol=1e-5)
        assert serve_client.main([str(image), f"--url={url}"]) == 0
        group = live["group"].numpy()[0].decode()
        assert f"group {group}, probability" in capsys.readouterr().out
        image.write_bytes(b"no image")
        assert serve_client.main([str(image), f"--url={url}"]) == 1
        assert "must be PNG or JPEG files" in capsys.readouterr().err
        encoded = _ask(port, {"instances": pixels.tolist()})["predictions"]
        assert [row["code"] for row in encoded] == loaded.encode(pixels)["code"].numpy().tolist()
        rows = [
            {"noise": noise, "code": code}
            for noise, code in zip(_noise().tolist(), _codes().tolist(), strict=True)
        ]
        images = _ask(port, {"signature_name": "generate", "instances": rows})["predictions"]
        assert np.shape(images) == (3, *SHAPE)
        drawn = _ask(port, {"signature_name": "sample", "inputs": {"count": 4}})["outputs"]
        assert len(drawn["code"]) == 4
        refused = _ask(port, {"signature_name": "encode_bytes", "instances": ["no file"]})
        assert "must be PNG or JPEG files" in refused["error"]
