"""The constants are the paper's: every cell is there and the columns add up."""

import pytest

from elastic_infogan_tf.settings.methods import published
from elastic_infogan_tf.tables.published_results import (
    DATASETS,
    PUBLISHED,
    RANDOM_Q,
    REFERENCE_CURVES,
)


def test_nmi_and_ent_have_all_methods_on_all_data_sets():
    for name in ("nmi", "ent"):
        assert list(PUBLISHED[name]) == published()
        assert all(tuple(scores) == DATASETS for scores in PUBLISHED[name].values())


def test_1_nn_has_the_printed_rows_and_no_shapenet():
    rows = [RANDOM_Q, "uniform_infogan", "gumbel_softmax", "elastic_infogan"]
    assert list(PUBLISHED["one_nn"]) == rows
    assert all(tuple(scores) == DATASETS[:4] for scores in PUBLISHED["one_nn"].values())


@pytest.mark.parametrize(
    ("metric", "method", "dataset", "score"),
    [
        ("nmi", "joint_vae", "mnist", (0.6801, 0.081)),
        ("nmi", "elastic_infogan", "cars", (0.8504, 0.068)),
        ("nmi", "ground_truth_infogan_ntxent", "shapenet", (0.5314, 0.105)),
        ("ent", "joint_vae", "youtube_faces", (1.7173, 0.022)),
        ("ent", "gumbel_softmax_pos_ntxent", "chairs", (1.2088, 0.417)),
        ("one_nn", "random_q", "youtube_faces", (0.9541, 0.003)),
        ("one_nn", "elastic_infogan", "chairs", (0.9515, 0.020)),
    ],
)
def test_cells_stand_as_printed(metric, method, dataset, score):
    assert PUBLISHED[metric][method][dataset] == score


@pytest.mark.parametrize(
    ("metric", "sums"),
    [  # of the printed means and of the deviations, column by column
        (
            "nmi",
            [(5.6435, 0.380), (4.8663, 0.115), (3.9583, 1.313), (2.8047, 1.059), (4.0247, 0.712)],
        ),
        (
            "ent",
            [(2.7202, 0.711), (6.5887, 0.115), (6.3570, 2.942), (9.9635, 2.357), (4.2456, 1.040)],
        ),
        ("one_nn", [(3.2298, 0.047), (3.8919, 0.060), (2.7418, 0.207), (2.5136, 0.286)]),
    ],
)
def test_columns_add_up(metric, sums):
    for dataset, expected in zip(DATASETS, sums, strict=False):
        columns = zip(*(row[dataset] for row in PUBLISHED[metric].values()), strict=True)
        assert [sum(values) for values in columns] == pytest.approx(expected)


def test_elastic_infogan_is_printed_best_everywhere():
    for metric, best in (("nmi", max), ("ent", min), ("one_nn", max)):
        for dataset in PUBLISHED[metric]["elastic_infogan"]:
            means = {method: row[dataset][0] for method, row in PUBLISHED[metric].items()}
            assert best(means, key=means.get) == "elastic_infogan"


def test_the_reference_curve_has_the_measured_epochs():
    nmi, ent = REFERENCE_CURVES["nmi"], REFERENCE_CURVES["ent"]
    assert list(nmi) == list(ent) == [1, 2, 3, 4, 5, 7, 9, 10, 12, 14]
    assert (nmi[1], nmi[10], nmi[14]) == (0.301, 0.834, 0.828)
    assert (ent[1], ent[10], ent[14]) == (1.524, 0.343, 0.354)
