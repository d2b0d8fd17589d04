"""The switch of a training from its first part to its second, and going on from anywhere in it."""

import keras
import numpy as np
import pytest
from keras import layers

from elastic_infogan_tf.clustering.agreement import named_by
from elastic_infogan_tf.data.batches import pipeline
from elastic_infogan_tf.models.cluster_state import ClusterState
from elastic_infogan_tf.models.clustered_infogan import ClusteredInfoGAN
from elastic_infogan_tf.models.networks.stages import Stage
from elastic_infogan_tf.models.prior import Prior
from elastic_infogan_tf.models.recogniser import Recogniser
from elastic_infogan_tf.settings.transforms import DIGITS
from elastic_infogan_tf.training import clusters
from elastic_infogan_tf.training.checkpoints import Checkpoints
from elastic_infogan_tf.training.clusters import ClusterCallback, Made

IMAGES, BATCH = 60, 10
STEPS = 12  # 2 epochs of 6; clusters after 6


class StoppedError(Exception):
    """What a test breaks a training off with."""


@pytest.fixture(scope="module")
def images():
    """Ten kinds of images, six of each: a bright square at places of its own, and noise."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 40, (IMAGES, 28, 28, 1))
    for number in range(IMAGES):
        row, column = divmod(number % 10, 5)
        pixels[number, 12 * row : 12 * row + 8, 5 * column : 5 * column + 5] = 250
    return pixels.astype(np.uint8)


def _stage():
    """Networks of dense layers, which are ready at once."""
    noise, code = keras.Input((4,)), keras.Input((10,))
    features = keras.Input((16,))
    pixels = _dense(0, 28 * 28, "tanh")(layers.Concatenate()([noise, code]))
    logits = _dense(1, 10)(features)
    return Stage(
        generator=keras.Model([noise, code], layers.Reshape((28, 28, 1))(pixels)),
        trunk=_trunk(2),
        discriminator_head=keras.Model(features, layers.Reshape(())(_dense(3, 1)(features))),
        q_head=keras.Model(features, {"logits": logits, "features": features}),
    )


def _dense(seed, units, activation=None):
    initializer = keras.initializers.GlorotUniform(seed)
    return layers.Dense(units, activation, kernel_initializer=initializer)


def _trunk(seed):
    image = keras.Input((28, 28, 1))
    return keras.Model(image, _dense(seed, 16, "relu")(layers.Flatten()(image)))


@pytest.fixture(scope="module")
def build():
    """A function (first steps, **changes) -> a model for the images."""

    def make(first_steps=6, **changes):
        model = ClusteredInfoGAN(
            [_stage()],
            Recogniser(_trunk(7), 10, seed=8),
            Prior(10, "uniform"),
            ClusterState(IMAGES, 10, first_steps),
            total_steps=STEPS,
            **changes,
        )
        model.compile(run_eagerly=True)
        return model

    return make


@pytest.fixture(scope="module")
def train(images):
    """A function (model, to) that trains on to a step; returns all clusters that were made.

    `stop_at` breaks the clustering off when it comes to a stage of these words.
    """

    def fit(model, to=STEPS, stop_at=None, learn_apart=None):
        made = []

        def progress(stage):
            if stop_at and stop_at in stage:
                raise StoppedError

        callback = ClusterCallback(images, 3, made.append, progress, learn_apart)
        data = pipeline.batches(images, BATCH, 0, DIGITS, start_step=model.step, stop_step=to)
        model.fit(data, callbacks=[callback], verbose=0)
        return made

    return fit


def _state(model):
    values = [weight.numpy() for weight in model.weights]
    return values + [x.numpy() for one in model.optimizers for x in one.variables]


def _assert_same(first, second):
    for mine, others in zip(_state(first), _state(second), strict=True):
        np.testing.assert_array_equal(mine, others)


@pytest.fixture(scope="module")
def straight(build, train):
    """A model that was trained in one go, and the clusters that were made on the way."""
    model = build()
    return model, train(model)


@pytest.fixture
def uninterrupted(straight):
    return straight[0]


def test_the_clusters_are_made_once_and_are_what_the_model_learns(straight):
    model, (made,) = straight
    assert (made.step, made.is_taken) == (6, True)
    np.testing.assert_array_equal(model.state.labels.numpy(), made.clustering.labels)
    np.testing.assert_array_equal(model.state.confidence.numpy(), made.clustering.confidence)
    assert len(made.sizes) == 10 and made.sizes.sum() == IMAGES
    assert model.next_clustering is None and model.state.part.numpy().tolist() == [6, 12, 1]


@pytest.mark.parametrize("step", [6, *(pytest.param(x, marks=pytest.mark.slow) for x in (2, 9))])
def test_a_run_resumed_in_either_part_is_bitwise_the_uninterrupted_one(
    tmp_path, build, train, uninterrupted, step
):
    first = build()
    train(first, to=step)
    Checkpoints(tmp_path, first).save()
    resumed = build()
    assert Checkpoints(tmp_path, resumed).restore()
    _assert_same(resumed, first)
    train(resumed)
    _assert_same(resumed, uninterrupted)


@pytest.mark.parametrize(
    "stage", ["graph", *(pytest.param(x, marks=pytest.mark.slow) for x in ("features", "draw 2"))]
)
def test_a_run_broken_off_within_the_clustering_comes_to_the_same(
    tmp_path, build, train, uninterrupted, stage
):
    first = build()
    with pytest.raises(StoppedError):
        train(first, stop_at=stage)
    assert first.step == first.next_clustering == 6
    Checkpoints(tmp_path, first).save()
    resumed = build()
    Checkpoints(tmp_path, resumed).restore()
    train(resumed)
    _assert_same(resumed, uninterrupted)


@pytest.mark.parametrize(
    ("first_steps", "steps"),
    [
        # One step each time, up to 60 % of all 12,
        (5, [5, 6, 7]),
        (6, [6, 7]),
        # and to half as long again.
        (3, [3, 4]),
    ],
)
def test_clusters_that_are_not_stable_let_the_first_part_go_on(
    monkeypatch, build, train, first_steps, steps
):
    monkeypatch.setattr(clusters, "stable_from", lambda images: 1.1)
    model = build(first_steps=first_steps)
    made = train(model)
    assert [one.step for one in made] == steps
    *others, last = made
    assert last.is_taken and last.curve is not None
    assert not any(one.is_taken or one.curve for one in others)
    assert model.state.part.numpy().tolist() == [steps[-1], 12, 1]
    assert "not stable yet (below 1.1): the first part goes on" in made[0].describe()


def test_where_the_generator_has_codes_already_clusters_take_their_names():
    labels, codes = np.array([0, 0, 1, 1, 2, 2]), np.array([2, 2, 0, 2, 1, 1])
    np.testing.assert_array_equal(named_by(codes, labels), [2, 2, 0, 0, 1, 1])
    # Two clusters never take one code, whatever most of their images say.
    np.testing.assert_array_equal(np.unique(named_by(np.zeros(6, int), labels)), [0, 1, 2])


def test_the_names_come_from_the_q_of_the_discriminators_trunk(build, train):
    model = build(trunk_updates="all")
    (made,) = train(model, to=6)
    np.testing.assert_array_equal(model.state.labels.numpy(), made.clustering.labels)
    names = np.unique(made.clustering.labels)
    np.testing.assert_array_equal(names, np.arange(10))


def test_with_the_clusters_comes_what_other_numbers_of_them_would_be(straight):
    _, (made,) = straight
    assert made.curve.numbers.tolist() == [*range(2, 17), 18, 20]
    assert made.scalars()["recommended_number"] == made.curve.recommended == 10


def test_what_is_said_of_clusters(straight):
    _, (made,) = straight
    text = made.describe()
    assert text.startswith("clusters of 60 real images after step 6: sizes ")
    assert isinstance(made, Made)
    scalars = made.scalars()
    assert scalars["largest_share"] == pytest.approx(made.sizes.max() / IMAGES)
    assert 0 <= scalars["confident_share"] <= 1 and scalars["stability"] <= 1


def test_images_that_a_second_encoder_puts_elsewhere_are_not_learned_from(build, train):
    kinds = np.arange(IMAGES) % 10

    def apart():  # sees the same kinds but takes the first image of each for the next one's
        seen = np.where(np.arange(IMAGES) < 10, (kinds + 1) % 10, kinds)
        return np.eye(10)[seen] + 0.01 * np.random.default_rng(0).normal(size=(IMAGES, 10))

    model = build()
    (made,) = train(model, to=6, learn_apart=apart)
    alone = train(build(), to=6)[0].clustering
    same = made.clustering.confidence > 0
    assert made.kind == "graph" and 0.5 < made.agreement < 1 and not same[:10].any()
    np.testing.assert_array_equal(made.clustering.confidence[same], alone.confidence[same])
    np.testing.assert_array_equal(model.state.confidence.numpy(), made.clustering.confidence)
    assert made.scalars()["agreement"] == made.agreement
    assert f"agreement with a second encoder {made.agreement:.3f} (by graph)" in made.describe()
    assert "below 0.9: some clusters may be two things" in made.describe()


def test_where_a_second_encoder_sees_nothing_alike_clusters_keep_their_images(build, train):
    noise = np.random.default_rng(0).normal(size=(IMAGES, 16))
    (made,) = train(build(), to=6, learn_apart=lambda: noise)
    assert made.agreement < 0.3
    for cluster in range(10):
        assert made.clustering.confidence[made.clustering.labels == cluster].any()


def test_images_of_a_burst_are_in_one_cluster(monkeypatch, build, images):
    monkeypatch.setattr(clusters, "stable_from", lambda count: -1.0)
    bursts = np.arange(IMAGES) // 3
    made = []
    model = build()
    callback = ClusterCallback(images, 3, made.append, lambda stage: None, bursts=bursts)
    data = pipeline.batches(images, BATCH, 0, DIGITS, bursts=bursts, stop_step=6)
    model.fit(data, callbacks=[callback], verbose=0)
    labels = made[0].clustering.labels.reshape(-1, 3)
    assert made[0].sizes.sum() == IMAGES and len(np.unique(labels)) == 10
    assert (labels == labels[:, :1]).all()
    np.testing.assert_array_equal(model.state.labels.numpy(), labels.ravel())
