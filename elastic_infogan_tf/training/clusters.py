"""The moment at which a training's codes are made: clusters of real images."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import confusion_matrix

from elastic_infogan_tf.clustering.cluster import (
    Clustering,
    NumberCurve,
    choose_number,
    cluster,
    stable_from,
)
from elastic_infogan_tf.data.labelled_images import ImageArray
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.models.cluster_state import CONFIDENT
from elastic_infogan_tf.training.strategy import from_chief

_PROLONGED = 6  # a first part that goes on does so by one such part of its length
# Where clusters are taken as they are: in parts of a training, and of a first part's first length.
_LATEST, _LONGEST = 0.6, 1.5

Show = Callable[["Made"], None]


@dataclasses.dataclass(frozen=True)
class Made:
    """Clusters at a step of a training, and whether they become the codes.

    Attributes:
        clustering: of all training images.
        step: train steps taken.
        is_taken: whether they become the codes; if not the first part goes on.
        curve: of other numbers of clusters of the same features, where they are taken and there
            are enough images that differ; or None.
    """

    clustering: Clustering
    step: int
    is_taken: bool
    curve: NumberCurve | None = None

    @property
    def sizes(self) -> np.ndarray:
        """Images of each cluster, int64 `[K]`."""
        return np.bincount(self.clustering.labels)

    def scalars(self) -> dict[str, float]:
        """Returns what there is to log, by name."""
        clustering = self.clustering
        scalars = {
            "graph_mutual_information": clustering.mutual_information,
            "stability": clustering.stability,
            "stable_from": stable_from(len(clustering.labels)),
            "confident_share": float(np.mean(clustering.confidence >= CONFIDENT)),
            "largest_share": float(self.sizes.max() / self.sizes.sum()),
            "smallest_share": float(self.sizes.min() / self.sizes.sum()),
        }
        if self.curve is not None:
            scalars["recommended_number"] = float(self.curve.recommended)
        return scalars

    def describe(self) -> str:
        """Returns a sentence for people."""
        logged = self.scalars()
        least = logged["stable_from"]
        text = (
            f"clusters of {self.sizes.sum()} real images after step {self.step}: sizes "
            f"{', '.join(map(str, self.sizes))}; {logged['confident_share']:.1%} of the images are "
            f"sure of theirs; clustering stability {logged['stability']:.3f}"
        )
        if not self.is_taken:
            return f"{text}: not stable yet (below {least}), the first part goes on"
        if logged["stability"] < least:
            text += f" (below {least}: some clusters may be two things, or halves of one)"
        return f"{text}. They are the codes from here on"


class ClusterCallback(keras.callbacks.Callback):
    """Clusters the training images when the model's schedule says so, and gives it the labels.

    The chief clusters; other workers take its clusters. It is a function of the model's weights,
    the images and the seed, so a training that is broken off in it begins it anew and comes to the
    same.

    Args:
        images: of the training set.
        seed: of the clustering.
        show: told what was made, on the chief; or None.
        progress: called every few seconds in between; it may raise, to stop.
    """

    def __init__(
        self,
        images: ImageArray,
        seed: int,
        show: Show | None,
        progress: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._images = images
        self._seed = seed
        self._show = show
        self._progress = progress

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Clusters if the training was broken off just before."""
        self._cluster_if_due()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Clusters if it is time."""
        self._cluster_if_due()

    def _cluster_if_due(self) -> None:
        due = self.model.next_clustering
        if due is None or self.model.step < due:
            return
        made = None
        if self._show is not None:
            made = self._make()
        labels, confidence, is_taken = self._shared(made)
        if is_taken:
            self.model.take_clusters(labels, confidence)
        else:
            self.model.state.prolong_first_part(_prolonged(self.model))
        if made is not None:
            self._show(made)

    def _make(self) -> Made:
        model = self.model
        self._progress("features of real images")
        inference = Inference(model)
        features = inference.encode(self._images).features
        clustering = cluster(features, model.num_codes, self._seed, progress=self._progress)
        if model.has_q:
            labels = _named_by(self._q_codes(), clustering.labels, model.num_codes)
            clustering = dataclasses.replace(clustering, labels=labels)
        latest = min(_LATEST * model.total_steps, _LONGEST * model.state.first_steps)
        last_chance = model.step + _prolonged(model) > latest
        is_taken = last_chance or clustering.stability >= stable_from(len(features))
        curve = self._curve(features) if is_taken else None
        return Made(clustering, model.step, is_taken, curve)

    def _curve(self, features: np.ndarray) -> NumberCurve | None:
        """Returns what other numbers of clusters would be like, up to twice the codes."""
        largest = min(2 * self.model.num_codes, len(features))
        try:
            return choose_number([features], largest, self._seed, progress=self._progress)
        except UsageError:  # enough images differ for the codes, but not for twice as many
            return None

    def _shared(self, made: Made | None) -> tuple[np.ndarray, np.ndarray, bool]:
        """Returns labels, confidence and whether they are taken, as the chief has them."""
        packed = np.zeros([2, len(self._images) + 1], np.float32)  # labels are far below 2**24
        if made is not None:
            packed[0, :-1] = made.clustering.labels
            packed[1, :-1] = made.clustering.confidence
            packed[0, -1] = made.is_taken
        packed = from_chief(packed, self.model.distribute_strategy)
        return packed[0, :-1].astype(np.int64), packed[1, :-1], bool(packed[0, -1])

    def _q_codes(self) -> np.ndarray:
        """Returns the codes that the generator has for the training images so far, int64 `[n]`."""
        q = Inference(self.model, encoder=self.model.q)
        return q.encode(self._images).codes


def _prolonged(model: keras.Model) -> int:
    return max(1, model.state.first_steps // _PROLONGED)


def _named_by(codes: np.ndarray, labels: np.ndarray, num_codes: int) -> np.ndarray:
    """Renames clusters after the codes that most of their images have, each a code of its own."""
    shared = confusion_matrix(labels, codes, labels=np.arange(num_codes))
    _, names = linear_sum_assignment(shared, maximize=True)
    return names[labels]


def tag_scalars(made: Made) -> None:
    """Writes what was made to TensorBoard's default writer."""
    for name, value in made.scalars().items():
        tf.summary.scalar(f"clusters/{name}", value, step=made.step)
    tf.summary.histogram("clusters/sizes", made.sizes, step=made.step)
    tf.summary.histogram("clusters/confidence", made.clustering.confidence, step=made.step)
