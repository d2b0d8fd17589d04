"""Whatever becomes of a file that is read back, there is a sentence and no traceback.

`FUZZ_ROUNDS` says how often each file is corrupted; docs/reliability.md has what many rounds found.
"""

import copy
import json
import os
import random
import types

import numpy as np
import pytest
import tensorflow as tf

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation import classifier_cache
from elastic_infogan_tf.groups.groups import read_names
from elastic_infogan_tf.report import page
from elastic_infogan_tf.run import sort
from elastic_infogan_tf.run.evaluate import is_evaluated
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.run_folder.record import check_same_run, make_record
from elastic_infogan_tf.serving import model_card
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.running import EvaluationSettings, RunSettings
from elastic_infogan_tf.tables.build import build_tables
from elastic_infogan_tf.tables.curves import curves_table, make_curves
from elastic_infogan_tf.tables.run_results import read_results
from elastic_infogan_tf.tables.table_text import to_csv, to_markdown
from elastic_infogan_tf.training.metrics_log import MetricsLog
from elastic_infogan_tf.training.tensorboard import _text
from tests.fuzz.records import corrupted_csv, corrupted_json
from tests.run.run_folders import make_results

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "60"))
STEP, CODES = 8016, 10


@pytest.fixture(scope="module")
def config(make_config):
    return make_config("digits", epochs=12, method="clustered_infogan")


@pytest.fixture(scope="module")
def data():
    images = np.zeros((40, 28, 28, 1), np.uint8)
    names = tuple(map(str, range(10)))
    return LabelledImages(images, np.arange(40) % 10, names, "made up")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, config, data):
    """A run folder as a training writes it, without its checkpoints."""
    folder = RunFolder(tmp_path_factory.mktemp("fuzz") / "run")
    how = {"run": RunSettings(), "evaluation": EvaluationSettings()}
    with folder.open(config, data, folder.root.parent, need_bytes=0, writes=True, how=how):
        writer = tf.summary.create_file_writer(str(folder.tensorboard))
        log = MetricsLog(folder.metrics, writer, 4, data.source, STEP - 20)
        log.set_model(types.SimpleNamespace(step=STEP - 20))
        for epoch in range(2):
            log.on_epoch_begin(epoch)
            log.model.step += 10
            log.on_train_batch_end(9, {"d_loss": 1.5, "g_loss": 0.5})
            log.on_epoch_end(epoch)
    record = folder.read_record()
    codes = list(range(CODES))
    results = make_results(code_counts=[4] * CODES, matched_classes=codes)
    results["prior"] |= {"frequent_classes": codes, "frequent_shares": [0.5] * CODES}
    results["run"] = {"config": record["config"], "data": record["data"]}
    results["settings"] = EvaluationSettings().record("mnist_cnn")
    folder.results.write_text(json.dumps(results))
    folder.clusters.write_text(json.dumps({"stability": 0.9, "step": 9, "sizes": [4] * CODES}))
    (folder.root / sort.SUMMARY).write_text(json.dumps({"step": STEP, "source": "x"}))
    (folder.root / "info.json").write_text(json.dumps({"accuracy": 0.9, "held_out_images": 8}))
    (folder.root / "names.csv").write_text("group,name\n0,cat\n3,a dog\n")
    return folder


def _read_record(folder, config, data):
    record = folder.read_record()
    assert Config.from_json(record["config"]).flat().keys() >= {"seed", "epochs"}
    page.render(folder)
    model_card.render(record, STEP)
    _text(record, Config.from_json(record["config"]))
    check_same_run(folder.root, record, make_record(config, data), data)


def _read_results(folder, config, data):
    is_evaluated(folder, data, EvaluationSettings(), STEP)
    page.render(folder)
    results = read_results(folder.results)
    tables = build_tables([results])
    to_csv(tables), to_markdown(tables), curves_table(make_curves([[results]]))


def _read_metrics(folder, config, data):
    folder.require_readable()
    folder.states_until(STEP)
    page.render(folder)
    MetricsLog(folder.metrics, None, 4, data.source, STEP)


def _read_clusters(folder, config, data):
    page.render(folder)


def _read_summary(folder, config, data):
    step = sort._sorted_step(folder.root)
    assert step is None or step >= 0


def _read_info(folder, config, data):
    assert classifier_cache._read_if_there(folder.root, "mnist_cnn") is None  # there is no model


def _read_names(folder, config, data):
    assert len(read_names(folder.root / "names.csv", CODES).of_codes) == CODES


READERS = {
    "config.json": _read_record,
    "results.json": _read_results,
    "metrics.csv": _read_metrics,
    "clusters.json": _read_clusters,
    "summary.json": _read_summary,
    "info.json": _read_info,
    "names.csv": _read_names,
}


@pytest.fixture
def restored(folder, request):
    """The file of the test's parameter, which is put back afterwards, and its reader."""
    path = folder.root / request.param
    content = path.read_bytes()
    READERS[request.param](folder, *map(request.getfixturevalue, ("config", "data")))
    yield path, READERS[request.param]
    path.write_bytes(content)


@pytest.mark.parametrize("restored", READERS, indirect=True)
def test_a_corrupted_file_is_refused_in_a_sentence_or_read(restored, folder, config, data, capsys):
    path, read = restored
    text = path.read_text()
    content = json.loads(text) if path.suffix == ".json" else None
    refused = 0
    for seed in range(ROUNDS):
        rng = random.Random(seed)
        corrupted = corrupted_csv(text, rng) if content is None else corrupted_json(content, rng)
        path.write_bytes(corrupted)
        try:
            read(folder, config, data)
        except UsageError as error:
            refused += 1
            assert 20 < len(str(error)) < 3000, seed
        except Exception as error:
            shown = copy.copy(corrupted[:3000])
            raise AssertionError(
                f"seed {seed}: {type(error).__name__}: {error}\n{shown}"
            ) from error
    print(f"{path.name}: {refused} of {ROUNDS} refused")
    if read in (_read_record, _read_results, _read_metrics, _read_names):
        assert ROUNDS / 4 < refused < ROUNDS  # both happen
