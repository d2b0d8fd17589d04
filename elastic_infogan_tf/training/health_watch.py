"""Looks after every epoch whether the generator is alive, and says so where that changes."""

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
    """Takes a model's signs of life, and warns once when it is not alive and once when it is again.

    Args:
        model: the one that trains.
        data: its training set; labels are not looked at.
        writer: TensorBoard's, for the warnings' text.
        state: of `measures.health.STATES`, at the last epoch of a run that goes on.

    Attributes:
        state: at the last look.
    """

    def __init__(
        self,
        model: keras.Model,
        data: LabelledImages,
        writer: tf.summary.SummaryWriter,
        state: str = health.ALIVE,
    ) -> None:
        self._inference = Inference(model)
        self._reference = Reference(data)
        self._writer = writer
        self.state = state

    def measure(self) -> dict[str, float]:
        """Returns the signs of the model as it is, by name, and remembers its state."""
        signs = evaluator.signs(Evidence(self._inference, self._reference))
        step = self._inference.model.step
        before, self.state = self.state, health.state(signs, step)
        if self.state != before:
            self._say(health.advice(self.state), step)
        return signs

    def _say(self, text: str, step: int) -> None:
        tqdm.write(f"step {step}: {text}")
        with self._writer.as_default(step=step):
            tf.summary.text("health/state", text)
