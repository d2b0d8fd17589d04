"""The paper's three tables and the authors' MNIST curve, to put our results beside them.

Reference: Ojha, Singh, Hsieh, Lee, "Elastic-InfoGAN: Unsupervised Disentangled Representation
Learning in Class-Imbalanced Data" (NeurIPS 2020). The tables stand here as printed (published); the
curve comes from running the authors' code (official).
"""

from collections.abc import Mapping

from elastic_infogan_tf.settings.data_sets import DATA_SETS

Score = tuple[float, float]  # mean, standard deviation
Scores = Mapping[str, Mapping[str, Score]]  # method -> data set -> score

DATASETS = tuple(name for name, row in DATA_SETS.items() if row.in_paper)
RANDOM_Q = "random_q"  # 1-NN's row for a Q with its initial weights


def _parse(table: str) -> Scores:
    """Reads a row per method: its name, then mean±standard deviation for the first data sets."""
    scores: dict[str, dict[str, Score]] = {}
    for line in table.strip().splitlines():
        method, *cells = line.split()
        pairs = (cell.split("±") for cell in cells)
        # The 1-NN table ends before ShapeNet.
        scores[method] = {
            dataset: (float(mean), float(deviation))
            for dataset, (mean, deviation) in zip(DATASETS, pairs, strict=False)
        }
    return scores


# NMI of code and predicted class, in [0, 1]; higher is better.
_NMI = _parse("""
joint_vae                   .6801±.081 .4472±.027 .3915±.236 .4478±.212 .1892±.075
uniform_infogan             .7765±.045 .6656±.005 .4990±.205 .2525±.165 .6382±.088
gumbel_softmax              .8360±.048 .7603±.014 .4003±.309 .2356±.134 .6031±.153
gumbel_softmax_pos_ntxent   .8781±.061 .7647±.011 .5818±.127 .4536±.172 .7236±.062
elastic_infogan             .8893±.044 .7923±.004 .8504±.068 .6499±.082 .7900±.077
ground_truth_infogan        .7827±.049 .6941±.031 .4512±.276 .1738±.142 .5492±.152
ground_truth_infogan_ntxent .8008±.052 .7421±.023 .7841±.092 .5915±.152 .5314±.105
""")

# Mean entropy of the contingency table's rows and columns, nats; lower is better.
_ENT = _parse("""
joint_vae                   .7006±.134 1.7173±.022 1.0818±.526 1.9090±.438 1.0113±.064
uniform_infogan             .4569±.096 1.0312±.009 1.1075±.483 1.6626±.368 .5318±.141
gumbel_softmax              .3260±.101 .7573±.014 1.3183±.702 1.6960±.305 .6188±.241
gumbel_softmax_pos_ntxent   .2347±.101 .7188±.006 .9188±.247 1.2088±.417 .3973±.069
elastic_infogan             .2130±.088 .6358±.015 .3026±.147 .7651±.180 .2972±.104
ground_truth_infogan        .4196±.097 .9611±.009 1.1907±.646 1.8369±.318 .6730±.249
ground_truth_infogan_ntxent .3694±.094 .7672±.040 .4373±.191 .8851±.331 .7162±.172
""")

# 1-NN accuracy on Q's features; the printed table is headed "%" but holds fractions.
_ONE_NN = _parse("""
random_q        .4865±.009 .9541±.003 .3140±.055 .2942±.038
uniform_infogan .8665±.014 .9581±.026 .7700±.074 .6438±.109
gumbel_softmax  .9113±.017 .9812±.013 .6726±.073 .6241±.119
elastic_infogan .9655±.007 .9985±.018 .9852±.005 .9515±.020
""")

PUBLISHED: Mapping[str, Scores] = {"nmi": _NMI, "ent": _ENT, "one_nn": _ONE_NN}

# The authors' MNIST code (CPU port), seed 0, batch 64, 668 steps an epoch; measured with their
# pre-trained classifier on 1,000 images a code.
REFERENCE_DATASET = "mnist"
REFERENCE_SPLIT = 1
_EPOCHS: tuple[float, ...] = (1, 2, 3, 4, 5, 7, 9, 10, 12, 14)
_REFERENCE_NMI = (0.301, 0.629, 0.755, 0.771, 0.766, 0.777, 0.806, 0.834, 0.826, 0.828)
_REFERENCE_ENT = (1.524, 0.790, 0.547, 0.519, 0.529, 0.471, 0.401, 0.343, 0.364, 0.354)
REFERENCE_CURVES: Mapping[str, Mapping[float, float]] = {
    "nmi": dict(zip(_EPOCHS, _REFERENCE_NMI, strict=True)),
    "ent": dict(zip(_EPOCHS, _REFERENCE_ENT, strict=True)),
}
