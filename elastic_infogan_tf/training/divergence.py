"""Losses that leave all bounds: a warning while they are numbers, an end when they are none."""

import math

import keras
from tqdm import tqdm

from elastic_infogan_tf.errors import DivergenceError
from elastic_infogan_tf.training.checkpoints import Checkpoints

_SMALLER_STEPS = "a smaller --learning_rate"
# By the beginnings of terms' names: what is likely to bring each back.
_ADVICE = {
    "contrastive": f"a larger --contrastive_temperature or {_SMALLER_STEPS}",
    "identity": f"a larger --contrastive_temperature or {_SMALLER_STEPS}",
    "generator": "a smaller --generator_learning_rate, --learning_rate or some --instance_noise",
    "discriminator": f"some --instance_noise or {_SMALLER_STEPS}",
    "information": f"a smaller --info_weight or {_SMALLER_STEPS}",
    "prior": f"a larger --temperature or {_SMALLER_STEPS}",
    "continuous": f"a smaller --capacity or {_SMALLER_STEPS}",
    "discrete": f"a smaller --capacity or {_SMALLER_STEPS}",
}
# A healthy term of any method stays below a few times its first value; of those that begin near 0
# none was seen above 100.
_MOST = 1000.0


class DivergenceGuard(keras.callbacks.Callback):
    """Warns once of a loss that left all bounds, and stops at the first one that is no number.

    Bounds are 1,000 times what the term was at the first step that was seen, 1,000 at least. The
    last good checkpoint stays.

    Args:
        checkpoints: of the run, named in the message.
    """

    def __init__(self, checkpoints: Checkpoints) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._bounds: dict[str, float] = {}
        self._has_warned = False

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Looks at every term.

        Raises:
            DivergenceError: with the step and the first term that is not finite.
        """
        # The sum of all comes last: what broke is one of its terms.
        terms = sorted((logs or {}).items(), key=lambda term: term[0] == "loss")
        for name, value in terms:
            if not math.isfinite(value):
                raise DivergenceError(
                    f"{name} is {value} at step {self.model.step}; training stopped. The last good "
                    f"checkpoint is {self._checkpoints.latest or 'none yet'}. Try {advice(name)}."
                )
            bound = self._bounds.setdefault(name, _MOST * max(1.0, abs(value)))
            if name.endswith("loss") and abs(value) > bound and not self._has_warned:
                self._has_warned = True
                tqdm.write(
                    f"warning: {name} is {value:.3g} at step {self.model.step}, far beyond what it "
                    f"began with; nothing good comes of it. Try {advice(name)}."
                )


def advice(term: str) -> str:
    """Returns what to try where a term of the losses breaks."""
    found = (text for start, text in _ADVICE.items() if term.startswith(start))
    return next(found, _SMALLER_STEPS)
