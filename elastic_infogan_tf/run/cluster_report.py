"""What a person is told of the clusters that become a run's codes."""

import json

import tensorflow as tf

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.evaluation.figures.cluster_count import draw_cluster_count
from elastic_infogan_tf.evaluation.figures.clusters import draw_clusters
from elastic_infogan_tf.evaluation.measures.disentanglement import contingency_table
from elastic_infogan_tf.files import write_atomically
from elastic_infogan_tf.models.clustering.number import NumberCurve
from elastic_infogan_tf.run.page import write_page
from elastic_infogan_tf.run.run_folder import RunFolder
from elastic_infogan_tf.training.clusters import Made, tag_scalars


class ClusterReport:
    """Prints clusters of real images and writes them into the run's folder and to TensorBoard.

    Args:
        folder: of the run.
        data: its training set.
        title: of the figures.
        leaves_codes_open: whether another number of codes would go with the same images.
    """

    def __init__(
        self, folder: RunFolder, data: LabelledImages, title: str, *, leaves_codes_open: bool
    ) -> None:
        self._title = title
        self._folder = folder
        self._data = data
        self._leaves_codes_open = leaves_codes_open

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
        if made.curve is not None:
            record["curve"] = made.curve.to_json()
        write_atomically(self._folder.clusters, json.dumps(record, indent=2) + "\n")
        self._draw(made)
        if made.curve is not None:
            self._show_curve(made.curve, made)
        write_page(self._folder)

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

    def _show_curve(self, curve: NumberCurve, made: Made) -> None:
        title = f"{self._title}\nhow many clusters, after step {made.step}"
        path = self._folder.figures / "cluster_count.png"
        write_atomically(path, draw_cluster_count(curve, title))
        text = f"recommended number of codes: {curve.recommended}, of up to {curve.numbers[-1]}"
        if self._leaves_codes_open and curve.recommended != len(made.sizes):
            text += f"; --num_classes={curve.recommended} in a run of its own takes it"
        print(f"{text} ({path})", flush=True)
