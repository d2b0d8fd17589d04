"""One real train step of every InfoGAN method: what it moves, what it reports."""

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.settings.methods import METHODS

TWO_STAGES = "youtube_faces"
# Of the larger networks a step takes seconds.
CARS, FACES = (pytest.param(name, marks=pytest.mark.slow) for name in ("cars", TWO_STAGES))
DATASETS = ["mnist", CARS]
INFOGANS = [name for name, method in METHODS.items() if method.model == "elastic_infogan"]
LOGS = {
    "discriminator_loss",
    "real_accuracy",
    "fake_accuracy",
    "generator_loss",
    "information_loss",
    "contrastive_loss",
    "prior_entropy",
    "loss",
}


@pytest.fixture
def build(make_config):
    """A function (dataset, **changes) -> a narrow model; its class counts are 10, 20, ..."""

    def make(dataset, **changes):
        classes = {"num_classes": 10, "second_stage_size": 64} if dataset == TWO_STAGES else {}
        return build_model(make_config(dataset, **(classes | changes)), 10 * np.arange(1, 11))

    return make


def _parts(model):
    """Networks by name, those of each stage apart; `generator` is all stages'."""
    parts = {"generator": model.networks.images, "prior": model.prior}
    for number, stage in enumerate(model.networks.stages):
        for kind in ("trunk", "discriminator_head", "q_head"):
            parts[f"{kind}_{number}"] = getattr(stage, kind)
    return parts


def _named(model, values):
    """Weights by a name that is the same for every model; `values` takes them from a network."""
    named = {}
    for name, part in _parts(model).items():
        indices = {id(weight): index for index, weight in enumerate(part.weights)}
        named |= {f"{name}/{indices[id(x)]}/{x.name}": np.array(x.numpy()) for x in values(part)}
    return named


def _values(model):
    """Copies of all weights by name."""
    return _named(model, lambda part: part.weights)


def _moved(model, before):
    """Names of the weights that are no longer what they were, but for moving statistics."""
    return {
        name
        for name, value in _values(model).items()
        if "/moving_" not in name and not np.array_equal(value, before[name])
    }


def _names(model, *kinds):
    """Names of the trainable weights of some kinds of networks, at every stage."""
    return {
        name
        for name in _named(model, lambda part: part.trainable_variables)
        if name.startswith(kinds)
    }


@pytest.fixture
def fit(random_batches):
    """A function (model, steps) -> the means of a training through `fit`."""

    def train(model, steps=2):
        dataset = random_batches(model, steps)
        history = model.fit(dataset, steps_per_epoch=steps, epochs=1, shuffle=False, verbose=0)
        return {name: values[0] for name, values in history.history.items()}

    return train


@pytest.mark.parametrize("dataset", [*DATASETS, FACES])
@pytest.mark.parametrize("method", INFOGANS)
def test_a_step_reports_finite_means_and_moves_what_its_method_trains(
    build, fake_batch, dataset, method
):
    model = build(dataset, method=method)
    before = _values(model)
    logs = model.train_step(fake_batch(model))
    assert logs.keys() == LOGS
    for name, value in logs.items():
        assert value.shape == () and value.dtype == tf.float32 and np.isfinite(value), name
    networks = ("generator", "trunk", "discriminator_head", "q_head")
    learned = METHODS[method].prior == "learned"
    expected = _names(model, *networks) | ({"prior/0/logits"} if learned else set())
    assert _moved(model, before) == expected
    assert (logs["contrastive_loss"] > 0) == (METHODS[method].contrastive != "none")
    assert model.step == 1


@pytest.mark.parametrize("dataset", [*DATASETS, FACES])
@pytest.mark.parametrize("trunk_updates", ["discriminator", "all"])
@pytest.mark.parametrize("phase", [1, 2])
def test_each_phase_moves_its_own_variables_only(build, fake_batch, dataset, trunk_updates, phase):
    """With the other phase's learning rate at zero, what a whole step moves is this phase's."""
    model = build(dataset, trunk_updates=trunk_updates)
    phase_1, *phase_2 = model.optimizers
    for other in phase_2 if phase == 1 else [phase_1]:
        other.learning_rate = 0.0
    before = _values(model)
    model.train_step(fake_batch(model))
    if phase == 1:
        expected = _names(model, "trunk", "discriminator_head")
    else:
        expected = _names(model, "generator", "q_head", "prior")
        if trunk_updates == "all":
            expected |= _names(model, "trunk")
    assert _moved(model, before) == expected


def _bce_with_one(logits):
    return np.mean(np.log1p(np.exp(-logits.numpy().astype(np.float64))))


