"""Elastic-InfoGAN: object identity from unlabelled, class-imbalanced images.

    trained = elastic_infogan_tf.load("runs/demo")
    codes = trained.encode(images).codes
    new_images = trained.generate(code=3, count=16)

Importing the package imports neither TensorFlow nor any of its parts and changes no global state:
what it exports is imported when it is first asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from elastic_infogan_tf.models.clustered_infogan import ClusteredInfoGAN
    from elastic_infogan_tf.models.elastic_infogan import ElasticInfoGAN
    from elastic_infogan_tf.models.infogan import InfoGAN
    from elastic_infogan_tf.models.joint_vae import JointVAE
    from elastic_infogan_tf.run.load import load

__version__ = "0.1.0"
__all__ = ["ClusteredInfoGAN", "ElasticInfoGAN", "InfoGAN", "JointVAE", "__version__", "load"]

_MODULES = {
    "ClusteredInfoGAN": "models.clustered_infogan",
    "ElasticInfoGAN": "models.elastic_infogan",
    "InfoGAN": "models.infogan",
    "JointVAE": "models.joint_vae",
    "load": "run.load",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
