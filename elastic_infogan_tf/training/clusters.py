"""The moment at which a training's codes are made: clusters of real images."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.clustering import agreement
from elastic_infogan_tf.clustering.agreement import AGREEING, GRAPH, mean_features
from elastic_infogan_tf.clustering.cluster import (
    Clustering,
    NumberCurve,
    choose_number,
    cluster,
    stable_from,
)
from elastic_infogan_tf.data.bursts import numbered
from elastic_infogan_tf.data.labelled_images import ImageArray
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.models.cluster_state import CONFIDENT
from elastic_infogan_tf.training.strategy import from_chief

_PROLONGED = 6  # a first part that goes on does so by one such part of its length
# Where clusters are taken as they are: in parts of a training, and of a first part's first length.
_LATEST, _LONGEST = 0.6, 1.5
_LEAST_KEPT = 0.2  # share of a cluster that a second encoder has to agree with

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
        agreement: adjusted Rand index with the clusters of a second encoder, where they are taken
            and there is one; or None.
        kind: of the cut, one of `agreement.KINDS`.
    """

    clustering: Clustering
    step: int
    is_taken: bool
    curve: NumberCurve | None = None
    agreement: float | None = None
    kind: str = GRAPH

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
        if self.agreement is not None:
            scalars["agreement"] = self.agreement
        return {name: value for name, value in scalars.items() if np.isfinite(value)}

    def describe(self) -> str:
        """Returns a sentence for people."""
        logged = self.scalars()
        text = (
            f"clusters of {self.sizes.sum()} real images after step {self.step}: sizes "
            f"{', '.join(map(str, self.sizes))}"
        )
        if not self.is_taken:
            least = logged["stable_from"]
            return (
                f"{text}; clustering stability {logged['stability']:.3f}, not stable yet (below "
                f"{least}): the first part goes on"
            )
        text += f"; {logged['confident_share']:.1%} of the images are learned from"
        if self.agreement is not None:
            text += f"; agreement with a second encoder {self.agreement:.3f} (by {self.kind})"
            if self.agreement < AGREEING:
                text += f", below {AGREEING}: some clusters may be two things, or halves of one"
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
        learn_apart: returns features of the images by a second encoder, float `[n, d]`; None: there
            is none to compare with.
        given: labels and confidence to begin with instead; or None.
        bursts: int `[n]`, which images are clustered as one, by the mean of their features; None:
            each by itself.
    """

    def __init__(
        self,
        images: ImageArray,
        seed: int,
        show: Show | None,
        progress: Callable[[str], None],
        learn_apart: Callable[[], np.ndarray] | None = None,
        given: tuple[np.ndarray, np.ndarray] | None = None,
        bursts: np.ndarray | None = None,
    ) -> None:
        super().__init__()
        self._learn_apart = learn_apart
        self._given = given
        self._bursts = np.arange(len(images)) if bursts is None else numbered(bursts)
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
        if due is None or (self.model.step < due and self._given is None):
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
        if self._given is not None:
            labels, confidence = self._given
            return Made(Clustering(labels, confidence, float("nan"), 1.0), model.step, True)
        self._progress("features of real images")
        inference = Inference(model)
        features = mean_features(inference.encode(self._images).features, self._bursts)
        clustering = cluster(features, model.num_codes, self._seed, progress=self._progress)
        latest = min(_LATEST * model.total_steps, _LONGEST * model.state.first_steps)
        last_chance = model.step + _prolonged(model) > latest
        is_taken = last_chance or clustering.stability >= stable_from(len(features))
        made = Made(clustering, model.step, is_taken)
        if is_taken:
            made = dataclasses.replace(self._compared(made, features), curve=self._curve(features))
        clustering = dataclasses.replace(
            made.clustering,
            labels=made.clustering.labels[self._bursts],
            confidence=made.clustering.confidence[self._bursts],
        )
        made = dataclasses.replace(made, clustering=clustering)
        if model.has_q:
            labels = agreement.named_by(self._q_codes(), made.clustering.labels)
            clustering = dataclasses.replace(clustering, labels=labels)
            made = dataclasses.replace(made, clustering=clustering)
        return made

    def _compared(self, made: Made, features: np.ndarray) -> Made:
        """Takes the kind of cut on which a second encoder agrees most, and doubts the rest.

        An image that the second encoder puts elsewhere has confidence 0, except in a cluster that
        would keep less than a fifth of its images.
        """
        if self._learn_apart is None:
            return made
        count, graph = self.model.num_codes, made.clustering
        both = [features, mean_features(self._learn_apart(), self._bursts)]
        cuts = agreement.agree(both, count, self._seed, known=graph.labels, progress=self._progress)
        labels, other = cuts.labels[cuts.kind]
        confidence = graph.confidence
        if cuts.kind != GRAPH:
            confidence = agreement.confidence(features, labels, count, self._seed)
        same = labels == other
        kept = np.bincount(labels, weights=same, minlength=count)
        rare = kept < _LEAST_KEPT * np.bincount(labels, minlength=count)
        confidence = np.where(same | rare[labels], confidence, 0).astype(np.float32)
        clustering = dataclasses.replace(graph, labels=labels, confidence=confidence)
        return dataclasses.replace(
            made, clustering=clustering, agreement=cuts.score, kind=cuts.kind
        )

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


def tag_scalars(made: Made) -> None:
    """Writes what was made to TensorBoard's default writer."""
    for name, value in made.scalars().items():
        tf.summary.scalar(f"clusters/{name}", value, step=made.step)
    tf.summary.histogram("clusters/sizes", made.sizes, step=made.step)
    tf.summary.histogram("clusters/confidence", made.clustering.confidence, step=made.step)
