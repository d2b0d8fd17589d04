"""Which images are worth a look: by what the scores mean, so that there may be none."""

import numpy as np
import pytest

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.groups import outputs
from elastic_infogan_tf.groups.assign import Sorting
from elastic_infogan_tf.groups.groups import Groups, read_names


def _groups(probabilities, seconds, scores):
    count = len(scores)
    data = LabelledImages(
        np.zeros((count, 4, 4, 1), np.uint8),
        None,
        (),
        "made up",
        files=tuple(f"{row}.png" for row in range(count)),
    )
    sorting = Sorting(
        groups=np.zeros(count, np.int64),
        probabilities=np.array(probabilities, np.float32),
        second_groups=np.ones(count, np.int64),
        second_probabilities=np.array(seconds, np.float32),
        outlier_scores=np.array(scores, np.float32),
        sample=np.arange(count),
        transform_groups=np.zeros((count, 2), np.int64),
    )
    return Groups(data, sorting, read_names(None, 2))


def test_only_images_that_waver_or_stand_apart_are_worth_a_look():
    groups = _groups([0.9, 0.5, 0.6, 0.7], [0.1, 0.5, 0.4, 0.3], [1.02, 3.5, 1.49, 1.6])
    assert groups.least_certain.tolist() == [1, 2]
    assert groups.outliers.tolist() == [1, 3]
    unsure, unlike = outputs.sheets(groups)
    captions = [image["caption"] for image in unsure["groups"][0]["strips"][0]["images"]]
    assert captions == ["1.png\n0 0.50\n1 0.50", "2.png\n0 0.60\n1 0.40"]
    assert unlike["groups"][0]["title"] == "2 of 4" and "1.5 or more" in unlike["text"]
    assert unlike["groups"][0]["strips"][0]["images"][0]["caption"] == "1.png\n0\n3.50"
    assert sorted(outputs.draw(groups, "a run")) == ["groups", "least_certain", "outliers"]


@pytest.mark.parametrize("score", [0.99, 1.0, 1.3])
def test_usual_images_are_shown_as_none(score):
    groups = _groups([0.99] * 3, [0.01] * 3, [score] * 3)
    shown = [(sheet["text"], sheet["groups"]) for sheet in outputs.sheets(groups)]
    assert shown == [("None.", [])] * 2
    assert list(outputs.draw(groups, "a run")) == ["groups"]
