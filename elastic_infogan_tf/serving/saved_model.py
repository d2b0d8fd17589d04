"""A trained model as a SavedModel that needs nothing but TensorFlow."""

import contextlib
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import tensorflow as tf

from elastic_infogan_tf.groups.group_names import GroupNames
from elastic_infogan_tf.serving.endpoints import endpoints
from elastic_infogan_tf.utils.files import replace_folder, unwritable


def export_saved_model(
    model: keras.Model,
    folder: Path,
    names: GroupNames | None = None,
    add: Callable[[Path], None] | None = None,
) -> None:
    """Writes a SavedModel with the endpoints that `docs/serving.md` describes.

    Endpoints, as signatures and as functions of the loaded object; images are `[n, h, w, c]`:

    - `encode(images)`, also `serving_default`: images, as uint8 in 0..255 or (as a function only)
      float32 in [-1, 1] -> `features` float32 `[n, d]`, `probabilities` float32 `[n, K]`, `code`
      int64 `[n]`; with names also `group`, string `[n]`.
    - `encode_bytes(image_bytes)`: string `[n]`, PNG or JPEG files -> as `encode`.
    - `generate(noise, code)`: float32 `[n, noise_dim]` and one-hot `[n, K]` -> `images`, float32 in
      [-1, 1]. Also as one list or dict of the two.
    - `sample(count)`: int32 scalar, 1 to 10,000 -> `images`, float32 in [-1, 1], and their `code`,
      int64 `[count]`, with names also `group`, drawn from the prior; other ones at each call.
    - `prior()` -> `probabilities`, float32 `[K]`.
    - `group_names()`, with names only -> `group_names`, string `[K]`.

    Each checks its input in the graph, and fails with an InvalidArgumentError of one sentence.

    Args:
        model: a trained model.
        folder: of the SavedModel; one that is there is replaced when the new one is complete.
        names: of the groups of its codes; None: they have none.
        add: writes more into the folder that it is given, before that is put in its place.

    Raises:
        UsageError: if it cannot be written.
    """
    archive = keras.export.ExportArchive()
    for name, endpoint in endpoints(model, names).items():
        archive.add_endpoint(name, endpoint)
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            archive.write_out(str(beside), verbose=False)
        if add is not None:
            add(beside)
        replace_folder(beside, folder)
    except (OSError, tf.errors.OpError) as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)  # it is not there when all went well
