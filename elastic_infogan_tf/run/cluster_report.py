"""What a person is told of the clusters that become a run's codes."""

import json
from pathlib import Path
from typing import Any

import tensorflow as tf
from tqdm import tqdm

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.figures import thumbnails
from elastic_infogan_tf.evaluation.figures.clusters import draw_cluster_count, draw_clusters
from elastic_infogan_tf.evaluation.figures.figure_table import publish
from elastic_infogan_tf.evaluation.metrics.disentanglement import contingency_table
from elastic_infogan_tf.report.page import write_page
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.training.clusters import Made, tag_scalars
from elastic_infogan_tf.utils.files import write_atomically

_CLUSTERS, _CURVE = "clusters_at_switch", "cluster_count"  # names of the figures


class ClusterReport:
    """Tells of clusters of real images: above the progress bar, in the run's folder, TensorBoard.

    Args:
        folder: of the run.
        writer: TensorBoard's, the run's.
        data: its training set.
        title: of the figures.
    """

    def __init__(
        self,
        folder: RunFolder,
        writer: tf.summary.SummaryWriter,
        data: LabelledImages,
        title: str,
    ) -> None:
        self._title = title
        self._folder = folder
        self._writer = writer
        self._data = data

    def __call__(self, made: Made) -> None:
        """Shows clusters that were just made."""
        tqdm.write(made.describe())
        write_atomically(self._folder.clusters, json.dumps(self._record(made), indent=2) + "\n")
        with self._writer.as_default():
            tag_scalars(made)
        publish(self._figures(made), self._folder.figures, self._writer, made.step)
        thumbnails.write(self._folder.figures, [self._sheet(made)])
        write_page(self._folder)
        meant = "the codes will be these" if made.is_taken else "the clusters so far"
        tqdm.write(f"look at {self._path(_CLUSTERS)}: {meant}")

    def _record(self, made: Made) -> dict[str, Any]:
        """Returns what `clusters.json` holds."""
        record = made.scalars() | {
            "step": made.step,
            "is_taken": made.is_taken,
            "sizes": made.sizes.tolist(),
        }
        if self._data.labels is not None:
            shape = len(made.sizes), len(self._data.class_names)
            table = contingency_table(made.clustering.labels, self._data.labels, *shape)
            record["contingency"] = table.tolist()
        if made.curve is not None:
            record["curve"] = made.curve.to_json()
        return record

    def _figures(self, made: Made) -> dict[str, bytes]:
        """Returns PNG bytes by name."""
        png = draw_clusters(
            self._data,
            made.clustering.labels,
            made.clustering.confidence,
            len(made.sizes),
            f"{self._title}\nclusters of real images after step {made.step}",
        )
        figures = {_CLUSTERS: png}
        if made.curve is not None:
            title = f"{self._title}\nhow many clusters, after step {made.step}"
            figures[_CURVE] = draw_cluster_count(made.curve, title)
        return figures

    def _sheet(self, made: Made) -> thumbnails.Sheet:
        """Returns the clusters as the page shows them until there are groups."""
        meant = "which the generator learns as its codes" if made.is_taken else "so far"
        return thumbnails.sheet_of_groups(
            self._data,
            made.clustering.labels,
            made.clustering.confidence,
            len(made.sizes),
            title="Clusters of real images",
            text=f"As of step {made.step:,}, {meant}; the largest first.",
        )

    def _path(self, name: str) -> Path:
        return self._folder.figures / f"{name}.png"
