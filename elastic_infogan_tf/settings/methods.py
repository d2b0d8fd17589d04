"""The table of methods: a row names its module, its kinds and what it sets differently."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.utils.text import did_you_mean, shortened

USUAL_METHOD = "elastic_infogan"
# A generator that learns faster, and noise that keeps D from being sure at first (ours): without
# them small data sets, and a generator that waits for its codes, may never take off.
GENTLE_START: Mapping[str, Any] = {"generator_learning_rate": 1e-3, "instance_noise": 0.3}


@dataclasses.dataclass(frozen=True)
class Method:
    """One row of the table.

    Attributes:
        prior: `learned`, `uniform` or `proportions` (the true ones) for an InfoGAN; `clusters`, the
            shares of clusters of real images; `none` for a VAE, which samples none in training.
        contrastive: `nt_xent`, `positive` (pull only, no negatives) or `none`.
        model: module of `elastic_infogan_tf.models` with `build`, which returns its `keras.Model`;
            a name with a dot is a module of anyone's.
        settings: settings in which it differs from the data set's preset.
        few_images: those in which it differs besides, where a data set has few images.
        is_infogan: whether it has an InfoGAN's networks and losses, Q among them.
        in_paper: whether the paper's tables have a row of it.
        has_schedule: whether what it does at a step depends on how many there will be, so that a
            run of it cannot be made longer afterwards.
    """

    prior: str
    contrastive: str
    model: str = "elastic_infogan"
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    few_images: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    is_infogan: bool = True
    in_paper: bool = True
    has_schedule: bool = False

    @property
    def learns_prior(self) -> bool:
        """Whether its prior has weights."""
        return self.prior == "learned"

    @property
    def is_contrastive(self) -> bool:
        """Whether it has a contrastive loss."""
        return self.contrastive != "none"

    @property
    def knows_proportions(self) -> bool:
        """Whether it is told the true class proportions."""
        return self.prior == "proportions"


# The published rows, in the paper's order, then ours.
METHODS: dict[str, Method] = {
    # JointVAE's own settings (Dupont 2018, on MNIST).
    "joint_vae": Method(
        "none",
        "none",
        model="joint_vae",
        settings={"noise_dim": 10, "temperature": 0.67, "learning_rate": 5e-4},
        is_infogan=False,
    ),
    "uniform_infogan": Method("uniform", "none"),
    "gumbel_softmax": Method("learned", "none"),
    "gumbel_softmax_pos_ntxent": Method("learned", "positive"),
    "elastic_infogan": Method("learned", "nt_xent"),
    "ground_truth_infogan": Method("proportions", "none"),
    "ground_truth_infogan_ntxent": Method("proportions", "nt_xent"),
    "clustered_infogan": Method(
        "clusters",
        "nt_xent",
        model="clustered_infogan",
        settings={
            "transforms": "stronger",
            "contrastive_temperature": 0.2,
            "contrastive_weight": 0.3,
            **GENTLE_START,
        },
        few_images={"discriminator_augment": "translation"},
        in_paper=False,
        has_schedule=True,
    ),
}


def find_method(name: Any) -> Method:
    """Returns the row of a method, or refuses what is none with those that there are."""
    if not isinstance(name, str) or name not in METHODS:
        raise UsageError(
            f"--method must be one of {', '.join(METHODS)}. Received: {shortened(name)}"
            f"{did_you_mean(name, METHODS)}"
        )
    return METHODS[name]


def published() -> list[str]:
    """Returns the rows of the paper's tables, in its order."""
    return [name for name, row in METHODS.items() if row.in_paper]
