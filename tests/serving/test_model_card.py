"""The model card of a run of any name and of an earlier version."""

import copy
import json
from pathlib import Path

from elastic_infogan_tf.evaluation.metrics import health
from elastic_infogan_tf.serving import model_card
from elastic_infogan_tf.utils.text import markdown
from tests.nasty_names import NASTY

EXAMPLE = json.loads((Path(__file__).parents[1] / "tables" / "example_results.json").read_text())


def _record(source="original", **config):
    record = copy.deepcopy(EXAMPLE["run"]) | {"versions": {"tensorflow": "2.21.0"}}
    record["config"] |= config
    record["data"]["source"] = source
    return record


def test_a_card_takes_any_name():
    for name in NASTY:
        card = model_card.render(_record(name), 3)
        card.encode("utf-8")
        assert f"- source: {markdown(name)}\n" in card
        assert len(card.splitlines()) == len(model_card.render(_record(), 3).splitlines())


def test_a_method_that_knows_the_proportions_says_so():
    knows = model_card.render(_record(method="ground_truth_infogan"), 3)
    assert "(labels were not used in training except their proportions)" in knows
    assert "not used in training)" in model_card.render(_record(), 3)


def test_a_generator_in_trouble_is_said_to_be():
    for state in health.STATES:
        card = model_card.render(_record(), 3, state)
        assert (f"- warning: {health.advice(state)}\n" in card) == health.warns(state)
    assert "warning" not in model_card.render(_record(), 3)


def test_a_run_in_bfloat16_says_that_its_export_is_float32():
    card = model_card.render(_record(dtype="bfloat16"), 3)
    assert (
        "- computes in float32; it was trained, and its scores were measured, in bfloat16" in card
    )
    assert "bfloat16" not in model_card.render(_record(), 3)
