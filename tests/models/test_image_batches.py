"""Training on anybody's data set of images: what a batch becomes, replicas, what is refused."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models import image_batches

PIXELS = np.random.default_rng(0).integers(0, 256, (24, 8, 8, 1)).astype(np.uint8)
FLOATS = (PIXELS / 127.5 - 1).astype(np.float32)
BATCH = 8
STEPS = len(PIXELS) // BATCH


def _batched(*arrays):
    slices = arrays if len(arrays) > 1 else arrays[0]
    return tf.data.Dataset.from_tensor_slices(slices).batch(BATCH, drop_remainder=True)


def _mirror(images):
    return images[:, :, ::-1]


def _prepare(dataset, transform=None, contrasts=True, replicas=1):
    strategy = SimpleNamespace(num_replicas_in_sync=replicas)
    model = SimpleNamespace(contrasts=contrasts, needs_rows=False, distribute_strategy=strategy)
    model.image_shape = (8, 8, 1)
    return image_batches.prepare(dataset, transform, model)


@pytest.mark.parametrize(
    ("dataset", "transform"),
    [
        (_batched(PIXELS), _mirror),
        (_batched(FLOATS), _mirror),
        # Transforms of pixels may be floats in 0..255, as `augment` makes them.
        (_batched(PIXELS), lambda images: tf.cast(_mirror(images), tf.float32)),
        (_batched(PIXELS, _mirror(PIXELS)), None),
        (_batched(FLOATS, _mirror(FLOATS)), None),
        (_batched(FLOATS.astype(np.float64)), _mirror),
    ],
    ids=["uint8", "float", "float_transform", "uint8_pairs", "float_pairs", "float64"],
)
def test_images_and_transforms_become_floats_between_minus_one_and_one(dataset, transform):
    batches = list(_prepare(dataset, transform))
    assert len(batches) == STEPS
    for name, expected in (("image", FLOATS), ("transform", _mirror(FLOATS))):
        result = tf.concat([batch[name] for batch in batches], axis=0)
        assert result.dtype == tf.float32
        np.testing.assert_allclose(result, expected, atol=1e-6)


def test_a_method_that_does_not_contrast_gets_no_transforms():
    for dataset, transform in ((_batched(PIXELS), _mirror), (_batched(PIXELS, PIXELS), None)):
        assert _prepare(dataset, transform, contrasts=False).element_spec.keys() == {"image"}


def test_the_pipelines_batches_stay_as_they_are(own_infogan, random_batches):
    dataset = random_batches(own_infogan(), 1)
    assert _prepare(dataset) is dataset


def test_each_batch_is_transformed_afresh_and_in_order():
    def transform(images):
        return tf.zeros_like(images) + generator.uniform([])

    generator = tf.random.Generator.from_seed(1)
    again = tf.random.Generator.from_seed(1)
    expected = [float(again.uniform([])) for _ in range(STEPS)]
    result = [
        float(batch["transform"][0, 0, 0, 0]) for batch in _prepare(_batched(FLOATS), transform)
    ]
    assert result == expected and len(set(result)) == STEPS


@pytest.mark.parametrize("build", ["own_infogan", "own_vae"])
def test_fit_takes_plain_images_and_computes_what_it_does_of_the_pipelines(request, build):
    """Step and place, which plain batches do not tell, are those of the pipeline's."""
    plain, numbered = request.getfixturevalue(build)(seed=3), request.getfixturevalue(build)(seed=3)
    dataset = _batched(PIXELS)
    full = _prepare(dataset, _mirror).enumerate()
    full = full.map(
        lambda step, batch: (
            batch | {"step": tf.fill([BATCH], step), "index": tf.range(BATCH, dtype=tf.int64)}
        )
    )
    for model, data, how in ((plain, dataset, {"transform": _mirror}), (numbered, full, {})):
        model.compile()
        model.fit(data, verbose=0, **how)
        assert model.step == STEPS
    for one, two in zip(plain.weights, numbered.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


@pytest.mark.slow
@pytest.mark.parametrize("build", ["own_infogan", "own_vae"])
def test_two_replicas_compute_of_plain_images_what_one_does(request, strategy, build):
    make = request.getfixturevalue(build)
    alone = make()
    alone.compile()
    with strategy.scope():
        twin = make()
        twin.compile()
    logs = [
        model.fit(_batched(PIXELS), transform=_mirror, verbose=0).history for model in (alone, twin)
    ]
    for name, values in logs[0].items():
        np.testing.assert_allclose(logs[1][name], values, rtol=1e-4, atol=1e-4, err_msg=name)
    for one, two in zip(alone.weights, twin.weights, strict=True):
        np.testing.assert_allclose(one.numpy(), two.numpy(), atol=1e-4, err_msg=one.path)


def test_a_last_batch_may_be_smaller_on_one_replica(own_infogan):
    model = own_infogan()
    model.compile()
    dataset = tf.data.Dataset.from_tensor_slices(PIXELS).batch(10)
    model.fit(dataset, transform=_mirror, verbose=0)
    assert model.step == 3


def test_images_without_transforms_are_refused_by_a_contrastive_method(own_infogan):
    model = own_infogan()
    model.compile()
    with pytest.raises(ValueError, match="give fit a transform, or a data set of pairs"):
        model.fit(_batched(PIXELS))
    plain = own_infogan(contrastive="none")
    plain.compile()
    plain.fit(_batched(PIXELS), verbose=0)
    assert plain.step == STEPS


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (PIXELS, r"takes a tf\.data\.Dataset.* Received: x=array"),
        (tf.data.Dataset.from_tensor_slices(PIXELS), r"batches of images \[n, 8, 8, 1\]"),
        (_batched(PIXELS[:, :4]), r"batches of images \[n, 8, 8, 1\].*shape=\(8, 4, 8, 1\)"),
        (_batched(PIXELS.astype(np.int32)), "uint8 in 0..255 or float"),
        (_batched(PIXELS, np.zeros(24)), "or pairs"),
        (_batched(PIXELS, FLOATS), "of one type"),
        (_batched({"image": PIXELS, "label": np.zeros(24)}), "batches of images"),
    ],
)
def test_what_is_no_batch_of_the_models_images_is_refused(dataset, message):
    with pytest.raises(ValueError, match=message):
        _prepare(dataset, _mirror if not isinstance(dataset, tuple) else None)


def test_transforms_that_are_given_twice_are_refused():
    with pytest.raises(ValueError, match="leave transform out"):
        _prepare(_batched(PIXELS, PIXELS), _mirror)


def test_a_transform_that_changes_the_shape_is_refused():
    with pytest.raises(ValueError, match=r"must keep the shape.*\(8, 8, 8, 1\)"):
        _prepare(_batched(PIXELS), lambda images: images[:, :4])


def test_floats_of_0_to_255_are_refused_when_they_come():
    dataset = _prepare(_batched(PIXELS.astype(np.float32)), _mirror)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"must be in \[-1, 1\]"):
        list(dataset)


@pytest.mark.parametrize("batch", [{"batch_size": 8}, {"batch_size": 9, "drop_remainder": True}])
def test_batches_that_replicas_cannot_share_are_refused(batch):
    dataset = tf.data.Dataset.from_tensor_slices(PIXELS).batch(**batch)
    with pytest.raises(ValueError, match=r"2 replicas share a batch evenly; .*drop_remainder=True"):
        _prepare(dataset, _mirror, replicas=2)
