"""A training whose numbers break: it ends, or goes back and learns slower."""

import numpy as np
import pytest

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.errors import DivergenceError
from elastic_infogan_tf.models.build import build_model
from elastic_infogan_tf.run.fitting import Fitting
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.running import ROLLBACK, STOP, RunSettings
from elastic_infogan_tf.training.checkpoints import Checkpoints

STEPS = 3  # an epoch, of 400 of the 1205 digits of split 1
pytestmark = pytest.mark.usefixtures("bare_trainings")


class _Breaking:
    """Gives scores after every epoch, and breaks the generator at some of them."""

    def __init__(self, model, epochs):
        self._model = model
        self._epochs = epochs
        self.calls = 0

    def make_reference(self, stop_if_requested):
        """There is none."""

    def scores(self):
        self.calls += 1
        if self.calls in self._epochs:
            weight = self._model.networks.images.trainable_variables[0]
            weight.assign(np.full(weight.shape, np.nan, np.float32))
        return {}


@pytest.fixture
def begin(tmp_path, make_config):
    """A function (on_nonfinite, broken epochs) -> a training of three epochs, about to begin."""
    folder = RunFolder(tmp_path / "run")

    def make(on_nonfinite, broken, **options):
        config = make_config("digits", epochs=3, batch_size=400, **options)
        data = catalogue.load(config, DataFiles())
        settings = RunSettings(evaluate_every=1, checkpoint_every=1, on_nonfinite=on_nonfinite)
        with folder.open(config, data, None, need_bytes=0, writes=True):
            pass
        model = build_model(config, data.class_counts, len(data.images))
        checkpoints = Checkpoints(folder.checkpoints, model)
        report = _Breaking(model, broken)
        return Fitting(config, settings, folder, model, data, checkpoints, report)

    return make


def _rates(model):
    return [float(optimizer.learning_rate) for optimizer in model.optimizers]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["elastic_infogan", "clustered_infogan"])
def test_a_run_that_broke_goes_back_learns_slower_and_ends(begin, capsys, method):
    fitting = begin(ROLLBACK, {2}, method=method)
    before = _rates(fitting.model)
    fitting.run()
    assert fitting.model.step == 3 * STEPS
    np.testing.assert_allclose(_rates(fitting.model), np.array(before) / 2, rtol=1e-6)
    printed = capsys.readouterr().out
    assert f"back to step {STEPS}, with learning rates 0.5 times what they were then" in printed
    assert [row["step"] for row in fitting.folder.read_metrics()] == ["3", "6", "9"]


@pytest.mark.slow
def test_at_the_same_place_it_learns_slower_each_time_and_gives_up(begin, monkeypatch):
    monkeypatch.setattr("elastic_infogan_tf.run.fitting._MOST_ROLLBACKS", 2)  # five take a minute
    fitting = begin(ROLLBACK, {2, 3, 4})
    before = _rates(fitting.model)
    with pytest.raises(DivergenceError, match=f"the last good checkpoint is .*ckpt-{STEPS}"):
        fitting.run()
    assert fitting.report.calls == 4
    np.testing.assert_allclose(_rates(fitting.model), np.array(before) / 2**2, rtol=1e-6)


@pytest.mark.parametrize(
    ("action", "broken"), [pytest.param(STOP, 2, marks=pytest.mark.slow), (ROLLBACK, 1)]
)
def test_it_stops_unless_asked_and_where_there_is_nothing_to_go_back_to(begin, action, broken):
    fitting = begin(action, {broken})
    with pytest.raises(DivergenceError):
        fitting.run()
    assert fitting.report.calls == broken
