"""How a run is evaluated again, by its record."""

from pathlib import Path

import pytest

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings.declare import to_json
from elastic_infogan_tf.settings.running import EvaluationSettings, as_before

RUN = Path("run")


def test_what_a_run_has_recorded_is_taken_but_for_what_is_given(tmp_path):
    (tmp_path / "weights").touch()
    settings = EvaluationSettings(7, "small_cnn", tmp_path / "weights")
    record = to_json(settings)
    assert as_before(record, {}, RUN) == settings
    found = as_before(record, {"images_per_code": 5}, RUN)
    assert (found.images_per_code, found.classifier) == (5, "small_cnn")


def test_a_run_without_a_record_has_the_defaults():
    settings = as_before({}, {}, RUN)
    assert (settings.images_per_code, settings.classifier) == (1000, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("images_per_code", 0),
        ("images_per_code", "many"),
        ("images_per_code", [1]),
        ("classifier", "vgg"),
        ("classifier_weights", 3),
        ("classifier_weights", "\0"),
    ],
)
def test_a_record_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(UsageError, match=r"^run has a record of its evaluation that cannot be: --"):
        as_before({name: value}, {}, RUN)
