"""Clustered InfoGAN: what each part of its training minimises, moves and remembers."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.batches import pipeline
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.models.cluster_state import ClusterState, first_part
from elastic_infogan_tf.settings.transforms import DIGITS

N = 12  # training images
# Without Q; with a Q of D's trunk; two stages.
DATASETS = ["mnist", "cars", pytest.param("youtube_faces", marks=pytest.mark.slow)]


@pytest.fixture
def build(make_config):
    """A function (dataset, second, **changes) -> a narrow model, in its second part if asked.

    Then image i is of cluster i mod 10, and every third one is not sure of it.
    """

    def make(dataset, second=False, **changes):
        own = {
            "cars": {"trunk_updates": "all"},
            "youtube_faces": {"num_classes": 10, "second_stage_size": 64},
        }.get(dataset, {})
        config = make_config(dataset, method="clustered_infogan", epochs=4, **(own | changes))
        model = build_model(config, None, N)
        if second:
            model.take_clusters(np.arange(N) % 10, np.where(np.arange(N) % 3 == 0, 0.79, 0.8))
        return model

    return make


@pytest.fixture
def batch(fake_batch):
    """A function (model) -> a batch of four images, the training images 1, 3, 11 and 4."""
    return lambda model, **changes: (
        fake_batch(model, **changes) | {"row": tf.constant([1, 3, 11, 4], tf.int64)}
    )


def _parts(model):
    parts = {
        "generator": model.networks.images,
        "prior": model.prior,
        "features": model.recogniser.head.get_layer("features"),
        "logits": model.recogniser.head.get_layer("logits"),
        "r_trunk": model.recogniser.trunk,
    }
    for number, stage in enumerate(model.networks.stages):
        for kind in ("trunk", "discriminator_head", "q_head"):
            parts[f"{kind}_{number}"] = getattr(stage, kind)
    return parts


def _values(model):
    return {name: [w.numpy() for w in part.weights] for name, part in _parts(model).items()}


def _moved(model, before):
    """Names of the parts of which some weight, but no moving statistic, has changed."""
    return {
        name
        for name, part in _parts(model).items()
        for weight, old in zip(part.weights, before[name], strict=True)
        if "moving_" not in weight.path and not np.array_equal(weight.numpy(), old)
    }


def _of_stages(model, *kinds):
    return {f"{kind}_{number}" for number in range(len(model.networks.stages)) for kind in kinds}


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("second", [False, True])
def test_a_step_moves_what_its_part_trains(build, batch, dataset, second):
    model = build(dataset, second)
    before = _values(model)
    logs = model.train_step(batch(model))
    expected = {"generator", "features", "r_trunk"}
    expected |= _of_stages(model, "trunk", "discriminator_head")
    if dataset == "cars":
        expected |= _of_stages(model, "q_head")
    if second:
        expected |= {"logits", "prior"}
    assert _moved(model, before) == expected
    for name, value in logs.items():
        assert value.shape == () and np.isfinite(value), name
    assert (logs["cluster_loss"] > 0) == second
    assert (logs["information_loss"] > 0) == (second or dataset == "cars")
    assert ("identity_loss" in logs) == (dataset == "cars")
    assert model.step == 1


def _log_softmax(logits):
    logits = logits.numpy().astype(np.float64)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("second", [False, True])
def test_the_recognisers_logs_are_what_its_networks_say(build, batch, naive_nt_xent, second):
    """Labels of the images are 1, 3, 1 and 4; image 3 is not sure of its."""
    model = build("mnist", second, contrastive_temperature=0.3)
    rows = batch(model)
    pairs = np.concatenate([rows["image"], rows["transform"]])
    outputs = build("mnist").recogniser(pairs, training=True)
    features = outputs["features"].numpy()
    logs = {name: float(value) for name, value in model.train_step(rows).items()}
    contrast = naive_nt_xent(features[:4], features[4:], 0.3).mean()
    assert logs["contrastive_loss"] == pytest.approx(contrast, rel=1e-4)
    log_r = _log_softmax(outputs["logits"])
    learned = [log_r[i, label] for i, label in ((0, 1), (2, 1), (3, 4), (4, 1), (6, 1), (7, 4))]
    expected = -np.mean(learned) if second else 0.0
    assert logs["cluster_loss"] == pytest.approx(expected, rel=1e-4)


def test_the_generator_is_told_by_the_recogniser_at_rest(build, batch):
    """Its information loss is of moving statistics, and trains the generator alone."""
    model = build("mnist", second=True)
    rows = batch(model)
    # What a step does before: R's own update, then G's images.
    twin = build("mnist", second=True)
    weights = twin.contrastive_temperature, twin.contrastive_weight
    _, gradients, _ = twin.recogniser.phase(twin.state, rows, *weights)
    twin.recogniser_optimizer.apply(gradients, twin.recogniser.trainable_variables)
    code, fakes = twin.generate_batch(rows)
    log_r = _log_softmax(twin.recogniser(fakes[-1], training=False)["logits"])
    expected = -np.mean(log_r[np.arange(4), np.argmax(code, axis=1)])
    assert float(model.train_step(rows)["information_loss"]) == pytest.approx(expected, rel=1e-4)
    for ours, theirs in zip(model.recogniser.weights, twin.recogniser.weights, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-6, err_msg=ours.path)


def test_the_prior_is_the_running_mean_of_the_recognisers_probabilities(build, batch):
    model = build("mnist", second=True)
    shares = np.bincount(np.arange(N) % 10) / N
    np.testing.assert_allclose(model.prior.probabilities, shares, atol=1e-5)
    rows = batch(model)
    pairs = np.concatenate([rows["image"], rows["transform"]])
    seen = np.exp(_log_softmax(build("mnist").recogniser(pairs, training=True)["logits"]))[:4]
    model.train_step(rows)
    expected = 0.99 * shares + 0.01 * seen.mean(axis=0)
    np.testing.assert_allclose(model.prior.probabilities, expected, atol=2e-5)
    np.testing.assert_allclose(model.state.mean.numpy(), expected, atol=1e-6)


def test_in_the_first_part_codes_are_drawn_uniformly(build, batch):
    model = build("mnist")
    model.train_step(batch(model))
    np.testing.assert_allclose(model.prior.probabilities, 0.1, atol=1e-6)


def test_a_recogniser_and_the_discriminator_start_apart(build):
    model = build("mnist")
    ours, theirs = model.recogniser.trunk.weights[0], model.trunk.weights[0]
    assert ours.shape == theirs.shape and not np.allclose(ours.numpy(), theirs.numpy())
    same, other = build("mnist"), build("mnist", seed=1)
    np.testing.assert_array_equal(same.recogniser.trunk.weights[0].numpy(), ours.numpy())
    assert not np.allclose(other.recogniser.trunk.weights[0].numpy(), ours.numpy())


@pytest.mark.slow
def test_a_step_compiled_by_xla_is_the_same_step(build, batch):
    """In the second part, which has all that the first one has."""
    models = [build("mnist", second=True) for _ in range(2)]
    rows = batch(models[0])
    plain, compiled = (
        tf.function(model.update, jit_compile=jit)(rows)
        for model, jit in zip(models, (False, True), strict=True)
    )
    for name, value in plain.items():
        assert float(compiled[name]) == pytest.approx(float(value), rel=1e-3, abs=1e-5), name


def test_a_data_set_that_does_not_say_which_images_these_are_is_refused(build):
    model = build("mnist")
    images = tf.data.Dataset.from_tensors((tf.zeros([4, 28, 28, 1]), tf.zeros([4, 28, 28, 1])))
    with pytest.raises(ValueError, match="remembers each training image"):
        model.fit(images)


def test_it_trains_by_fit_through_both_parts(build):
    model = build("mnist")
    images = np.random.default_rng(0).integers(0, 256, (N, 28, 28, 1)).astype(np.uint8)
    model.run_eagerly = True  # sooner ready than a program
    assert model.next_clustering == 6 and model.total_steps == 12
    for start, stop in ((0, 6), (6, 12)):
        data = pipeline.batches(images, 4, 0, DIGITS, start_step=start, stop_step=stop)
        model.fit(data, verbose=0)
        if stop == 6:
            model.take_clusters(np.arange(N) % 10, np.ones(N))
    assert model.step == 12 and model.next_clustering is None


@pytest.mark.parametrize(
    ("total", "epoch", "given", "expected"),
    [
        (6_680, 668, None, 3_000),
        (6_600, 11, None, 1_650),  # 150 epochs
        (6_000, 3, None, 1_000),
        (1_000, 11, None, 500),  # half
        (1_000, 11, 250, 250),
        (6_600, 11, 3_000, 3_000),
        (1, 1, None, 1),
    ],
)
def test_how_long_the_first_part_is(total, epoch, given, expected):
    assert first_part(total, epoch, given) == expected


def test_a_first_part_that_leaves_no_second_is_refused():
    with pytest.raises(UsageError, match="--first_part_steps=12 leaves nothing of the 12 steps"):
        first_part(12, 6, 12)
    assert first_part(12, 6, 11) == 11


def test_the_recognisers_rate_falls_at_the_end_of_each_part():
    state = ClusterState(N, 10, first_steps=100)

    def rates(*steps):
        return [round(float(state.rate(tf.constant(step, tf.int64))), 4) for step in steps]

    assert rates(0, 79, 80, 99) == [1.0, 1.0, 0.3, 0.3]
    state.prolong_first_part(50)
    assert rates(100, 139, 140, 149) == [1.0, 1.0, 0.3, 0.3]
    state.begin_second_part(np.zeros(N, np.int64), np.ones(N), step=150, total_steps=250)
    assert rates(150, 219, 220, 249, 300) == [1.0, 1.0, 0.2, 0.2, 0.2]
