"""A checkpoint holds all of a training: going on from it is not to be told from never stopping."""

import os
import re
import tempfile

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.errors import DivergenceError, UsageError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.training.checkpoints import (
    KEEP,
    CheckpointCallback,
    Checkpoints,
    select_checkpoints,
)


@pytest.fixture
def make_model(small_model):
    return small_model


@pytest.fixture
def train(random_batches):
    """A function (model, steps) that trains on from where the model stands."""

    def fit(model, steps):
        dataset = random_batches(model, steps, start=model.step)
        model.fit(dataset, steps_per_epoch=steps, shuffle=False, verbose=0)

    return fit


def _variables(model):
    """All that a step reads or writes, by name; Keras numbers layers through the process."""
    owners = {"weight": model.weights}
    owners |= {optimizer.name: optimizer.variables for optimizer in model.optimizers}
    return {
        f"{owner} {i} {re.sub('_[0-9]+', '', variable.path)}": variable
        for owner, variables in owners.items()
        for i, variable in enumerate(variables)
    }


def _state(model):
    return {name: variable.numpy() for name, variable in _variables(model).items()}


def _assert_same(first, second):
    assert first.keys() == second.keys()
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], err_msg=name)


def _at_step(model, step):
    model.discriminator_optimizer.iterations.assign(step)
    return model


@pytest.mark.parametrize("networks", ["small", pytest.param("its own", marks=pytest.mark.slow)])
def test_a_resumed_training_is_bitwise_the_uninterrupted_one(
    tmp_path, small_model, make_config, train, networks
):
    def make_model():
        return small_model() if networks == "small" else build_model(make_config("digits"), None)

    straight = make_model()
    train(straight, 4)

    interrupted = make_model()
    train(interrupted, 2)
    saved = _state(interrupted)
    Checkpoints(tmp_path, interrupted).save()

    resumed = make_model()
    for variable in _variables(resumed).values():  # nothing may be right by chance
        variable.assign(variable.numpy() + 1)
    assert Checkpoints(tmp_path, resumed).restore()
    assert resumed.step == 2
    _assert_same(_state(resumed), saved)
    # There was something to restore: the optimisers' moments of all variables, and a prior.
    moments = [v for name, v in saved.items() if name.endswith(("_momentum", "_velocity"))]
    trained = len(straight.trainable_variables)
    assert len(moments) == 2 * trained and all(np.any(moment) for moment in moments)
    assert np.any(resumed.prior.logits.numpy())

    train(resumed, 2)
    assert resumed.step == straight.step == 4
    _assert_same(_state(resumed), _state(straight))


def test_an_empty_folder_restores_nothing(tmp_path, make_model):
    model = make_model()
    before = _state(model)
    assert Checkpoints(tmp_path / "none", model).restore() is False
    assert Checkpoints(tmp_path / "none", model).latest is None
    _assert_same(_state(model), before)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_weight_that_is_not_finite_is_not_saved(tmp_path, make_model, value):
    model = _at_step(make_model(), 1)
    checkpoints = Checkpoints(tmp_path, model)
    checkpoints.save()
    before = {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)}
    logits = model.prior.logits.numpy()
    logits[3] = value
    _at_step(model, 2).prior.logits.assign(logits)
    with pytest.raises(DivergenceError, match=r"logits of prior is not finite after step 2"):
        checkpoints.save()
    with pytest.raises(DivergenceError, match=r"the last good checkpoint is .*ckpt-1\."):
        checkpoints.save()
    assert {name: (tmp_path / name).read_bytes() for name in os.listdir(tmp_path)} == before


def test_only_the_newest_two_are_kept(tmp_path, make_model):
    model = make_model()
    for step in (1, 2, 30, 31):
        Checkpoints(tmp_path, _at_step(model, step)).save()
    assert KEEP == 2
    assert {path.stem for path in tmp_path.glob("*.index")} == {"ckpt-30", "ckpt-31"}
    checkpoints = Checkpoints(tmp_path, make_model())
    assert checkpoints.latest == str(tmp_path / "ckpt-31")
    assert checkpoints.restore(str(tmp_path / "ckpt-30"))
    assert checkpoints._model.step == 30


def test_more_are_kept_when_asked_for(tmp_path, make_model):
    model = make_model()
    for step in (1, 2, 30, 31):
        Checkpoints(tmp_path, _at_step(model, step), keep=3).save()
    assert {path.stem for path in tmp_path.glob("*.index")} == {"ckpt-2", "ckpt-30", "ckpt-31"}


def test_a_step_that_is_saved_is_not_saved_again(tmp_path, make_model):
    checkpoints = Checkpoints(tmp_path, _at_step(make_model(), 5))
    checkpoints.save()
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    checkpoints.save()
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    # Step 5 is not step 15, though both names end in 5.
    _at_step(checkpoints._model, 15)
    checkpoints.save()
    assert checkpoints.latest == str(tmp_path / "ckpt-15")


@pytest.mark.parametrize("part", ["data-00000-of-00001", "index"])
@pytest.mark.parametrize("corruption", ["cut", "junk", "gone"])
def test_a_corrupted_checkpoint_is_refused_by_name(tmp_path, make_model, part, corruption):
    checkpoints = Checkpoints(tmp_path, _at_step(make_model(), 1))
    checkpoints.save()
    path, latest = tmp_path / f"ckpt-1.{part}", checkpoints.latest
    content = path.read_bytes()
    if corruption == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif corruption == "junk":
        path.write_bytes(b"\xa5" * len(content))
    else:
        path.unlink()
    with pytest.raises(UsageError, match=r"cannot read the checkpoint .*ckpt-1: .+; take another"):
        checkpoints.restore(latest)


