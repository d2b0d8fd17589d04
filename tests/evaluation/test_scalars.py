"""A number's name says where it is shown."""

import pytest

from elastic_infogan_tf.evaluation.metrics import metric_table
from elastic_infogan_tf.evaluation.scalars import in_bar, tag


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("generator_loss", "losses/generator_loss"),
        ("loss", "losses/loss"),
        ("discrete_kl", "losses/discrete_kl"),
        ("real_accuracy", "discriminator/real_accuracy"),
        ("prior_entropy", "prior/prior_entropy"),
        ("prior_total_variation", "prior/prior_total_variation"),
        ("nmi", "scores/nmi"),
        ("pixel_spread", "health/pixel_spread"),
        ("images_per_second", "speed/images_per_second"),
        ("something", "other/something"),
    ],
)
def test_tensorboard_groups_by_kind(name, expected):
    assert tag(name) == expected


def test_the_bar_shows_losses_by_short_names():
    numbers = {"generator_loss": 0.701, "my_loss": 1, "real_accuracy": 0.5, "loss": 9, "nmi": 1}
    numbers |= {"discrete_kl": 2.5, "prior_entropy": 2.3}
    expected = {"gene": "0.70", "my": "1.00", "disc KL": "2.50", "prior H": "2.30"}
    assert in_bar(numbers) == expected


def test_losses_of_one_beginning_both_have_a_place_in_the_bar():
    assert in_bar({"contrastive_loss": 1, "contour_loss": 2}) == {
        "cont": "1.00",
        "contour_loss": "2.00",
    }


def test_a_score_that_is_added_is_a_score(monkeypatch):
    row = metric_table.Metric("q.new_accuracy", ("data.labels",), title="new", taken="score")
    monkeypatch.setattr(metric_table, "METRICS", (*metric_table.METRICS, row))
    assert tag("new_accuracy") == "scores/new_accuracy"
