"""How long a train step takes on 2 CPU cores, from measured ones (docs/performance.md)."""

from collections.abc import Mapping

from elastic_infogan_tf.settings.config import Config

_WIDTHS = (16, 64)
_USUAL = "elastic_infogan"  # the method whose step those take that are not in the table
# Seconds of a step at both widths by networks and method, in batches of 64 (infogan) and of 50
# (stackgan), by elastic-infogan benchmark at bde306f, 2026-11-26: an AMD EPYC with AVX2,
# TensorFlow 2.21. uniform_infogan was measured at one; the rest is in proportion.
_SECONDS: Mapping[tuple[str, str], tuple[float, float]] = {
    ("infogan", "elastic_infogan"): (0.0338, 0.251),
    ("infogan", "uniform_infogan"): (0.0314, 0.234),
    ("infogan", "clustered_infogan"): (0.0484, 0.411),
    ("infogan", "joint_vae"): (0.0117, 0.0343),
    ("stackgan", "elastic_infogan"): (0.569, 6.20),
    ("stackgan", "uniform_infogan"): (0.530, 5.77),
    ("stackgan", "clustered_infogan"): (0.561, 7.39),
    ("stackgan", "joint_vae"): (0.0338, 0.0960),
}
_BATCH = {"infogan": 64, "stackgan": 50}
_TWO_STAGES = 3.29  # times as long as one, measured for elastic_infogan at width 16


def seconds_per_step(config: Config) -> float | None:
    """Returns what a train step takes; None for networks that are somebody's own.

    The time goes with the batch, and with the square of the width between the measured ones.
    """
    networks, width = config.model.networks, config.model.base_channels
    if networks not in _BATCH:
        return None
    row = networks, config.model.method
    least, most = _SECONDS.get(row) or _SECONDS[networks, _USUAL]
    slope = (most - least) / (_WIDTHS[1] ** 2 - _WIDTHS[0] ** 2)
    # Widths far below the measured ones would come out below 0.
    seconds = max(least + slope * (width**2 - _WIDTHS[0] ** 2), 0.5 * least)
    stages = _TWO_STAGES if config.flat().get("second_stage_size") else 1
    return seconds * stages * config.schedule.batch_size / _BATCH[networks]
