"""What a person is told of the clusters that become a run's codes."""

import json

import tensorflow as tf

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.figures.clusters import draw_clusters
from elastic_infogan_tf.evaluation.measures.disentanglement import contingency_table
from elastic_infogan_tf.files import write_atomically
from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.training.clusters import Made, tag_scalars


class ClusterReport:
    """Prints clusters of real images and writes them into the run's folder and to TensorBoard.

    Args:
        folder: of the run.
        data: its training set.
        title: of the figure.
    """

    def __init__(self, folder: RunFolder, data: LabelledImages, title: str) -> None:
        self._title = title
        self._folder = folder
        self._data = data

    def __call__(self, made: Made) -> None:
        """Shows clusters that were just made."""
        print(f"\n{made.describe()}", flush=True)
        with tf.summary.create_file_writer(str(self._folder.tensorboard)).as_default():
            tag_scalars(made)
        record = made.scalars() | {
            "step": made.step,
            "is_taken": made.is_taken,
            "sizes": made.sizes.tolist(),
        }
        if self._data.labels is not None:
            shape = len(made.sizes), len(self._data.class_names)
            table = contingency_table(made.clustering.labels, self._data.labels, *shape)
            record["contingency"] = table.tolist()
        write_atomically(self._folder.clusters, json.dumps(record, indent=2) + "\n")
        self._draw(made)

    def _draw(self, made: Made) -> None:
        clustering, data = made.clustering, self._data
        png = draw_clusters(
            clustering.labels,
            clustering.confidence,
            data.images,
            f"{self._title}\nclusters of real images after step {made.step}",
            num_clusters=len(made.sizes),
            classes=data.labels,
            class_names=data.class_names,
        )
        path = self._folder.figures / "clusters_at_switch.png"
        write_atomically(path, png)
        print(f"look at {path}: the codes will be these", flush=True)
