"""What an exported model can be asked for, as TensorFlow functions."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import scale
from elastic_infogan_tf.groups.groups import GroupNames
from elastic_infogan_tf.serving import endpoint_checks
from elastic_infogan_tf.serving.image_bytes import decode

Outputs = dict[str, tf.Tensor]
Endpoint = Callable[..., Outputs]


@dataclasses.dataclass(frozen=True)
class Networks:
    """A model's two networks as concrete functions without checks.

    They are what all endpoints share, and what other formats are made of: these drop assertions.

    Attributes:
        encode: float32 `[n, h, w, c]` in [-1, 1] -> `features`, `probabilities` and `code`.
        generate: float32 `[n, noise_dim]` and `[n, K]` -> `images`.
    """

    encode: Any
    generate: Any


def networks(model: keras.Model) -> Networks:
    """Returns the two networks of a model."""
    images = _spec("images", tf.float32, [None, *model.image_shape])
    noise = _spec("noise", tf.float32, [None, model.noise_dim])
    code = _spec("code", tf.float32, [None, model.num_codes])

    def encode(images: tf.Tensor) -> Outputs:
        outputs = model(images, training=False)
        return {
            "features": outputs["features"],
            "probabilities": tf.nn.softmax(outputs["logits"]),
            "code": tf.argmax(outputs["logits"], axis=-1),
        }

    def generate(noise: tf.Tensor, code: tf.Tensor) -> Outputs:
        return {"images": model.generator([noise, code], training=False)}

    return Networks(_once(encode, images), _once(generate, noise, code))


def endpoints(model: keras.Model, names: GroupNames | None) -> dict[str, Any]:
    """Returns the endpoints as traced functions, which check what they are given.

    Each takes one positional argument, as `keras.layers.TFSMLayer` calls it. The first trace is the
    signature; another one takes any shapes, so that a check answers wrong ones with a sentence.

    Args:
        model: a trained model.
        names: of the groups of its codes; None: they have none.

    Returns:
        By name; the first becomes `serving_default`.
    """
    inner = networks(model)
    pixels = _spec("images", tf.uint8, [None, *model.image_shape])
    files = _spec("image_bytes", tf.string, [None])
    count = _spec("count", tf.int32)
    made = {
        "encode": _traced(_encode(model, inner, names), (pixels,), *_any_images()),
        "encode_bytes": _traced(
            _encode_bytes(model, inner, names), (files,), (_spec("image_bytes", tf.string),)
        ),
        "generate": _traced(
            _generate(model, inner), inner.generate.structured_input_signature[0], *_any_pairs()
        ),
        "sample": _traced(_sample(model, inner, names), (count,)),
        "prior": _constant(lambda: {"probabilities": model.prior.probabilities}),
    }
    if names is not None:
        made["group_names"] = _constant(lambda: {"group_names": _of_codes(names)})
    return made


def _encode(model: keras.Model, inner: Networks, names: GroupNames | None) -> Endpoint:
    def checked(images: tf.Tensor) -> Outputs:
        images = endpoint_checks.images(images, model.image_shape)
        floats = scale(images) if images.dtype == tf.uint8 else images
        return _with_group(_of_rows(inner.encode, floats), names)

    by_dtype = {spec.dtype: _once(checked, spec) for (spec,) in _any_images()}
    return lambda images: by_dtype[images.dtype](images)


def _encode_bytes(model: keras.Model, inner: Networks, names: GroupNames | None) -> Endpoint:
    def checked(image_bytes: tf.Tensor) -> Outputs:
        contents = endpoint_checks.rows("image_bytes", image_bytes, [], "give a list of files")
        pixels = decode(contents, model.image_shape)
        return _with_group(_of_rows(inner.encode, scale(pixels)), names)

    once = _once(checked, _spec("image_bytes", tf.string))
    return lambda image_bytes: once(image_bytes)


def _generate(model: keras.Model, inner: Networks) -> Endpoint:
    def checked(noise: tf.Tensor, code: tf.Tensor) -> Outputs:
        noise = endpoint_checks.noise(noise, model.noise_dim)
        code = endpoint_checks.codes(code, model.num_codes, tf.shape(noise)[0])
        return _of_rows(inner.generate, noise, code)

    once = _once(checked, _spec("noise", tf.float32), _spec("code", tf.float32))

    def generate(noise: Any, code: tf.Tensor | None = None) -> Outputs:
        if code is None:  # both as one argument
            is_named = isinstance(noise, Mapping)
            noise, code = (noise["noise"], noise["code"]) if is_named else noise
        return once(noise, code)

    return generate


def _sample(model: keras.Model, inner: Networks, names: GroupNames | None) -> Endpoint:
    def checked(count: tf.Tensor) -> Outputs:
        count = endpoint_checks.sample_count(count)
        one_hot = model.prior.sample_one_hot(count)
        noise = tf.random.normal([count, model.noise_dim])
        code = tf.argmax(one_hot, axis=-1)
        outputs = inner.generate(noise, one_hot) | {"code": code}
        return outputs if names is None else outputs | {"group": tf.gather(_of_codes(names), code)}

    once = _once(checked, _spec("count", tf.int32))
    return lambda count: once(count)


def _of_rows(network: Callable[..., Outputs], *inputs: tf.Tensor) -> Outputs:
    """Returns a network's outputs for rows, which may be none.

    Of none it sees a row of zeros: with AVX512 oneDNN's fused convolutions give none a wrong shape.
    """
    count = tf.shape(inputs[0])[0]
    missing = [tf.maximum(1 - count, 0)]
    rows = [
        tf.concat([one, tf.zeros(tf.concat([missing, tf.shape(one)[1:]], axis=0))], axis=0)
        for one in inputs
    ]
    return {name: values[:count] for name, values in network(*rows).items()}


def _constant(function: Callable[[], Outputs]) -> Any:
    """Returns an endpoint that needs no input and leaves a tensor alone, for `TFSMLayer`."""

    def constant(anything: tf.Tensor | None = None) -> Outputs:
        del anything
        return function()

    return _traced(constant, (), (_spec("anything", tf.float32),))


def _with_group(outputs: Outputs, names: GroupNames | None) -> Outputs:
    """Adds the group, as images are sorted: as probable as its codes together."""
    if names is None:
        return outputs
    joined = outputs["probabilities"] @ tf.one_hot(names.of_codes, len(names.names))
    return outputs | {"group": tf.gather(tf.constant(names.names), tf.argmax(joined, axis=-1))}


def _of_codes(names: GroupNames) -> tf.Tensor:
    return tf.constant([names.names[group] for group in names.of_codes])


def _any_images() -> list[tuple[tf.TensorSpec]]:
    return [(_spec("images", tf.uint8),), (_spec("images", tf.float32),)]


def _any_pairs() -> list[Sequence[Any]]:
    """Returns the ways to give noise and code: as two, as a list and as a dict."""
    noise, code = _spec("noise", tf.float32), _spec("code", tf.float32)
    return [(noise, code), ([noise, code],), ({"noise": noise, "code": code},)]


def _spec(name: str, dtype: tf.DType, shape: Sequence[int | None] | None = None) -> tf.TensorSpec:
    return tf.TensorSpec(shape, dtype, name=name)


def _once(function: Endpoint, *specs: tf.TensorSpec) -> Any:
    """Returns the one trace of a function, which saving does not make again."""
    return tf.function(function, autograph=False).get_concrete_function(*specs)


def _traced(function: Endpoint, *traces: Sequence[Any]) -> Any:
    """Returns a TensorFlow function with a trace for each list of arguments."""
    traced = tf.function(function, autograph=False)
    for arguments in traces:
        traced.get_concrete_function(*arguments)
    return traced
