"""What an exported model can be asked for, as TensorFlow functions."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.data.batches.pipeline import scale
from elastic_infogan_tf.groups.groups import GroupNames
from elastic_infogan_tf.serving import endpoint_inputs

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

    def encode(images: tf.Tensor) -> Outputs:
        outputs = model(images, training=False)
        return {
            "features": outputs["features"],
            "probabilities": tf.nn.softmax(outputs["logits"]),
            "code": tf.argmax(outputs["logits"], axis=-1),
        }

    def generate(noise: tf.Tensor, code: tf.Tensor) -> Outputs:
        return {"images": model.generator([noise, code], training=False)}

    images = _spec("images", tf.float32, [None, *model.image_shape])
    noise = _spec("noise", tf.float32, [None, model.noise_dim])
    code = _spec("code", tf.float32, [None, model.num_codes])
    return Networks(
        tf.function(encode, autograph=False).get_concrete_function(images),
        tf.function(generate, autograph=False).get_concrete_function(noise, code),
    )


def endpoints(model: keras.Model, names: GroupNames | None) -> dict[str, Any]:
    """Returns the endpoints by name as traced functions, which check what they are given.

    The first becomes `serving_default`. Each takes one positional argument, as
    `keras.layers.TFSMLayer` calls it. Its first trace is the signature; another one takes any
    shapes, so that a check answers wrong ones with a sentence.

    Args:
        model: a trained model.
        names: of the groups of its codes; None: they have none.
    """
    made = _Endpoints(model, names)
    pixels = _spec("images", tf.uint8, [None, *model.image_shape])
    any_images = [(_spec("images", dtype),) for dtype in (tf.uint8, tf.float32)]
    files, any_files = _spec("image_bytes", tf.string, [None]), _spec("image_bytes", tf.string)
    pair = made.inner.generate.structured_input_signature[0]
    noise, code = _spec("noise", tf.float32), _spec("code", tf.float32)
    any_pairs = [(noise, code), ([noise, code],), ({"noise": noise, "code": code},)]
    traced = {
        "encode": _traced(made.encode, (pixels,), *any_images),
        "encode_bytes": _traced(made.encode_bytes, (files,), (any_files,)),
        "generate": _traced(made.generate, pair, *any_pairs),
        "sample": _traced(made.sample, (_spec("count", tf.int32),)),
        "prior": _constant(lambda: {"probabilities": model.prior.probabilities}),
    }
    if names is not None:
        traced["group_names"] = _constant(lambda: {"group_names": _of_codes(names)})
    return traced


class _Endpoints:
    """The endpoints with an input, untraced."""

    def __init__(self, model: keras.Model, names: GroupNames | None) -> None:
        self.model, self.names = model, names
        self.inner = networks(model)

    def encode(self, images: tf.Tensor) -> Outputs:
        images = endpoint_inputs.images(images, self.model.image_shape)
        floats = scale(images) if images.dtype == tf.uint8 else images
        outputs = _of_rows(self.inner.encode, floats)
        if self.names is None:
            return outputs
        # The group as images are sorted: as probable as its codes together.
        members = tf.one_hot(self.names.of_codes, len(self.names.names))
        group = tf.argmax(outputs["probabilities"] @ members, axis=-1)
        return outputs | {"group": tf.gather(tf.constant(self.names.names), group)}

    def encode_bytes(self, image_bytes: tf.Tensor) -> Outputs:
        contents = endpoint_inputs.rows("image_bytes", image_bytes, [], "give a list of files")
        return self.encode(endpoint_inputs.decode(contents, self.model.image_shape))

    def generate(self, noise: Any, code: tf.Tensor | None = None) -> Outputs:
        if code is None:  # both as one argument
            is_named = isinstance(noise, Mapping)
            noise, code = (noise["noise"], noise["code"]) if is_named else noise
        noise = endpoint_inputs.noise(noise, self.model.noise_dim)
        code = endpoint_inputs.codes(code, self.model.num_codes, tf.shape(noise)[0])
        return _of_rows(self.inner.generate, noise, code)

    def sample(self, count: tf.Tensor) -> Outputs:
        count = endpoint_inputs.sample_count(count)
        one_hot = self.model.prior.sample_one_hot(count)
        noise = tf.random.normal([count, self.model.noise_dim])
        code = tf.argmax(one_hot, axis=-1)
        outputs = self.inner.generate(noise, one_hot) | {"code": code}
        if self.names is None:
            return outputs
        return outputs | {"group": tf.gather(_of_codes(self.names), code)}


def _of_rows(network: Endpoint, *inputs: tf.Tensor) -> Outputs:
    """Returns a network's outputs for rows, which may be none.

    Of none it sees a row of zeros: with AVX512 oneDNN's fused convolutions give none a wrong shape.
    """
    count = tf.shape(inputs[0])[0]
    missing = [tf.maximum(1 - count, 0)]
    rows = [
        tf.concat([values, tf.zeros(tf.concat([missing, tf.shape(values)[1:]], axis=0))], axis=0)
        for values in inputs
    ]
    return {name: values[:count] for name, values in network(*rows).items()}


def _constant(function: Callable[[], Outputs]) -> Any:
    """Returns an endpoint that needs no input and leaves a tensor alone, for `TFSMLayer`."""
    anything = _spec("anything", tf.float32)
    return _traced(lambda anything=None: function(), (), (anything,))


def _of_codes(names: GroupNames) -> tf.Tensor:
    return tf.constant([names.names[group] for group in names.of_codes])


def _spec(name: str, dtype: tf.DType, shape: Sequence[int | None] | None = None) -> tf.TensorSpec:
    return tf.TensorSpec(shape, dtype, name=name)


def _traced(function: Endpoint, *traces: Sequence[Any]) -> Any:
    """Returns a TensorFlow function with a trace for each list of arguments."""
    traced = tf.function(function, autograph=False)
    for arguments in traces:
        traced.get_concrete_function(*arguments)
    return traced
