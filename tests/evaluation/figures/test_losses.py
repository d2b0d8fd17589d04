"""Loss curves: panels by the names of the columns, and no point for an empty cell."""

import numpy as np

from elastic_infogan_tf.evaluation.figures import losses
from elastic_infogan_tf.evaluation.metrics import health
from tests.evaluation.figures.subjects import subject


def loss_curves(rows):
    return losses.draw(subject(metrics=rows))


def test_loss_curves_have_a_panel_for_what_there_is_and_no_point_for_an_empty_cell(drawn):
    rows = [
        {"epoch": "1", "discriminator_loss": "1.5", "prior_entropy": "2.3", "nmi": ""},
        {"epoch": "2", "discriminator_loss": "1.0", "prior_entropy": "2.2", "nmi": "0.5"},
    ]
    loss_curves(rows)
    headings = [axes.get_title(loc="left") for axes in drawn[0].axes]
    expected = ["losses, nats: discriminator loss", "entropy, nats: prior entropy", "scores: nmi"]
    assert headings == expected
    assert drawn[0].get_suptitle() == "a run"
    first, _, scores = (axes.lines[0].get_xydata().tolist() for axes in drawn[0].axes)
    assert first == [[1, 1.5], [2, 1.0]] and scores == [[2, 0.5]]


def test_panels_are_by_unit_and_the_rest_is_in_none(drawn):
    names = ["step", "a_loss", "real_accuracy", "b_kl", "ent", "nmi", "loss", "images_per_second"]
    loss_curves([{"epoch": "1"} | dict.fromkeys(names, "1")])
    headings = [axes.get_title(loc="left") for axes in drawn[0].axes]
    assert headings == [
        *("losses, nats: a loss", "losses, nats: b kl", "accuracy: real accuracy"),
        *("scores, nats: ent", "scores: nmi"),
    ]


def test_one_epoch_is_seen_and_epochs_are_whole_numbers(drawn):
    loss_curves([{"epoch": "1", "generator_loss": "2"}])
    (axes,) = drawn[0].axes
    assert axes.lines[0].get_markersize() > 5
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert ticks == [1]


def test_a_loss_that_is_new_has_its_place_by_its_name(drawn):
    loss_curves([{"epoch": "1", "generator_loss": "1", "brand_new_loss": "2", "loss": "3"}])
    headings = [axes.get_title(loc="left") for axes in drawn[0].axes]
    assert headings == ["losses, nats: generator loss", "losses, nats: brand new loss"]


def test_a_loss_is_readable_beside_one_that_is_40_times_as_large(drawn):
    rows = [
        {"epoch": str(n), "large_loss": str(40 + n), "small_loss": str(1 + 0.1 * n)}
        for n in range(5)
    ]
    loss_curves(rows)
    for axes in drawn[0].axes:  # each fills at least half of its panel
        values = axes.lines[0].get_ydata()
        low, high = axes.get_ylim()
        assert np.ptp(values) > (high - low) / 2


def test_numbers_of_a_kind_share_a_panel_with_their_names_below(drawn):
    loss_curves([{"epoch": "1", "real_accuracy": "0.9", "fake_accuracy": "0.5"}])
    (axes,) = drawn[0].axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["real accuracy", "fake accuracy"]


def test_curves_are_as_wide_as_a_phone_and_their_text_is_legible_there(drawn):
    loss_curves([{"epoch": "1", "real_accuracy": "0.9", "fake_accuracy": "0.5"}])
    pixels = 362 / drawn[0].get_figwidth()  # of an inch, where the page has 390
    (axes,) = drawn[0].axes
    texts = [*axes.get_legend().get_texts(), *axes.get_xticklabels(), axes.title]
    assert min(text.get_fontsize() for text in texts) / 72 * pixels > 11


def test_metrics_without_anything_to_draw_are_an_empty_chart(drawn):
    assert loss_curves([{"epoch": "1", "step": "3"}]).startswith(b"\x89PNG")


def test_epochs_of_a_dead_generator_are_grey(drawn):
    states = [health.ALIVE, health.DEAD, health.NOT_YET, health.ONE_IMAGE]
    rows = [
        {"epoch": str(epoch), "nmi": "0.5", "state": state}
        for epoch, state in enumerate(states, start=1)
    ]
    loss_curves(rows)
    spans = [(patch.get_x(), patch.get_width()) for patch in drawn[0].axes[0].patches]
    assert spans == [(1.5, 1.0), (2.5, 1.0)]
    assert "grey" in drawn[0].get_suptitle()
    loss_curves(rows[:1])
    assert not drawn[1].axes[0].patches and drawn[1].get_suptitle() == "a run"


def _ticks(axes):
    axes.figure.canvas.draw()
    return [label.get_text() for label in axes.get_yticklabels()]


def test_an_entropy_that_hardly_moves_is_a_flat_line_with_whole_numbers_beside_it(drawn):
    rows = [{"epoch": str(n), "prior_entropy": str(2.302585 - 1e-5 * n)} for n in range(1, 5)]
    loss_curves(rows)
    (axes,) = drawn[0].axes
    assert "2.30" in _ticks(axes) and not axes.yaxis.get_offset_text().get_text()
    low, high = axes.get_ylim()
    assert high - low > 100 * 3e-5


def test_small_losses_that_differ_fill_their_panel(drawn):
    loss_curves([{"epoch": str(n), "tiny_loss": str(n * 1e-5)} for n in (1, 2, 3)])
    low, high = drawn[0].axes[0].get_ylim()
    assert high - low < 1e-4
