"""What holds of configurations and of clusterings whatever goes in."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from elastic_infogan_tf.clustering.cluster import cluster
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.settings.methods import METHODS

CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "epochs": st.integers(1, 10**6),
        "batch_size": st.integers(2, 10**4),
        "learning_rate": st.floats(1e-9, 1e3),
        "seed": st.integers(0, 2**31 - 1),
        "base_channels": st.integers(1, 4096),
        "temperature": st.floats(1e-3, 100),
        "split": st.integers(1, 3),
    },
)


@given(st.sampled_from(sorted(DATA_SETS)), st.sampled_from(sorted(METHODS)), CHANGES)
@settings(deadline=None)
def test_a_configuration_survives_json(dataset, method, changes):
    try:
        config = resolve(dataset, method=method, **changes)
    except UsageError as refused:
        assert "--" in str(refused)  # names a flag
        return
    text = json.dumps(config.to_json())
    assert Config.from_json(json.loads(text)) == config
    assert Config.from_json(json.loads(text)).identity() == config.identity()


@given(
    st.integers(1, 5), st.integers(20, 60), st.integers(2, 6), st.integers(0, 2**31 - 1), st.data()
)
@settings(deadline=None, max_examples=15)
def test_clusters_are_all_used_largest_first_and_a_function_of_the_seed(k, n, d, seed, data):
    features = np.random.default_rng(data.draw(st.integers(0, 100))).normal(size=(n, d))
    made, again = (cluster(features, k, seed) for _ in range(2))
    sizes = np.bincount(made.labels, minlength=k)
    assert (sizes > 0).all() and sizes.sum() == n and len(sizes) == k
    assert (np.diff(sizes) <= 0).all()
    assert (made.confidence >= 0).all() and (made.confidence <= 1).all()
    np.testing.assert_array_equal(made.labels, again.labels)
    np.testing.assert_array_equal(made.confidence, again.confidence)
    # Only directions count.
    longer = cluster(features * 4, k, seed)
    np.testing.assert_array_equal(made.labels, longer.labels)


@given(st.integers(2, 4), st.integers(4, 20), st.integers(0, 1000))
@settings(deadline=None, max_examples=10)
def test_groups_far_apart_are_found_whatever_their_sizes(k, most, seed):
    rng = np.random.default_rng(seed)
    sizes = np.sort(rng.integers(4, most + 1, k))[::-1]
    classes = np.repeat(np.arange(k), sizes)
    features = 20 * np.eye(k)[classes] + rng.normal(size=(len(classes), k)) * 0.05
    labels = cluster(features, k, 0).labels
    for one in range(k):
        assert len(set(labels[classes == one].tolist())) == 1
    assert len(set(labels.tolist())) == k