def _at(side, images):
    """Images, or the means of their pixels by two and two where they are twice as large."""
    images = images.numpy()
    if images.shape[1] == side:
        return images
    return (
        images[:, ::2, ::2] + images[:, ::2, 1::2] + images[:, 1::2, ::2] + images[:, 1::2, 1::2]
    ) / 4


@pytest.mark.parametrize(
    ("dataset", "sides", "changes"),
    [
        ("mnist", [28], {}),
        pytest.param("cars", [64], {}, marks=pytest.mark.slow),
        pytest.param(TWO_STAGES, [64, 128], {"second_stage_size": 128}, marks=pytest.mark.slow),
        pytest.param(TWO_STAGES, [64, 64], {"second_stage_size": 64}, marks=pytest.mark.slow),
    ],
)
def test_logs_are_what_the_networks_say(build, fake_batch, naive_nt_xent, dataset, sides, changes):
    """Recomputed in NumPy from the outputs of a second model with the same weights.

    Losses are sums over the stages, accuracies means.
    """
    changes = changes | {
        "info_weight": 0.5,
        "contrastive_weight": 3.0,
        "contrastive_temperature": 0.7,
    }
    model, copy = build(dataset, **changes), build(dataset, **changes)
    batch = fake_batch(model)
    model.discriminator_optimizer.learning_rate = 0.0  # phase 2 sees the first trunk, as we do
    logs = {name: float(value) for name, value in model.train_step(batch).items()}

    code, fakes = copy.generate_batch(batch)
    expected = dict.fromkeys(LOGS, 0.0)
    for stage, side, fake in zip(copy.networks.stages, sides, fakes, strict=True):
        assert fake.shape[1:3] == (side, side)
        real = _at(side, batch["image"])
        real_logits = stage.discriminator_head(stage.trunk(real, training=True))
        fake_features = stage.trunk(fake, training=True)
        fake_logits = stage.discriminator_head(fake_features)
        q_logits = stage.q_head(fake_features, training=True)["logits"].numpy().astype(np.float64)
        log_q = q_logits - np.log(np.exp(q_logits).sum(axis=1, keepdims=True))
        pairs = np.concatenate([_at(side, batch[name]) for name in ("image", "transform")])
        features = stage.q_head(stage.trunk(pairs, training=True), training=True)["features"]
        features = features.numpy()
        for name, value in {
            "discriminator_loss": _bce_with_one(real_logits) + _bce_with_one(-fake_logits),
            "real_accuracy": np.mean(real_logits > 0) / len(sides),
            "fake_accuracy": np.mean(fake_logits <= 0) / len(sides),
            "generator_loss": _bce_with_one(fake_logits),
            "information_loss": -np.mean(log_q[np.arange(4), np.argmax(code, axis=1)]),
            "contrastive_loss": naive_nt_xent(features[:4], features[4:], 0.7).mean(),
        }.items():
            expected[name] += value
    prior = np.exp(copy.prior.logits) / np.exp(copy.prior.logits).sum()
    expected["prior_entropy"] = -np.sum(prior * np.log(prior))
    weights = {"discriminator": 1, "generator": 1, "information": 0.5, "contrastive": 3}
    expected["loss"] = sum(weight * expected[f"{name}_loss"] for name, weight in weights.items())
    assert logs == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("dataset", DATASETS)
def test_phase_2_meets_the_discriminator_that_phase_1_has_updated(build, fake_batch, dataset):
    frozen, moving = build(dataset), build(dataset)
    frozen.discriminator_optimizer.learning_rate = 0.0
    moving.discriminator_optimizer.learning_rate = 0.01
    before, after = (model.train_step(fake_batch(model)) for model in (frozen, moving))
    assert before["discriminator_loss"] == after["discriminator_loss"]
    assert abs(before["generator_loss"] - after["generator_loss"]) > 1e-4


def _gradients(model, batch, part):
    """Phase 2's gradients of a part's variables, in their order."""
    with tf.GradientTape(persistent=True) as tape:
        code, fakes = model.generate_batch(batch)
    _, gradients, prior_gradients = model.generator_phase(batch, code, fakes, tape)
    variables = model.generator_variables + model.prior.trainable_variables
    by_id = dict(zip(map(id, variables), gradients + prior_gradients, strict=True))
    return [by_id[id(variable)] for variable in part.trainable_variables]


