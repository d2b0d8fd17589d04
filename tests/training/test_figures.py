"""When a training draws its figures, and who is told."""

import itertools

import tensorflow as tf

from elastic_infogan_tf.training.figures import Figures, thin_out
from tests.evaluation.known_model import KnownModel, grey_images


def test_figures_are_drawn_on_time_with_the_metrics_so_far_and_then_it_is_said(tmp_path):
    model, metrics, seen = KnownModel([2, 0, 3, 1], [0.25] * 4), [], []
    projected = []

    def drawn():
        seen.append((model.step, {path.name for path in tmp_path.glob("*.png")}))
        projected.append((board / "features_metadata.tsv").read_text().splitlines())

    writer = tf.summary.create_file_writer(str(tmp_path / "tensorboard"))
    board = tmp_path / "tensorboard"
    data = grey_images()
    figures = Figures(tmp_path, board, writer, data, 2, "a run", lambda: list(metrics), drawn)
    figures.set_model(model)
    for epoch in range(3):
        model.step = epoch + 1
        if epoch:
            metrics.append({"epoch": str(epoch + 1), "generator_loss": "1"})
        figures.on_epoch_end(epoch)
    model.step = 9
    figures.on_train_end()
    assert [step for step, _ in seen] == [1, 2, 9]
    (_, first), (_, second), (_, last) = seen
    assert first == {"grid.png", "grid-0000001.png", "prior.png"}
    assert second == first | {"losses.png", "grid-0000002.png"}
    # The projector's files come with them.
    assert {len(lines) for lines in projected} == {1 + len(data.images)} and len(projected) == 3
    assert last == second | {"grid-0000009.png"}


def test_within_a_long_first_epoch_there_is_one_more_figure(tmp_path, monkeypatch):
    model, seen = KnownModel([2, 0, 3, 1], [0.25] * 4), []
    writer = tf.summary.create_file_writer(str(tmp_path))
    drawn = lambda: seen.append(model.step)  # noqa: E731
    data = grey_images()
    figures = Figures(tmp_path, tmp_path, writer, data, 9, "a run", drawn=drawn)
    figures.set_model(model)

    def take_epochs():
        for epoch in range(2):
            figures.on_epoch_begin(epoch)
            for step in range(2):
                model.step = 2 * epoch + step + 1
                figures.on_train_batch_end(step)
            figures.on_epoch_end(epoch)

    take_epochs()
    assert seen == [2]
    monkeypatch.setattr("elastic_infogan_tf.training.figures._FIRST_SECONDS", 0.0)
    take_epochs()
    assert seen[1:] == [1, 2]


def _kept(folder, steps, keep):
    for step in steps:
        (folder / f"grid-{step:07d}.png").touch()
        (folder / "grid-of-someone.png").touch()
        thin_out(folder, "grid", keep)
    return [int(path.stem[5:]) for path in sorted(folder.glob("grid-0*.png"))]


def test_grids_of_a_long_training_stay_few_and_spread_over_it(tmp_path):
    assert _kept(tmp_path, range(10, 60, 10), 5) == [10, 20, 30, 40, 50]
    kept = _kept(tmp_path, range(60, 2010, 10), 5)
    assert len(kept) == 5 and (kept[0], kept[-1]) == (10, 2000)
    gaps = [after - before for before, after in itertools.pairwise(kept)]
    assert max(gaps) <= 2000 / 2
    assert (tmp_path / "grid-of-someone.png").exists()


def test_of_a_long_training_the_board_gets_fewer_and_fewer_figures(tmp_path):
    writer = tf.summary.create_file_writer(str(tmp_path))
    figures = Figures(tmp_path, tmp_path, writer, grey_images(), 10, "a run")
    given = [figures._is_for_board(epoch) for epoch in range(10, 10_010, 10)]
    assert all(given[:99]) and figures._is_for_board(1) and figures._is_for_board(None)
    assert 45 <= sum(given[99:199]) <= 55 and 45 <= sum(given[199:399]) <= 55
