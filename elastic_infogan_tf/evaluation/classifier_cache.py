"""Classifiers are trained once per data set, class set and source, and kept."""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import keras

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.evaluation.classifier_training import train_classifier
from elastic_infogan_tf.evaluation.classifiers import (
    CLASSIFIERS,
    Classifier,
    build_classifier,
    check_images,
    load_weights,
)
from elastic_infogan_tf.settings.running import weights_digest
from elastic_infogan_tf.utils.files import (
    only_process,
    replace_folder,
    require_place,
    require_writable,
    unwritable,
)
from elastic_infogan_tf.utils.json_files import COUNT, SHARE, object_of, read_json

# Raised whenever a classifier's network or training changes, so that no stale one is met.
RECIPE = 2
_MODEL, _INFO = "classifier.keras", "info.json"
_SCHEMA = object_of(accuracy=SHARE, held_out_images=COUNT)
_FLAG = "--cache_dir"


def require_trainable(
    data: LabelledImages, name: str, cache_dir: Path, weights: Path | None
) -> None:
    """Refuses, before long work that ends with it, a classifier that could not be made.

    It makes nothing. Arguments as of `load_or_train`.

    Raises:
        UsageError: if the images do not go with the classifier, there is no such one, or, where it
            is not in the cache yet, its weights cannot be taken or the cache not be written.
    """
    folder = _folder(data, name, cache_dir, weights)
    check_images(data, name)
    if folder.exists():
        return
    require_place(folder.parent, _FLAG)
    if weights is not None:
        load_weights(build_classifier(data, name), weights)


def load_or_train(
    data: LabelledImages,
    name: str,
    cache_dir: Path,
    weights: Path | None,
    stop_if_requested: Callable[[], None] = lambda: None,
) -> Classifier:
    """Returns the classifier of a data set, from the cache if it is there.

    The key covers the pixels and labels of all images, the class names, the classifier and the
    weights it starts from, so a changed class set never meets another's classifier. A training that
    was interrupted is resumed, by whoever needs the same classifier.

    Args:
        data: all labelled images of the run's classes.
        name: key of `CLASSIFIERS`.
        cache_dir: the cache; classifiers lie in its `classifiers` folder.
        weights: file of weights to start from, or None.
        stop_if_requested: called between steps, and while another process makes the same one; may
            raise `Interrupted`.

    Raises:
        Interrupted: after the state of the training is saved.
        UsageError: if the classifier cannot be trained or the cache cannot be written.
    """
    folder = _folder(data, name, cache_dir, weights)
    classifier = _read_if_there(folder, name)
    if classifier:
        return classifier
    require_writable(folder.parent, _FLAG)  # before the training, not after it
    lock, state = (folder.with_name(f".{folder.name}.{kind}") for kind in ("lock", "state.npz"))
    # Runs that start at the same time need the same classifier: one trains it, the others wait.
    with only_process(lock, str(folder), wait=True, flag=_FLAG, meanwhile=stop_if_requested):
        classifier = _read_if_there(folder, name)
        if not classifier:
            classifier = train_classifier(data, name, weights, state, stop_if_requested)
            _write(folder, classifier, data)
            state.unlink(missing_ok=True)
        return classifier


def _folder(data: LabelledImages, name: str, cache_dir: Path, weights: Path | None) -> Path:
    if name not in CLASSIFIERS:
        raise UsageError(f"--classifier must be one of {', '.join(CLASSIFIERS)}. Received: {name}")
    return cache_dir / "classifiers" / cache_key(data, name, weights)


def cache_key(data: LabelledImages, name: str, weights: Path | None) -> str:
    """Returns the name of a classifier's folder: readable, and a hash of all it depends on."""
    parts = [RECIPE, name, data.images.shape, data.class_names, data.fingerprint]
    parts.append(weights_digest(weights))
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    words = re.sub(r"[^a-z0-9]+", "-", data.source.lower()).strip("-")[:40]
    return f"{name}-{words}-{len(data.class_names)}-classes-{digest[:16]}"


def _read_if_there(folder: Path, name: str) -> Classifier | None:
    if not folder.exists():
        return None
    try:
        info = read_json(folder / _INFO, _SCHEMA, "the classifier is trained again")
        model = keras.saving.load_model(folder / _MODEL, compile=False)
    except Exception as error:  # whatever corruption there is, the remedy is the same
        print(f"{folder} is corrupted ({type(error).__name__}); training the classifier again")
        return None
    return Classifier(model, name, float(info["accuracy"]), info["held_out_images"])


def _write(folder: Path, classifier: Classifier, data: LabelledImages) -> None:
    info = {
        "classifier": classifier.name,
        "accuracy": classifier.accuracy,
        "held_out_images": classifier.held_out_images,
        "source": data.source,
        "class_names": list(data.class_names),
        "images": list(data.images.shape),
        "keras": keras.__version__,
    }
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        beside.chmod(0o755)  # a cache may be shared
        classifier.model.save(beside / _MODEL)
        (beside / _INFO).write_text(json.dumps(info, indent=2) + "\n")
        replace_folder(beside, folder)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise unwritable(folder.parent, error, _FLAG) from error
