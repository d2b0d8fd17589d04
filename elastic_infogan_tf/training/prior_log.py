"""The prior over time, in TensorBoard."""

import keras
import numpy as np
import tensorflow as tf
from tensorboard.plugins.histogram import metadata

from elastic_infogan_tf.evaluation.scalars import probability_tags

_BY_CODE = "The prior itself: a place for each code, and over it the code's probability."
_SPREAD = (
    "How far the codes' probabilities lie apart: those of all codes, from the smallest to the "
    "largest. A uniform prior is a line at 1/K."
)


class PriorLog(keras.callbacks.Callback):
    """Writes the prior of every epoch, and the one that a training begins with, to TensorBoard.

    There are a line for each code, as far as a chart can show them, and two histograms: of the
    codes, each as often as the prior says, and of their probabilities.

    Args:
        writer: TensorBoard's.
    """

    def __init__(self, writer: tf.summary.SummaryWriter) -> None:
        super().__init__()
        self._writer = writer

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Writes the prior that nothing has moved yet; a resumed run's was written before."""
        if self.model.step == 0:
            self._write()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Writes the prior."""
        self._write()

    def _write(self) -> None:
        probabilities = self.model.prior.probabilities.numpy()
        with self._writer.as_default(step=self.model.step):
            tags = probability_tags(len(probabilities))
            for name, value in zip(tags, probabilities[: len(tags)], strict=True):
                tf.summary.scalar(name, value)
            tf.summary.histogram("prior/probabilities", probabilities, description=_SPREAD)
            # `tf.summary.histogram` counts samples; here the counts are known.
            tf.summary.write(
                "prior/codes",
                _buckets(probabilities),
                metadata=metadata.create_summary_metadata("prior/codes", _BY_CODE),
            )
        self._writer.flush()


def _buckets(probabilities: np.ndarray) -> np.ndarray:
    """Returns a histogram's left edges, right edges and counts, float64 `[K, 3]`."""
    codes = np.arange(len(probabilities))
    return np.stack([codes - 0.5, codes + 0.5, probabilities], axis=1)
