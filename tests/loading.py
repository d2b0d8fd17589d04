"""Loading a data set as a run does, with settings and places of a test's own."""

import dataclasses

from elastic_infogan_tf.data import catalogue
from elastic_infogan_tf.settings.config import resolve
from elastic_infogan_tf.settings.data import DataFiles
from elastic_infogan_tf.settings.data_sets import data_set


def load(dataset, data_dir=None, *, cache_dir=None, **settings):
    """Loads all of its images, as they are before any draw."""
    data = dataclasses.replace(resolve(dataset).data, **settings)
    files = DataFiles(data_dir, cache_dir=cache_dir)
    return catalogue.loader(data_set(dataset).loader).from_settings(data, files)
