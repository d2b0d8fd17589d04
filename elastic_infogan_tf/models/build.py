"""From a run's configuration to its model."""

import types

import keras
import numpy as np

from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
from elastic_infogan_tf.models.joint_vae import JointVAE
from elastic_infogan_tf.settings.config import Config
from elastic_infogan_tf.settings.methods import METHODS


def build_model(config: Config, class_counts: np.ndarray | list[int] | None) -> keras.Model:
    """Builds the model of a run's method, with fresh weights.

    Args:
        config: of the run.
        class_counts: images per class of its training set, for methods that know them; None
            without labels.

    Raises:
        UsageError: if the method needs labels and there are none.
    """
    method = METHODS[config.model.method]
    config = types.SimpleNamespace(
        **(
            {
                "contrastive_weight": 10.0,
                "contrastive_temperature": 1.0,
                "prior_learning_rate": None,
                "prior_entropy_weight": 0.0,
                "second_stage_size": 0,
            }
            | config.flat()
        )
    )
    if method.model == "joint_vae":
        return JointVAE(config)
    knows = method.prior == "proportions"
    return ElasticInfoGAN(config, class_counts if knows else None)
