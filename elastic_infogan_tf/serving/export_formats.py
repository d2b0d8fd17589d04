"""An exported model in other formats, TFLite and ONNX, each tried against the live model."""

import contextlib
import importlib
import io
import json
import logging
import shutil
import warnings
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.groups.groups import GroupNames
from elastic_infogan_tf.serving.endpoints import Networks, endpoints, networks
from elastic_infogan_tf.utils.files import replace_folder, unwritable, write_atomically

_FILE = "formats.json"
# Rounding moves a probability or a pixel by less, a wrong conversion by more (ours).
TOLERANCE = 1e-3
_TRIED = 16
_OPSET = 18  # of ONNX; the newest that tf2onnx writes

Arrays = dict[str, np.ndarray]


def require(formats: Collection[str]) -> None:
    """Raises a UsageError for a format whose packages are not installed, before any work."""
    if "onnx" not in formats:
        return
    for package in ("onnx", "onnxruntime", "tf2onnx"):
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise UsageError(
                f"--formats=onnx needs {package}, which cannot be imported ({error}); pip install "
                '"elastic-infogan-tf[onnx]", or ".[onnx]" in the source tree.'
            ) from error


def write(model: keras.Model, folder: Path, formats: Collection[str]) -> dict[str, Any]:
    """Writes formats beside a SavedModel, and tries them and it against the live model.

    Args:
        model: the live model.
        folder: of the SavedModel; gets `encode` and `generate` with the ending of each format,
            and `formats.json`, what is returned.
        formats: such as `tflite`; the SavedModel is always tried.

    Returns:
        `step` of the model and, by format, its `files` and the `largest_difference` of its outputs
        from the live model's, on 16 images and codes.

    Raises:
        UsageError: if it cannot be written, or probabilities or images differ by more than .001.
    """
    inner = networks(model)
    inputs, expected = _try_live(model)
    tried: dict[str, Any] = {"step": model.step}
    for name in ("saved_model", *(name for name in _CONVERT if name in formats)):
        files = _convert(name, inner, folder) if name in _CONVERT else ["saved_model.pb"]
        outputs = _RUN[name](folder, inputs)
        differences = {
            key: float(np.max(np.abs(np.asarray(outputs[key], np.float64) - expected[key])))
            for key in expected
        }
        for key in ("probabilities", "images"):  # features are of any size
            if not differences[key] <= TOLERANCE:  # so is NaN
                raise UsageError(
                    f"the model as {name} is not the live model: its {key} differ by up to "
                    f"{differences[key]:.1e}, and {TOLERANCE} is allowed; nothing was exported; "
                    f"leave {name} out of --formats, or try another version of its package."
                )
        tried[name] = {"files": files, "largest_difference": differences}
    write_atomically(folder / _FILE, json.dumps(tried, indent=2) + "\n")
    return tried


def describe(tried: Mapping[str, Any]) -> list[str]:
    """Returns a line for each format: its files and how far it is from the live model."""
    return [
        f"{name} ({', '.join(result['files'])}): largest difference from the live model "
        + ", ".join(f"{key} {value:.1e}" for key, value in result["largest_difference"].items())
        for name, result in tried.items()
        if name != "step"
    ]


def _try_live(model: keras.Model) -> tuple[Arrays, Arrays]:
    """Returns inputs of the two networks, and the live model's outputs."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((_TRIED, model.noise_dim)).astype(np.float32)
    code = np.eye(model.num_codes, dtype=np.float32)[np.arange(_TRIED) % model.num_codes]
    images = model.generator([noise, code], training=False)
    live = model(images, training=False)
    inputs = {"images": images.numpy(), "noise": noise, "code": code}
    outputs = {
        "probabilities": tf.nn.softmax(live["logits"]).numpy(),
        "features": live["features"].numpy(),
        "images": inputs["images"],
    }
    return inputs, outputs


def _convert(name: str, inner: Networks, folder: Path) -> list[str]:
    """Writes the networks in a format; returns the names of their files."""
    files = {f"{network}.{name}": getattr(inner, network) for network in _INPUTS}
    for file, function in files.items():
        write_atomically(folder / file, _CONVERT[name](function))
    return list(files)


def _to_tflite(function: Any) -> bytes:
    owner = tf.Module()
    owner.kept = list(function.variables)
    return tf.lite.TFLiteConverter.from_concrete_functions([function], owner).convert()


def _to_onnx(function: Any) -> bytes:
    tf2onnx = importlib.import_module("tf2onnx")
    logging.getLogger("tf2onnx").setLevel(logging.WARNING)
    specs = function.structured_input_signature[0]
    again = tf.function(lambda *inputs: function(*inputs), input_signature=specs, autograph=False)
    converted, _ = tf2onnx.convert.from_function(again, input_signature=specs, opset=_OPSET)
    return converted.SerializeToString()


def _run_saved_model(folder: Path, inputs: Arrays) -> Mapping[str, Any]:
    loaded = tf.saved_model.load(str(folder))
    encoded = loaded.encode(tf.constant(inputs["images"]))
    return encoded | loaded.generate(tf.constant(inputs["noise"]), tf.constant(inputs["code"]))


def _run_tflite(folder: Path, inputs: Arrays) -> Mapping[str, Any]:
    outputs: dict[str, Any] = {}
    for network, names in _INPUTS.items():
        with warnings.catch_warnings():  # it asks for another package
            warnings.simplefilter("ignore")
            interpreter = tf.lite.Interpreter(str(folder / f"{network}.tflite"))
        outputs |= interpreter.get_signature_runner()(**{name: inputs[name] for name in names})
    return outputs


def _run_onnx(folder: Path, inputs: Arrays) -> Mapping[str, Any]:
    onnxruntime = importlib.import_module("onnxruntime")
    outputs: dict[str, Any] = {}
    for network, names in _INPUTS.items():
        session = onnxruntime.InferenceSession(
            folder / f"{network}.onnx", providers=["CPUExecutionProvider"]
        )
        values = session.run(None, {name: inputs[name] for name in names})
        outputs |= zip((output.name for output in session.get_outputs()), values, strict=True)
    return outputs


_INPUTS = {"encode": ("images",), "generate": ("noise", "code")}
_CONVERT: Mapping[str, Callable[[Any], bytes]] = {"tflite": _to_tflite, "onnx": _to_onnx}
_RUN = {"saved_model": _run_saved_model, "tflite": _run_tflite, "onnx": _run_onnx}


def export_saved_model(
    model: keras.Model,
    folder: Path,
    names: GroupNames | None = None,
    add: Callable[[Path], None] | None = None,
) -> None:
    """Writes a SavedModel, with the endpoints of `docs/serving.md` as signatures and functions.

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
    shutil.rmtree(beside, ignore_errors=True)  # of a killed export
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
