"""Networks, prior and the `keras.Model`s that train them."""

import os as _os

# The commands choose it themselves before they get here (`commands.surroundings`).
_backend = _os.environ.get("KERAS_BACKEND", "tensorflow")
if _backend != "tensorflow":
    raise ImportError(
        "elastic_infogan_tf runs on Keras' TensorFlow backend, but the environment variable "
        f"KERAS_BACKEND is {_backend!r}; unset it or set KERAS_BACKEND=tensorflow."
    )