@pytest.fixture
def three(tmp_path, make_model):
    """A folder with the checkpoints of three steps, and a model of theirs."""
    model = make_model()
    for step in (1, 2, 30):
        Checkpoints(tmp_path / "run", _at_step(model, step), keep=3).save()
    return tmp_path / "run", _at_step(model, 0)


OUTSIDE = 'model_checkpoint_path: "{0}"\nall_model_checkpoint_paths: "{0}"\n'


@pytest.mark.parametrize("pointer", [None, "", "\0" * 60, "model_checkpoint_p", OUTSIDE])
def test_no_pointer_is_believed(tmp_path, three, pointer):
    folder, model = three
    Checkpoints(tmp_path / "outside", _at_step(model, 99)).save()
    outside = {path: path.read_bytes() for path in (tmp_path / "outside").iterdir()}
    (folder / "checkpoint").unlink()
    if pointer is not None:
        (folder / "checkpoint").write_text(pointer.format(tmp_path / "outside" / "ckpt-99"))
    checkpoints = Checkpoints(folder, model, keep=1)
    assert checkpoints.restore() and model.step == 30
    _at_step(model, 31)
    checkpoints.save()
    assert {path.stem for path in folder.glob("*.index")} == {"ckpt-31"}
    assert tf.train.latest_checkpoint(str(folder)) == str(folder / "ckpt-31")
    assert {path: path.read_bytes() for path in (tmp_path / "outside").iterdir()} == outside


@pytest.mark.parametrize("part", ["data-00000-of-00001", "index"])
def test_the_newest_whole_checkpoint_is_taken_and_corrupted_ones_are_named(three, part, capsys):
    folder, model = three
    file = folder / f"ckpt-30.{part}"
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)
    (folder / "ckpt-2.index").unlink()
    (folder / "ckpt-40_temp").mkdir()
    checkpoints = Checkpoints(folder, model)
    assert checkpoints.restore() and model.step == 1
    output = capsys.readouterr().out
    assert "ckpt-30 is corrupted, and left out: " in output and "ckpt-2 is corrupted" in output
    _at_step(model, 7)
    checkpoints.save()  # what cannot be gone on from goes
    assert {path.stem for path in folder.iterdir()} == {"checkpoint", "ckpt-1", "ckpt-7"}


def test_where_every_checkpoint_is_corrupted_nothing_is_begun(three):
    folder, model = three
    for path in folder.glob("*.data-*"):
        path.write_bytes(b"")
    with pytest.raises(UsageError, match=r"every checkpoint in .* \(those of the steps 1, 2, 30\)"):
        Checkpoints(folder, model).restore()


def test_the_checkpoint_of_another_model_is_refused(tmp_path, make_model):
    Checkpoints(tmp_path, _at_step(make_model(), 1)).save()
    with pytest.raises(UsageError, match="cannot read the checkpoint"):
        Checkpoints(tmp_path, make_model(base_channels=3)).restore()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, make_model):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*checkpoints: .*--model_dir"):
        Checkpoints(tmp_path / "file" / "checkpoints", make_model()).save()


def test_a_worker_that_does_not_write_leaves_nothing(tmp_path, make_model, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    Checkpoints(tmp_path / "run", make_model(), writes=False).save()
    assert os.listdir(tmp_path) == ["temporary"] and os.listdir(temporary) == []


def test_the_callback_saves_every_so_many_epochs_and_at_the_end(tmp_path, make_model):
    model = make_model()
    callback = CheckpointCallback(Checkpoints(tmp_path, model), every=2)
    callback.set_model(model)
    saved = []
    for epoch in range(3):
        _at_step(model, epoch + 1)
        callback.on_epoch_end(epoch)
        saved.append(callback._checkpoints.latest)
    callback.on_train_end()
    assert saved == [None, str(tmp_path / "ckpt-2"), str(tmp_path / "ckpt-2")]
    assert callback._checkpoints.latest == str(tmp_path / "ckpt-3")


def test_checkpoints_are_chosen_by_step_name_or_path(tmp_path, make_model):
    model = make_model()
    for step in (1, 3, 20):
        Checkpoints(tmp_path, _at_step(model, step), keep=5).save()
    first, second, newest = (str(tmp_path / f"ckpt-{step}") for step in (1, 3, 20))
    assert select_checkpoints(tmp_path, None) == [newest]
    assert select_checkpoints(tmp_path, "all") == [first, second, newest]
    for wanted in ("3", "ckpt-3", second, f"{second}.index"):
        assert select_checkpoints(tmp_path, wanted) == [second]
    with pytest.raises(UsageError, match=r"--checkpoint=2 is not in .*ckpt-1, ckpt-3, ckpt-20"):
        select_checkpoints(tmp_path, "2")


def test_there_is_nothing_to_choose_without_a_checkpoint(tmp_path):
    with pytest.raises(UsageError, match="holds no checkpoint yet"):
        select_checkpoints(tmp_path, None)
