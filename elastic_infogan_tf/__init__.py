"""Elastic-InfoGAN: object identity from unlabelled, class-imbalanced images.

Importing the package imports neither TensorFlow nor any of its parts and changes no global state.
"""

import os as _os

__version__ = "0.1.0"

_backend = _os.environ.get("KERAS_BACKEND", "tensorflow")
if _backend != "tensorflow":
    raise ImportError(
        "elastic_infogan_tf runs on Keras' TensorFlow backend, but the environment variable "
        f"KERAS_BACKEND is {_backend!r}; unset it or set KERAS_BACKEND=tensorflow."
    )
