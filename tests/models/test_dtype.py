"""Networks that compute in bfloat16: every method trains, and what stays float32.

First losses are compared with the golden ones, which are float32's.
"""

import dataclasses
import functools
import json
import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import batches
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.build import build_encoder, build_model
from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
from elastic_infogan_tf.models.networks import infogan_networks, layers
from elastic_infogan_tf.models.networks.layers import UpsamplingConv2D
from elastic_infogan_tf.models.networks.stages import build_stages
from elastic_infogan_tf.models.prior import Prior
from elastic_infogan_tf.settings.methods import METHODS
from tools import update_golden

# bfloat16 has 8 binary digits; the losses of a fresh model move by far less than one of theirs.
TOLERANCE = {"rtol": 1e-2, "atol": 5e-3}
# Each method once, and all kinds of networks.
CASES = [f"{method}/infogan" for method in METHODS]
CASES += ["joint_vae/stackgan", "elastic_infogan/two_stages"]  # whose first stage is stackgan's
MIXED = "mixed_bfloat16"


def _in(config, dtype):
    return dataclasses.replace(config, model=dataclasses.replace(config.model, dtype=dtype))


@pytest.fixture(scope="module")
def golden():
    """The golden configurations by name, and their losses."""
    return dict(update_golden.cases()), json.loads(update_golden.LOSSES.read_text())


COUNT = 24  # images


def _batch(config):
    """The first batch of a run on random images, as the golden numbers were made with."""
    return _first_batch(config.data.image_shape, config.data.augmentation)


@functools.cache
def _first_batch(shape, augmentation):
    images = np.random.default_rng(0).integers(0, 256, (COUNT, *shape), np.uint8)
    return next(iter(batches(images, 4, 0, augmentation, stop_step=1)))


@pytest.mark.parametrize("name", CASES)
def test_a_step_has_float32s_losses_and_float32_state(golden, name):
    config, losses = _in(golden[0][name], "bfloat16"), golden[1][name]
    model = build_model(config, np.arange(1, 11), COUNT)
    kinds = {layer.compute_dtype for part in model.layers for layer in part._flatten_layers()}
    assert kinds == {"float32", "bfloat16"}
    batch = _batch(config)
    logs = model.train_step(batch)
    for key, values in losses.items():
        np.testing.assert_allclose(logs[key], values[0], **TOLERANCE, err_msg=key)
    if model.next_clustering is not None:
        model.take_clusters(np.arange(COUNT) % 10, np.ones(COUNT))
        logs |= {f"clustered_{key}": value for key, value in model.train_step(batch).items()}
    assert all(np.isfinite(value) and value.dtype == tf.float32 for value in logs.values())
    state = [*model.variables, *(one for each in model.optimizers for one in each.variables)]
    assert all(one.dtype == "float32" for one in state if "float" in one.dtype)
    seen = [model.generator([tf.zeros([2, model.noise_dim]), tf.eye(10)[:2]])]
    seen += model(batch["image"]).values()
    assert all(tensor.dtype == tf.float32 for tensor in seen)


def test_the_encoder_alone_computes_in_it_too(make_config):
    own = {"num_classes": 2, "method": "clustered_infogan", "epochs": 2}
    config = make_config("npz", **own, dtype="bfloat16")
    encoder = build_encoder(config, COUNT)
    assert encoder.recogniser.trunk.layers[-1].compute_dtype == "bfloat16"
    logs = encoder.train_step(_batch(config))
    assert np.isfinite(logs["contrastive_loss"])


def test_both_start_with_the_same_weights(make_config):
    one, two = (build_model(make_config("digits", dtype=x), None) for x in ("float32", "bfloat16"))
    for first, second in zip(one.weights, two.weights, strict=True):
        np.testing.assert_array_equal(first, second)


def test_statistics_of_batches_are_float32():
    norm = layers.batch_norm("norm", MIXED)
    batch = tf.random.stateless_normal([64, 3], [0, 0], mean=1.0)
    outputs = norm(batch, training=True)
    assert outputs.dtype == tf.bfloat16
    seen = tf.cast(tf.cast(batch, tf.bfloat16), tf.float32)
    np.testing.assert_allclose(norm.moving_mean, 0.1 * tf.reduce_mean(seen, 0), rtol=1e-5)
    # In bfloat16 it would be wrong from the third digit on.
    variance = 0.9 + 0.1 * tf.math.reduce_variance(seen, 0)
    np.testing.assert_allclose(norm.moving_variance, variance, rtol=1e-5)


def test_the_upsampling_kernel_is_folded_in_float32():
    layer = UpsamplingConv2D(64, keras.initializers.RandomNormal(seed=0), dtype=MIXED)
    image = layer(tf.ones([1, 1, 1, 1]))
    assert image.dtype == tf.bfloat16 and layer.kernel.dtype == "float32"
    kernel = layer.kernel.numpy()[:, :, 0]
    # Of the four pixels of one enlarged pixel each sees four places of the kernel.
    places = [slice(1, 3), slice(0, 2)]
    sums = [[kernel[rows, columns].sum(axis=(0, 1)) for columns in places] for rows in places]
    np.testing.assert_array_equal(image[0], tf.cast(np.array(sums), tf.bfloat16))


def test_an_unknown_dtype_is_refused():
    with pytest.raises(
        ValueError, match=r"dtype must be one of float32, bfloat16\. Received: dtype"
    ):
        layers.policy("float16")


@pytest.fixture
def old_family(monkeypatch):
    """The name of a module of networks that know nothing of dtypes."""
    module = types.ModuleType("somebodys.networks")
    module.generator = lambda *sizes: infogan_networks.generator(*sizes)
    for name in ("trunk", "discriminator_head", "q_head"):
        setattr(module, name, getattr(infogan_networks, name))
    monkeypatch.setitem(sys.modules, "somebodys", types.ModuleType("somebodys"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module.__name__


def test_own_networks_without_a_dtype_are_float32_or_refused(old_family):
    sizes = {"noise_dim": 4, "num_codes": 3, "base_channels": 1}
    (stage,) = build_stages(old_family, (28, 28, 1), **sizes)
    assert stage.generator.output_shape == (None, 28, 28, 1)
    with pytest.raises(
        UsageError, match=r"somebodys\.networks cannot compute in bfloat16: its gen"
    ):
        build_stages(old_family, (28, 28, 1), **sizes, dtype="bfloat16")


@pytest.mark.parametrize("name", ["generator", "discriminator_head", "q_head"])
def test_own_networks_that_give_losses_another_type_are_refused(own_stage, name):
    stage = own_stage()
    network = getattr(stage, name)
    cast = keras.layers.Activation("linear", dtype=MIXED)
    outputs = network.output
    low = {key: cast(one) for key, one in outputs.items()} if name == "q_head" else cast(outputs)
    bad = dataclasses.replace(stage, **{name: keras.Model(network.inputs, low)})
    with pytest.raises(ValueError, match=rf'last layer of the {name}.* dtype="float32"'):
        ElasticInfoGAN([bad], Prior(3))
