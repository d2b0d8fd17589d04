"""The class sets and class imbalances of the paper's experiments, as constants.

Everything here is published except the second halves of `CARS_SPLITS` and `CHAIRS_SPLITS` (ours).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from elastic_infogan_tf.errors import UsageError

# Images of each digit 0..9 in the paper's 50 imbalanced training sets, one row a split: published
# as proportions to three decimals, here as the official counts rounded down.
MNIST_SPLIT_COUNTS: tuple[tuple[int, ...], ...] = (
    (6300, 1585, 1407, 6134, 5812, 4882, 2424, 4785, 6125, 3340),
    (2034, 5017, 828, 6300, 3957, 1182, 3053, 6136, 2478, 2117),
    (6300, 3288, 3977, 5279, 2025, 4142, 2714, 1088, 3388, 4205),
    (2945, 2263, 1234, 5194, 5415, 5035, 2139, 2296, 6300, 4515),
    (2352, 1228, 4922, 6300, 5728, 5329, 4716, 2914, 5529, 5205),
    (2624, 5439, 3374, 2961, 4355, 6300, 1838, 3980, 3110, 2661),
    (3237, 5526, 2696, 3184, 2295, 6300, 6029, 2448, 2862, 4076),
    (2135, 2502, 2249, 6300, 3397, 2746, 1731, 5497, 1781, 6111),
    (6177, 5008, 3292, 2671, 3011, 5904, 6300, 5802, 4970, 1342),
    (1762, 4901, 2260, 4303, 5166, 6300, 5453, 4810, 1946, 1434),
    (3610, 1929, 5197, 4098, 1678, 3748, 1077, 1476, 4592, 6300),
    (5193, 4052, 1560, 4513, 4790, 3821, 1908, 5648, 6300, 2567),
    (5240, 2884, 2142, 2590, 1822, 4260, 6300, 3947, 5678, 990),
    (1345, 1936, 4266, 5469, 1259, 6300, 3128, 6285, 2047, 6148),
    (1651, 4061, 2962, 2174, 6300, 4739, 3699, 5028, 5755, 4235),
    (2339, 6300, 5794, 6031, 4715, 4845, 2638, 6224, 1649, 4858),
    (2024, 5052, 2169, 2702, 2925, 4948, 3097, 2333, 6300, 5085),
    (5576, 6173, 4703, 2466, 3179, 858, 1685, 6300, 4015, 4677),
    (3926, 3156, 1174, 2237, 3191, 6300, 5756, 3774, 5160, 1146),
    (6300, 4461, 5004, 3963, 1436, 4800, 1457, 2007, 5898, 4842),
    (4328, 4373, 4253, 5501, 929, 6300, 961, 2341, 5458, 1783),
    (1935, 2391, 4573, 4025, 1988, 6300, 2374, 4440, 3948, 2147),
    (4746, 3812, 6300, 2160, 5978, 4925, 5390, 3976, 6179, 3086),
    (1785, 6088, 6300, 3886, 684, 4852, 3622, 782, 2059, 1469),
    (1783, 6300, 5386, 1681, 3736, 2003, 3175, 4256, 2085, 1703),
    (1274, 692, 6300, 6115, 1200, 1026, 5070, 3046, 5027, 1765),
    (1223, 1123, 3679, 6300, 4943, 3190, 2735, 1890, 4214, 1614),
    (3744, 6300, 4839, 5433, 3753, 1040, 921, 2064, 1484, 3748),
    (2546, 3574, 4070, 6300, 2942, 2465, 1080, 2379, 4812, 5915),
    (5719, 3127, 4706, 3851, 2167, 5048, 1868, 3620, 6120, 6300),
    (4971, 6078, 4039, 5639, 4023, 6117, 6300, 4405, 5653, 897),
    (2835, 3590, 769, 1352, 1275, 3681, 4885, 1177, 3776, 6300),
    (6000, 2521, 1318, 6227, 5781, 3870, 4854, 6300, 3730, 4535),
    (3311, 1797, 2716, 3967, 6300, 2040, 5171, 6128, 2358, 2739),
    (3508, 6300, 4919, 3999, 2715, 4104, 5604, 4030, 2755, 5777),
    (5348, 5292, 5719, 5865, 3722, 4708, 3362, 2022, 6300, 3556),
    (1396, 818, 5453, 6300, 2874, 4227, 1079, 5028, 5098, 5868),
    (6300, 2008, 5248, 3638, 3381, 2949, 1402, 5669, 4430, 6003),
    (2830, 5103, 3019, 5036, 3060, 2231, 1248, 6300, 5410, 1916),
    (4957, 4931, 5667, 4972, 4713, 6283, 1414, 6300, 2795, 2183),
    (2818, 3061, 4290, 4313, 1510, 3506, 1661, 3042, 2978, 6300),
    (2424, 5300, 4393, 5999, 3547, 1804, 3461, 1190, 6300, 4685),
    (4727, 3289, 1502, 5465, 3535, 6300, 874, 2583, 3193, 1541),
    (2794, 6300, 1818, 3544, 1017, 6273, 2437, 3859, 3485, 4719),
    (3621, 759, 6300, 1931, 1561, 3539, 2789, 4629, 4106, 5135),
    (2488, 3837, 3812, 833, 6300, 895, 1993, 3761, 3026, 3217),
    (6149, 6300, 3282, 4029, 4591, 2980, 5308, 1792, 4451, 5516),
    (2194, 1480, 3297, 4237, 3489, 2053, 6102, 2594, 6300, 5808),
    (775, 6300, 5143, 5340, 5313, 1983, 2658, 1251, 4593, 5421),
    (2422, 1588, 4590, 4061, 5445, 1940, 1324, 4621, 1947, 6300),
)

# Ids of the ten 3D Cars models in each of the five class sets (published).
CARS_CLASS_SETS: tuple[tuple[str, ...], ...] = (
    ("009", "002", "004", "007", "001", "025", "026", "024", "043", "023"),
    ("096", "118", "040", "052", "024", "046", "123", "187", "150", "072"),
    ("112", "019", "030", "037", "069", "056", "161", "193", "190", "061"),
    ("038", "111", "104", "159", "035", "037", "086", "043", "173", "196"),
    ("113", "009", "031", "016", "022", "078", "083", "060", "098", "100"),
)

# Five proportions a split, though a class set has ten classes: as printed.
CARS_SPLITS_PUBLISHED: tuple[tuple[float, ...], ...] = (
    (0.141, 0.116, 0.128, 0.077, 0.104),
    (0.035, 0.137, 0.027, 0.068, 0.175),
    (0.081, 0.076, 0.117, 0.109, 0.079),
    (0.134, 0.108, 0.048, 0.143, 0.107),
    (0.033, 0.111, 0.155, 0.160, 0.167),
)

# Ours: the printed five go to the first five ids of the class set; the rest of the mass goes to the
# other five in a random division, drawn once and stored here so that it can never change. The draw,
# in thousandths, with one `rng = numpy.random.default_rng(2020)` for all rows in order, is repeated
# for a row until each of the five lies in [20, 200], about the range of the printed ones:
#     rest = 1000 - round(1000 * sum(printed))
#     ends = numpy.rint(rest * numpy.cumsum(rng.dirichlet(numpy.ones(5))))
#     others = numpy.diff(ends, prepend=0)
CARS_SPLITS: tuple[tuple[float, ...], ...] = (
    (0.141, 0.116, 0.128, 0.077, 0.104, 0.055, 0.026, 0.165, 0.115, 0.073),
    (0.035, 0.137, 0.027, 0.068, 0.175, 0.075, 0.160, 0.096, 0.080, 0.147),
    (0.081, 0.076, 0.117, 0.109, 0.079, 0.032, 0.107, 0.195, 0.095, 0.109),
    (0.134, 0.108, 0.048, 0.143, 0.107, 0.038, 0.037, 0.176, 0.051, 0.158),
    (0.033, 0.111, 0.155, 0.160, 0.167, 0.059, 0.102, 0.036, 0.026, 0.151),
)

# Ids of the ten 3D Chairs models in each of the five class sets (published). That an id is the
# position, from 0, in the sorted list of the 1393 model folders is ours. Two ids are misprinted:
# "(965" and "(241" are read as 0965 and 0241.
CHAIRS_CLASS_SETS: tuple[tuple[str, ...], ...] = (
    ("0965", "0960", "0710", "0045", "1332", "0996", "1074", "0236", "0098", "1196"),
    ("0241", "0307", "0091", "1071", "1317", "0104", "1098", "1064", "0158", "0784"),
    ("0565", "0326", "0892", "0308", "0858", "1212", "0802", "0236", "0257", "0749"),
    ("0241", "0574", "0864", "0401", "1372", "1032", "1101", "0439", "0528", "0264"),
    ("0561", "0334", "1036", "0724", "1314", "0766", "0572", "0840", "1338", "0991"),
)

# Five proportions a split, though a class set has ten classes: as printed.
CHAIRS_SPLITS_PUBLISHED: tuple[tuple[float, ...], ...] = (
    (0.190, 0.040, 0.107, 0.170, 0.101),
    (0.164, 0.204, 0.060, 0.164, 0.055),
    (0.084, 0.119, 0.188, 0.067, 0.070),
    (0.035, 0.178, 0.130, 0.102, 0.173),
    (0.044, 0.060, 0.191, 0.100, 0.022),
)

# Ours, as for the cars: the same draw, with `numpy.random.default_rng(1393)` and repeated until
# each of the five lies in [20, 210], about the range of the printed ones.
CHAIRS_SPLITS: tuple[tuple[float, ...], ...] = (
    (0.190, 0.040, 0.107, 0.170, 0.101, 0.038, 0.057, 0.131, 0.075, 0.091),
    (0.164, 0.204, 0.060, 0.164, 0.055, 0.076, 0.144, 0.076, 0.032, 0.025),
    (0.084, 0.119, 0.188, 0.067, 0.070, 0.048, 0.142, 0.155, 0.066, 0.061),
    (0.035, 0.178, 0.130, 0.102, 0.173, 0.091, 0.050, 0.158, 0.042, 0.041),
    (0.044, 0.060, 0.191, 0.100, 0.022, 0.122, 0.141, 0.093, 0.159, 0.068),
)

# The one split of ShapeNet's five categories (published): 5, 4, 3, 7 and 8 parts of 27. Which
# category gets which is ours, as the categories are.
SHAPENET_PROPORTIONS: tuple[float, ...] = (0.1851, 0.1481, 0.1111, 0.2592, 0.2962)

# Shares of the 40 people in YouTube Faces, which is imbalanced by itself (published). They sum to
# 0.997; the published share of false negatives, 0.0363, is the sum of their squares as printed.
YOUTUBE_FACES_PROPORTIONS: tuple[float, ...] = (
    *(0.019, 0.013, 0.024, 0.020, 0.028, 0.022, 0.053, 0.010, 0.062, 0.031),
    *(0.037, 0.005, 0.011, 0.027, 0.034, 0.033, 0.009, 0.006, 0.011, 0.016),
    *(0.024, 0.047, 0.028, 0.069, 0.012, 0.006, 0.024, 0.005, 0.006, 0.024),
    *(0.005, 0.037, 0.028, 0.056, 0.059, 0.026, 0.008, 0.006, 0.028, 0.028),
)

_SPLITS: Mapping[str, Sequence[Sequence[float]]] = {
    "mnist": MNIST_SPLIT_COUNTS,
    "cars": CARS_SPLITS,
    "chairs": CHAIRS_SPLITS,
    "shapenet": (SHAPENET_PROPORTIONS,),
    "youtube_faces": (YOUTUBE_FACES_PROPORTIONS,),
    "digits": MNIST_SPLIT_COUNTS,
}


def counts(dataset: str, split: int) -> tuple[int, ...] | None:
    """Returns the official images per class of a split; None where there are proportions only."""
    # They use up no class, so `counts_for` would give more.
    return MNIST_SPLIT_COUNTS[split - 1] if dataset == "mnist" else None


def proportions(dataset: str, split: int) -> np.ndarray:
    """Returns a split's class proportions, float64 `[classes]`, sum 1, in the class set's order.

    They are published for `mnist`, `shapenet` and `youtube_faces`, half published and half ours for
    `cars` and `chairs`, and ours, those of MNIST, for `digits`. Splits are numbered from 1.

    Raises:
        UsageError: if the data set or the split does not exist.
    """
    if dataset not in _SPLITS:
        raise UsageError(
            f"splits exist for {', '.join(sorted(_SPLITS))} only; choose one of these data sets. "
            f"Received: {dataset}"
        )
    table = _SPLITS[dataset]
    if not 1 <= split <= len(table):
        raise UsageError(
            f"--split must be between 1 and {len(table)} for --dataset={dataset}. Received: {split}"
        )
    row = np.asarray(table[split - 1], np.float64)
    return row / row.sum()