@pytest.mark.parametrize("dataset", [*DATASETS, FACES])
@pytest.mark.parametrize("method", ["elastic_infogan", "gumbel_softmax"])
def test_the_contrastive_loss_reaches_the_q_heads_features(build, fake_batch, dataset, method):
    """Without the information loss nothing else does, and nothing reaches Q's logits."""
    model = build(dataset, method=method, info_weight=0.0)
    for stage in model.networks.stages:
        *hidden, kernel, bias = _gradients(model, fake_batch(model), stage.q_head)
        assert len(hidden) == 3  # the kernel before the features and their batch normalisation
        for gradient in hidden:
            assert np.any(gradient != 0) == (method == "elastic_infogan")
        assert not np.any(kernel) and not np.any(bias)


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_prior_learns_through_the_images_alone(build, fake_batch, dataset):
    """Every loss weight at zero but the adversarial: the logits still get a gradient."""
    model = build(dataset, info_weight=0.0, contrastive_weight=0.0)
    (gradient,) = _gradients(model, fake_batch(model), model.prior)
    assert np.any(gradient != 0)
    assert float(tf.reduce_sum(gradient)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("dataset", [*DATASETS, FACES])
@pytest.mark.parametrize("weight", ["none", "info_weight", "contrastive_weight"])
def test_phase_2_never_trains_the_trunk_to_be_fooled(build, fake_batch, dataset, weight):
    """With `all` both identity losses reach it, the generator's adversarial loss does not."""
    weights = {"info_weight": 0.0, "contrastive_weight": 0.0}
    if weight in weights:
        weights[weight] = 1.0
    model = build(dataset, trunk_updates="all", **weights)
    for stage in model.networks.stages:
        for gradient in _gradients(model, fake_batch(model), stage.trunk):
            assert np.any(gradient != 0) == (weight in weights)


@pytest.mark.parametrize("dataset", DATASETS)
def test_updating_the_trunk_leaves_the_other_gradients_as_they_were(build, fake_batch, dataset):
    one, other = (build(dataset, trunk_updates=kind) for kind in ("discriminator", "all"))
    for part in ("generator", "q_head", "prior"):
        gradients = [
            _gradients(model, fake_batch(model), getattr(model, part)) for model in (one, other)
        ]
        for first, second in zip(*gradients, strict=True):
            np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
def test_equal_seeds_train_to_equal_weights_bit_by_bit(build, fit, dataset):
    first, second = build(dataset), build(dataset)
    initial = _values(first)
    logs = [fit(model) for model in (first, second)]
    assert logs[0] == logs[1] and logs[0].keys() == LOGS
    trained, again = _values(first), _values(second)
    for name, value in trained.items():
        np.testing.assert_array_equal(value, again[name], err_msg=name)
        assert not np.array_equal(value, initial[name]), name
    assert first.step == second.step == 2


@pytest.mark.slow
def test_another_seed_trains_another_way(build, fit):
    assert fit(build("mnist"), steps=1) != fit(build("mnist", seed=1), steps=1)


@pytest.mark.slow
@pytest.mark.parametrize("dataset", [pytest.param("mnist", marks=pytest.mark.one_of_each), "cars"])
def test_both_phases_compiled_by_xla_are_the_same_phases(build, fake_batch, dataset):
    model = build(dataset)
    batch = fake_batch(model)
    noise = tf.random.stateless_normal([4, model.noise_dim], [0, 1])
    code = model.prior.sample(4, tf.constant([0, 2]))

    def phases(noise, code):
        with tf.GradientTape(persistent=True) as tape:
            code += 0.0 * model.prior.logits  # a given code still has the prior as its origin
            fakes = tf.nest.flatten(model.networks.images([noise, code], training=True))
        phase_1 = model.discriminator_phase(batch, [tf.stop_gradient(x) for x in fakes], code)
        return phase_1, model.generator_phase(batch, code, fakes, tape)

    results = [
        tf.nest.flatten(tf.function(phases, jit_compile=jit)(noise, code)) for jit in (False, True)
    ]
    assert len(results[0]) > 20
    for plain, compiled in zip(*results, strict=True):
        np.testing.assert_allclose(plain, compiled, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("dataset", [*DATASETS, FACES])
def test_calling_the_model_is_q_of_images_and_leaves_it_as_it_was(build, fake_batch, dataset):
    model = build(dataset)
    images = fake_batch(model)["image"]
    before = _values(model)
    whole, half = model(images), model(images[:2])
    last = model.networks.stages[-1]
    expected = last.q_head(last.trunk(images))
    for name in ("logits", "features"):
        np.testing.assert_array_equal(whole[name], expected[name])
        # No batch statistics: an image's features do not depend on its neighbours.
        np.testing.assert_allclose(whole[name][:2], half[name], rtol=1e-4, atol=1e-6)
    for name, value in _values(model).items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)
