"""The printed summary of an evaluation."""

import copy
import json
from pathlib import Path

import pytest

from elastic_infogan_tf.evaluation.evaluator import as_text
from elastic_infogan_tf.evaluation.metrics import health

EXAMPLE = json.loads((Path(__file__).parents[1] / "tables" / "example_results.json").read_text())


def _results(state=health.ALIVE):
    results = copy.deepcopy(EXAMPLE)
    results["health"] = {"state": state, "pixel_spread": 0.125}
    codes = len(results["prior"]["probabilities"])
    results["prior"]["code_counts"] = [10] * codes
    results["prior"]["frequent_classes"] = list(range(codes))
    results["prior"]["frequent_shares"] = [1.0] * codes
    return results


def _text(state):
    return as_text(_results(state))


@pytest.mark.parametrize("state", [health.ALIVE, health.ONE_IMAGE, health.TOO_EARLY])
def test_a_living_generators_scores_are_printed(state):
    text = _text(state)
    assert "NMI 0.8000, ENT 0.4000 nats" in text
    assert "pixel spread 0.12" in text or "pixel spread 0.13" in text


@pytest.mark.parametrize("state", [health.DEAD, health.NOT_YET])
def test_a_dead_generator_has_no_scores(state):
    text = _text(state)
    assert f"NMI {state}, ENT {state}, classes never generated 0" in text
    assert "0.8000" not in text and "0.4000" not in text


def test_a_code_is_called_by_its_most_frequent_class_and_not_by_its_match():
    results = _results()
    codes = len(results["prior"]["probabilities"])
    # Code 0 is matched to class 0 and is mostly of class 2; code 1 has no image.
    results["prior"] |= {
        "code_counts": [40, 0, *[10] * (codes - 2)],
        "frequent_classes": [2, -1, *range(2, codes)],
        "frequent_shares": [0.875, None, *[1.0] * (codes - 2)],
    }
    lines = {line.split()[0]: line for line in as_text(results).splitlines() if "  0." in line}
    names = results["run"]["data"]["class_names"]
    assert f"  0.8750  {names[2]} (" in lines["0"] and f"  1.0000  {names[2]} (" in lines["2"]
    assert lines["1"].endswith("  0.0000  -       empty: no real image")


def test_without_labels_the_shares_of_real_images_stand_below_the_prior():
    results = _results()
    results["prior"] |= {"frequent_classes": None, "code_counts": [3, 1]}
    assert "  real images  0.750 0.250" in as_text(results)


def test_what_a_run_computed_in_is_said_where_it_is_not_float32():
    results = _results()
    assert "float" not in as_text(results)
    results["run"]["config"]["dtype"] = "bfloat16"
    assert as_text(results).splitlines()[0].count(", in bfloat16 (epoch") == 1
