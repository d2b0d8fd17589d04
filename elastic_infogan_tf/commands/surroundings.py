"""What a command makes of the settings of Keras and Matplotlib that it finds on a machine.

Files and variables of other projects (`keras.json`, `KERAS_BACKEND`, a notebook's `MPLBACKEND`)
must neither stop a command nor change what it computes. Pictures have settings of their own
(`evaluation.figures.style`).
"""

import os
import sys

from elastic_infogan_tf.errors import UsageError

# Keras reads no keras.json here, and writes none: no system has a folder below a file.
_NOWHERE = os.path.join(os.path.abspath(__file__), "keras")
# They end trainings early without a word.
_KERAS_LIMITS = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH")


def settle() -> None:
    """Sets what Keras, TensorFlow and Matplotlib read when they are imported.

    Raises:
        UsageError: if this process has imported Keras before, with other settings.
    """
    # TensorFlow logs the absence of a GPU and each of its own start-up steps as errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "ipykernel" not in sys.modules:  # a notebook that calls a command keeps its own
        os.environ["MPLBACKEND"] = "agg"
    keras = sys.modules.get("keras")
    if keras is not None:
        _check(keras.config.backend(), keras.config.floatx(), keras.config.image_data_format())
        return
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["KERAS_HOME"] = _NOWHERE
    for name in _KERAS_LIMITS:
        os.environ.pop(name, None)


def _check(*found: str) -> None:
    needed = ("tensorflow", "float32", "channels_last")
    if found != needed:
        raise UsageError(
            f"this process has imported Keras with {', '.join(found)}, and {', '.join(needed)} is "
            "needed; run the command in a process of its own."
        )
