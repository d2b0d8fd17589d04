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
        help="passes over the training set, of whole batches", bounds=at_least(1)
    )
    batch_size: int = _setting(
        help="global batch over all replicas", bounds=at_least(2, "batch statistics")
    )
    steps: int | None = _setting(
        None,
        help="train steps, in place of --epochs: the least whole epochs that have as many",
        bounds=at_least(1),
    )
    learning_rate: float = _setting(2e-4, help="of all Adams", bounds=ABOVE_0)
    seed: int = _setting(
        0,
        help="of the draw, the weights, the batches, noise and codes",
        bounds=between(0, 2**31 - 1),
    )

    def whole_epochs(self, epoch_steps: int) -> int:
        """Returns how many epochs of so many steps are trained."""
        return self.epochs or math.ceil(self.steps / epoch_steps)
