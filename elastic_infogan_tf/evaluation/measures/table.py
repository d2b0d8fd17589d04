"""What tables and curves show of a run's results: the paper's measures and those it lacks."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        name: in CSV files, and its key in the published results.
        path: where `results.json` has it, keys joined by dots.
        title: for people.
        reading: its unit and which way is good, for people.
    """

    name: str
    path: str
    title: str
    reading: str


NMI = Measure("nmi", "generated.nmi", "NMI", "higher is better")
ENT = Measure("ent", "generated.ent", "ENT", "nats, lower is better")
ONE_NN = Measure("one_nn", "one_nn.accuracy", "1-NN accuracy", "higher is better")
PRIOR_DISTANCE = Measure(
    "prior_total_variation", "prior.total_variation", "prior's total variation", "lower is better"
)

# The paper's three tables.
PAPER_MEASURES = (NMI, ENT, ONE_NN)
# What the paper does not report (ours).
OTHER_MEASURES = (
    Measure(
        "frechet_distance_classifier",
        "generated.frechet_distance_classifier",
        "Frechet distance",
        "on the classifier's features, lower is better",
    ),
    Measure(
        "kid_classifier",
        "generated.kid_classifier",
        "KID",
        "on the classifier's features, lower is better",
    ),
    Measure(
        "mean_relative_diversity",
        "generated.mean_relative_diversity",
        "relative diversity",
        "1 is as varied as the real classes",
    ),
    Measure("q_matched_accuracy", "q.matched_accuracy", "Q's matched accuracy", "higher is better"),
    PRIOR_DISTANCE,
)
