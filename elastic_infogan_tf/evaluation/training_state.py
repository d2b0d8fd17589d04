"""The state of a classifier's training, in one file, so that an interrupted one can be resumed."""

import io
import zipfile
from pathlib import Path

import keras
import numpy as np

from elastic_infogan_tf.utils.files import write_atomically
from elastic_infogan_tf.utils.quiet_start import say
from elastic_infogan_tf.utils.text import shortened


class TrainingState:
    """All variables of a model and its optimiser: weights, statistics, moments, seeds and step.

    A training whose batches and learning rate are functions of the step ends with the same bits
    whether it was interrupted or not.

    Args:
        path: of the file, `.npz`.
        model: a compiled one, at step 0.
        kind: what the training depends on besides its data; a file of another kind is left out.
    """

    def __init__(self, path: Path, model: keras.Model, kind: str) -> None:
        model.optimizer.build(model.trainable_variables)
        self._path = path
        self._model = model
        self._kind = f"{kind}, Keras {keras.__version__}"
        self._saved = 0

    @property
    def step(self) -> int:
        """How many steps the model has taken."""
        return int(self._model.optimizer.iterations.numpy())

    def restore(self) -> None:
        """Goes to the step that was saved, if one was; a corrupted file is named and left out."""
        if not self._path.exists():
            return
        try:
            values = self._read()
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            say(f"{self._path} is left out, and the training begins anew: {shortened(error)}")
            return
        for variable, value in zip(self._variables(), values, strict=True):
            variable.assign(value)
        self._saved = self.step

    def save(self) -> None:
        """Writes the present step, unless it was written or nothing was done.

        Raises:
            UnwritableError: if it cannot be written.
        """
        if self.step == self._saved:
            return
        arrays = [variable.numpy() for variable in self._variables()]
        content = io.BytesIO()
        np.savez(content, *arrays, kind=self._kind)
        write_atomically(self._path, content.getvalue(), "--cache_dir")
        self._saved = self.step

    def _variables(self) -> list[keras.Variable]:
        return [*self._model.variables, *self._model.optimizer.variables]

    def _read(self) -> list[np.ndarray]:
        variables = self._variables()
        with np.load(self._path, allow_pickle=False) as file:
            kind, values = str(file["kind"]), [file[f"arr_{i}"] for i in range(len(variables))]
        if kind != self._kind:
            raise ValueError(f"it is of another training ({kind})")
        for variable, value in zip(variables, values, strict=True):
            if value.shape != tuple(variable.shape) or value.dtype != variable.dtype:
                raise ValueError(f"its {variable.path} is {value.dtype} {list(value.shape)}")
        return values
