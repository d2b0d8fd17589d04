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
from elastic_infogan_tf.evaluation.classifier_training import (
    check_images,
    check_weights,
    train_classifier,
)
from elastic_infogan_tf.evaluation.classifiers import CLASSIFIERS, Classifier
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
    place = _place(data, name, cache_dir, weights)
    check_images(data, name)
    if place.exists():
        return
    require_place(place.parent, _FLAG)
    if weights is not None:
        check_weights(data, name, weights)


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
    place = _place(data, name, cache_dir, weights)
    found = _read_if_there(place, name)
    if found:
        return found
    require_writable(place.parent, _FLAG)  # before the training, not after it
    lock, state = (place.with_name(f".{place.name}.{kind}") for kind in ("lock", "state.npz"))
    # Runs that start at the same time need the same classifier: one trains it, the others wait.
    with only_process(lock, str(place), wait=True, flag=_FLAG, meanwhile=stop_if_requested):
        found = _read_if_there(place, name)
        if found:
            return found
        classifier = train_classifier(data, name, weights, state, stop_if_requested)
        _write(place, classifier, data)
        state.unlink(missing_ok=True)
        return classifier


def _place(data: LabelledImages, name: str, cache_dir: Path, weights: Path | None) -> Path:
    if name not in CLASSIFIERS:
        raise UsageError(f"--classifier must be one of {', '.join(CLASSIFIERS)}. Received: {name}")
    return cache_dir / "classifiers" / cache_key(data, name, weights)


def cache_key(data: LabelledImages, name: str, weights: Path | None) -> str:
    """Returns the name of a classifier's folder: readable, and a hash of all it depends on.

    Raises:
        UsageError: if the weights cannot be read.
    """
    parts = [RECIPE, name, data.images.shape, data.class_names, data.fingerprint]
    parts.append(weights_digest(weights))
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    words = re.sub(r"[^a-z0-9]+", "-", data.source.lower()).strip("-")[:40]
    return f"{name}-{words}-{len(data.class_names)}-classes-{digest[:16]}"


def _read_if_there(place: Path, name: str) -> Classifier | None:
    if not place.exists():
        return None
    try:
        return _read(place, name)
    except Exception as error:  # whatever corruption there is, the remedy is the same
        print(f"{place} is corrupted ({type(error).__name__}); training the classifier again")
        return None


def _read(place: Path, name: str) -> Classifier:
    info = read_json(place / _INFO, _SCHEMA, "the classifier is trained again")
    model = keras.saving.load_model(place / _MODEL, compile=False)
    return Classifier(model, name, float(info["accuracy"]), info["held_out_images"])


def _write(place: Path, classifier: Classifier, data: LabelledImages) -> None:
    beside = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    info = {
        "classifier": classifier.name,
        "accuracy": classifier.accuracy,
        "held_out_images": classifier.held_out_images,
        "source": data.source,
        "class_names": list(data.class_names),
        "images": list(data.images.shape),
        "keras": keras.__version__,
    }
    try:
        beside.chmod(0o755)  # a cache may be shared
        classifier.model.save(beside / _MODEL)
        (beside / _INFO).write_text(json.dumps(info, indent=2) + "\n")
        replace_folder(beside, place)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise unwritable(place.parent, error, _FLAG) from error
