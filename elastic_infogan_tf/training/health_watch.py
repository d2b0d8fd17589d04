"""Looks after every epoch whether the generator is alive, and says so where that changes."""

from collections.abc import Sequence

import keras
import tensorflow as tf
from tqdm import tqdm

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation import evaluator
from elastic_infogan_tf.evaluation.evidence import Evidence
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.evaluation.measures import health
from elastic_infogan_tf.evaluation.reference import Reference


class HealthWatch:
    """Takes a model's signs of life, and warns once when it is in trouble and once when it is over.

    Something is said when two epochs in a row agree, so that a value near a threshold does not
    make a line of every epoch.

    Args:
        model: the one that trains.
        data: its training set; labels are not looked at.
        writer: TensorBoard's, for what is said.
        earlier: the states of the epochs before, of `measures.health.STATES`.
        is_judged: whether the signs are more than numbers; not for a VAE, see `health.state`.

    Attributes:
        state: at the last epoch; None before the first one, and where it is not judged.
    """

    def __init__(
        self,
        model: keras.Model,
        data: LabelledImages,
        writer: tf.summary.SummaryWriter,
        earlier: Sequence[str] = (),
        is_judged: bool = True,
    ) -> None:
        self._inference = Inference(model)
        self._reference = Reference(data)
        self._writer = writer
        self._is_judged = is_judged
        self.state: str | None = None
        self._said: str | None = None
        for state in earlier:
            self._settle(state)

    def measure(self) -> dict[str, float]:
        """Takes the signs of the model as it is, says what has changed, and returns them by name.

        The same model has the same signs at any time: noise and real images are the same ones.
        """
        signs = evaluator.signs(Evidence(self._inference, self._reference))
        step = self._inference.model.step
        if self._is_judged and self._settle(health.state(signs, step)):
            text = f"step {step}: {health.advice(self.state)}"
            tqdm.write(text)
            with self._writer.as_default(step=step):
                tf.summary.text("health/state", text)
        return signs

    def _settle(self, state: str) -> bool:
        """Takes an epoch's state; returns whether there is something new to say."""
        before, self.state = self.state, state
        if state != before or state == self._said or state == health.TOO_EARLY:
            return False
        is_news = state != health.ALIVE or self._said is not None
        self._said = state if is_news else None
        return is_news
