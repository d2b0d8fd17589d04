"""When a training draws its pictures, and who is told."""

import tensorflow as tf

from elastic_infogan_tf.training.pictures import Pictures
from tests.evaluation.known_model import KnownModel, grey_images


def test_pictures_are_drawn_on_time_with_the_metrics_so_far_and_then_it_is_said(tmp_path):
    model, metrics, seen = KnownModel([2, 0, 3, 1], [0.25] * 4), [], []
    projected = []

    def drawn():
        seen.append((model.step, {path.name for path in tmp_path.glob("*.png")}))
        projected.append((board / "features_metadata.tsv").read_text().splitlines())

    writer = tf.summary.create_file_writer(str(tmp_path / "tensorboard"))
    board = tmp_path / "tensorboard"
    data = grey_images()
    pictures = Pictures(tmp_path, board, writer, data, 2, "a run", lambda: list(metrics), drawn)
    pictures.set_model(model)
    for epoch in range(3):
        model.step = epoch + 1
        if epoch:
            metrics.append({"epoch": str(epoch + 1), "generator_loss": "1"})
        pictures.on_epoch_end(epoch)
    model.step = 9
    pictures.on_train_end()
    assert [step for step, _ in seen] == [1, 2, 9]
    (_, first), (_, second), (_, last) = seen
    assert first == {"grid.png", "grid-0000001.png", "prior.png"}
    assert second == first | {"losses.png", "grid-0000002.png"}
    # The projector's files come with them.
    assert {len(lines) for lines in projected} == {1 + len(data.images)} and len(projected) == 3
    assert last == second | {"grid-0000009.png"}
