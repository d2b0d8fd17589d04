"""The batch of a step is a function of (seed, step) alone."""

from itertools import chain

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.batches import pipeline
from elastic_infogan_tf.data.batches.augmentation import augment
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.settings.transforms import choose

STRENGTHS = DATA_SETS["mnist"].augmentation
UNCHANGED = choose(STRENGTHS, ["none"])
BATCH = 4
COUNT = 22  # five steps an epoch, two images left over


def _images(count=COUNT):
    """Images of one grey level each: their own number, times ten."""
    levels = (np.arange(count) * 10).astype(np.uint8)
    return np.broadcast_to(levels[:, None, None, None], (count, 6, 6, 1)).copy()


def _batches(start, stop, seed=3, images=None):
    dataset = pipeline.batches(
        _images() if images is None else images,
        BATCH,
        seed,
        STRENGTHS,
        start_step=start,
        stop_step=stop,
    )
    return list(dataset.as_numpy_iterator())


def _numbers(batch):
    return (pipeline.unscale(batch["image"]).numpy()[:, 0, 0, 0] // 10).tolist()


def test_a_resumed_run_sees_the_same_batches_bit_by_bit():
    whole, resumed = _batches(0, 13), _batches(7, 13)
    assert (len(whole), len(resumed)) == (13, 6)
    for before, after in zip(whole[7:], resumed, strict=True):
        assert before.keys() == after.keys() == {"image", "transform", "step", "index", "row"}
        for name in before:
            np.testing.assert_array_equal(before[name], after[name])


def test_a_batch_says_which_images_it_has():
    images = _images()
    for batch in _batches(0, 6):
        expected = images[batch["row"]] / 127.5 - 1.0
        np.testing.assert_allclose(batch["image"], expected, atol=1e-6)


def test_an_epoch_visits_each_image_at_most_once_in_an_order_of_its_own():
    steps = [_numbers(batch) for batch in _batches(0, 15)]
    epochs = [list(chain(*steps[first : first + 5])) for first in (0, 5, 10)]
    for epoch in epochs:
        assert len(set(epoch)) == 5 * BATCH and set(epoch) <= set(range(COUNT))
    assert epochs[0] != epochs[1] != epochs[2]
    assert epochs[0] != sorted(epochs[0])


def test_every_image_is_left_out_now_and_then_and_evenly():
    epochs = 200
    seen = np.bincount(list(chain(*map(_numbers, _batches(0, 5 * epochs)))), minlength=COUNT)
    expected = epochs * 20 / COUNT
    assert np.abs(seen - expected).max() < 5 * np.sqrt(epochs * (20 / 22) * (2 / 22))


def test_step_and_index():
    batch = _batches(6, 7)[0]
    np.testing.assert_array_equal(batch["step"], [6] * BATCH)
    np.testing.assert_array_equal(batch["index"], range(BATCH))
    assert batch["step"].dtype == batch["index"].dtype == np.int64


@pytest.mark.parametrize("shape", [(28, 28, 1), (16, 12, 3)])
def test_static_shapes_dtypes_and_range(shape):
    images = np.random.default_rng(0).integers(0, 256, (9, *shape)).astype(np.uint8)
    dataset = pipeline.batches(images, BATCH, 0, STRENGTHS, stop_step=3)
    spec = dataset.element_spec
    for name in ("image", "transform"):
        assert spec[name] == tf.TensorSpec((BATCH, *shape), tf.float32)
    for name in ("step", "index"):
        assert spec[name] == tf.TensorSpec((BATCH,), tf.int64)
    for batch in dataset.as_numpy_iterator():
        for name in ("image", "transform"):
            assert batch[name].min() >= -1 and batch[name].max() <= 1


def test_images_are_untouched_and_transforms_are_their_own():
    images = np.random.default_rng(0).integers(0, 256, (COUNT, 28, 28, 1)).astype(np.uint8)
    first, second = _batches(0, 2, images=images)
    for batch in (first, second):
        originals = pipeline.unscale(batch["image"]).numpy()
        assert all((images == image).all(axis=(1, 2, 3)).any() for image in originals)
        # Undone by hand: same seed, same transforms.
        seed = tf.random.fold_in(tf.constant([3, pipeline._TRANSFORM_STREAM]), batch["step"][0])
        expected = pipeline.scale(augment(originals, STRENGTHS, seed))
        np.testing.assert_allclose(batch["transform"], expected, atol=1e-5)
        assert (np.abs(batch["transform"] - batch["image"]).mean(axis=(1, 2, 3)) > 0.01).all()


def test_other_seeds_give_other_orders_and_transforms():
    images = np.zeros((COUNT, 28, 28, 1), np.uint8)
    images[:, 10:14, 4:20] = 255  # equal images: only transforms can differ
    assert [_numbers(b) for b in _batches(0, 5, seed=1)] != [
        _numbers(b) for b in _batches(0, 5, seed=2)
    ]
    first, second = (_batches(0, 1, seed, images)[0]["transform"] for seed in (1, 2))
    assert np.abs(first - second).max() > 0.1


def test_largest_seed_is_possible():
    assert len(_batches(0, 1, seed=2**31 - 1)) == 1


def test_steps_per_epoch():
    assert pipeline.steps_per_epoch(42_794, 64) == 668
    assert pipeline.steps_per_epoch(64, 64) == 1


def test_fewer_images_than_a_batch_are_refused():
    with pytest.raises(UsageError, match="--batch_size=64 is more than the 63 images"):
        pipeline.steps_per_epoch(63, 64)
    with pytest.raises(UsageError, match="--batch_size=4 is more than the 3 images"):
        pipeline.batches(_images(3), BATCH, 0, STRENGTHS, stop_step=1)


def test_workers_share_out_batches_not_files():
    dataset = pipeline.batches(_images(), BATCH, 0, STRENGTHS, stop_step=1)
    policy = dataset.options().experimental_distribute.auto_shard_policy
    assert policy == tf.data.experimental.AutoShardPolicy.DATA


def test_no_thread_of_the_pipeline_keeps_the_process_from_ending():
    """With tf.data's autotuning the end waits for a thread that sleeps up to a minute at a time."""
    images = np.zeros((8, 4, 4, 1), np.uint8)
    dataset = pipeline.batches(images, 4, 0, STRENGTHS, stop_step=2)
    assert dataset.options().autotune.enabled is False


def test_the_second_view_is_any_image_of_the_same_burst():
    bursts = np.arange(COUNT) // 4  # 0 to 3, 4 to 7 and so on
    steps = 300
    dataset = pipeline.batches(
        _images(), BATCH, 3, UNCHANGED, bursts=bursts, start_step=0, stop_step=steps
    )
    pairs = set()
    for batch in dataset.as_numpy_iterator():
        others = (pipeline.unscale(batch["transform"]).numpy()[:, 0, 0, 0] // 10).tolist()
        np.testing.assert_array_equal(batch["burst"], bursts[batch["row"]])
        np.testing.assert_array_equal(bursts[others], batch["burst"])
        assert _numbers(batch) == batch["row"].tolist()
        pairs |= set(zip(batch["row"].tolist(), others, strict=True))
    # Of each burst every image is the second view of every other, and of itself.
    assert len(pairs) == sum(n * n for n in np.bincount(bursts))


def test_bursts_leave_the_order_and_the_first_view_as_they_are():
    alone = np.arange(COUNT)
    dataset = pipeline.batches(_images(), BATCH, 3, STRENGTHS, bursts=alone, stop_step=6)
    for with_bursts, without in zip(dataset.as_numpy_iterator(), _batches(0, 6), strict=True):
        for name in without:
            np.testing.assert_array_equal(with_bursts[name], without[name])
