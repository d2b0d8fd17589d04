"""How long a run learns, from how much at a time, and from which seed."""

import dataclasses
import functools
import math

from elastic_infogan_tf.settings.declare import ABOVE_0, at_least, between, setting

_setting = functools.partial(setting, group="Schedule")


@dataclasses.dataclass(frozen=True)
class ScheduleSettings:
    """Lengths are in epochs of `floor(images / batch_size)` steps.

    `batch_size` is the global batch over all replicas. Either `epochs` or `steps` is given; where
    the images have been counted `epochs` always is (`Config.with_epochs`).
    """

    epochs: int | None = _setting(
        help="number of passes over the training set", bounds=at_least(1), common=True
    )
    batch_size: int = _setting(
        help="images of a train step, over all replicas together",
        bounds=at_least(2, "batch statistics"),
        common=True,
    )
    steps: int | None = _setting(
        None,
        help="number of train steps, in place of --epochs, rounded up to whole epochs",
        bounds=at_least(1),
        common=True,
    )
    learning_rate: float = _setting(2e-4, help="Adam learning rate", bounds=ABOVE_0, common=True)
    seed: int = _setting(
        0,
        help="seed of the imbalanced draw, weights, batches, noise and codes",
        bounds=between(0, 2**31 - 1),
        common=True,
    )

    def whole_epochs(self, epoch_steps: int) -> int:
        """Returns how many epochs of so many steps are trained."""
        return self.epochs or math.ceil(self.steps / epoch_steps)
