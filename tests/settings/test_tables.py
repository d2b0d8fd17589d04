"""What the tables name is there, looked up as the product does when a run needs it."""

import importlib

import pytest

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.classifiers import CLASSIFIERS as RECIPES
from elastic_infogan_tf.evaluation.metrics.metric_table import METRICS
from elastic_infogan_tf.losses.contrastive import contrastive_loss
from elastic_infogan_tf.models import infogan
from elastic_infogan_tf.models.networks import stages
from elastic_infogan_tf.settings import model as settings
from elastic_infogan_tf.settings.data_sets import DATA_SETS, data_set
from elastic_infogan_tf.settings.methods import METHODS
from elastic_infogan_tf.settings.model import GROUPS
from elastic_infogan_tf.settings.running import CLASSIFIERS


@pytest.mark.parametrize("name", DATA_SETS)
def test_a_data_sets_row_names_its_loader_and_its_networks(name):
    assert callable(catalogue.loader(DATA_SETS[name].loader).from_settings)
    stages._family(DATA_SETS[name].networks, "float32")  # AttributeError where one is missing


@pytest.mark.parametrize("name", METHODS)
def test_a_methods_row_names_its_model_and_its_loss(name):
    module = importlib.import_module(f"elastic_infogan_tf.models.{METHODS[name].model}")
    assert callable(module.build)
    assert (contrastive_loss(METHODS[name].contrastive) is None) != METHODS[name].is_contrastive


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metrics_row_names_what_computes_it(metric):
    assert callable(metric.function)


def test_the_papers_data_sets_stand_in_its_order():
    published = [name for name, row in DATA_SETS.items() if row.in_paper]
    assert published == ["mnist", "youtube_faces", "cars", "chairs", "shapenet"]


def test_a_family_of_data_sets_takes_any_name_after_its_colon():
    assert data_set("tfds:cifar10") is DATA_SETS["tfds:NAME"]
    for wrong in ("tfds:", "tfds", "mnist:1", None, ""):
        with pytest.raises(UsageError, match="--dataset must be one of mnist"):
            data_set(wrong)


def test_settings_and_model_know_the_same_trunk_updates():
    assert settings.TRUNK_UPDATES == infogan.TRUNK_UPDATES


def test_every_classifier_that_can_be_asked_for_has_a_recipe():
    assert set(CLASSIFIERS) == set(RECIPES)


def test_no_two_groups_declare_one_setting():
    names = [field for group in GROUPS.values() for field in group.settings.__dataclass_fields__]
    assert len(names) == len(set(names))
