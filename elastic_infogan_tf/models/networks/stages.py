"""The networks of an InfoGAN: stages of four networks each, one or two of them (StackGAN-v2)."""

import dataclasses
import functools
import importlib
import inspect
from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace

import keras
import tensorflow as tf

from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models.networks import stackgan_networks
from elastic_infogan_tf.models.networks.layers import Initializers, normal_initializers, policy

_FIRST_STAGE_SHAPE = (64, 64, 3)  # where there is a second


@dataclasses.dataclass(frozen=True)
class Stage:
    """What makes images of one size and what looks at them.

    Whatever they compute in, images, logits and the features of `q_head` are float32.

    Attributes:
        generator: (noise `[n, d]`, code `[n, K]`) -> images `[n, h, w, c]` in [-1, 1]; a functional
            model, whose two inputs and output tell these sizes.
        trunk: images in [-1, 1] -> features shared by the two heads.
        discriminator_head: trunk features -> real/fake logits `[n]`.
        q_head: trunk features -> dict of `logits` `[n, K]` and `features` `[n, d]`.
    """

    generator: keras.Model
    trunk: keras.Model
    discriminator_head: keras.Model
    q_head: keras.Model

    def resize(self, images: tf.Tensor) -> tf.Tensor:
        """Returns images `[n, k * s, k * s, c]` at this stage's size s: means of k x k pixels."""
        factor = images.shape[1] // self.generator.output_shape[1]
        return tf.nn.avg_pool2d(images, factor, factor, "VALID") if factor > 1 else images


class Networks:
    """The stages of an InfoGAN, checked, and `images`, which computes all of their images together.

    A later stage's generator begins with layers of the one's before, so all have the same two
    inputs, noise and code; the last one's images are the model's.
    """

    def __init__(self, stages: Sequence[Stage], num_codes: int) -> None:
        self.stages = tuple(stages)
        if not self.stages or not all(isinstance(stage, Stage) for stage in self.stages):
            raise ValueError(f"stages must be one or more `Stage`. Received: stages={stages}")
        for stage in self.stages:
            _check(stage, num_codes)
        outputs = [stage.generator.output for stage in self.stages]
        self.images = keras.Model(self.stages[-1].generator.inputs, outputs, name="images")


def build_stages(
    networks: str,
    image_shape: tuple[int, int, int],
    *,
    noise_dim: int,
    num_codes: int,
    base_channels: int = 64,
    second_stage_size: int = 0,
    seed: int = 0,
    dtype: str = "float32",
) -> tuple[Stage, ...]:
    """Returns freshly initialised stages; equal seeds, equal weights.

    The first of two stages starts as the one stage of that seed would.

    Args:
        networks: the family, `infogan` (28x28 images) or `stackgan` (64x64); with a dot in it, the
            full name of a module with the functions of `infogan_networks`.
        image_shape: height, width and channels of the last stage's images.
        noise_dim: d, of the noise.
        num_codes: K.
        base_channels: b, which every width scales with (published: 64).
        second_stage_size: height and width of the images of StackGAN-v2's second stage, 64 or 128;
            0: one stage.
        seed: of the weights, 0 to 2**31 - 1.
        dtype: `float32` or `bfloat16`, which the layers compute in; weights, statistics of batches
            and what the networks return are float32 in both.

    Networks of somebody's own that are made in float32 alone are refused in another type.
    """
    family = _family(networks, dtype)
    initializers = normal_initializers(seed=seed * 1000)
    shape = _FIRST_STAGE_SHAPE if second_stage_size else image_shape
    trunk = family.trunk(shape, base_channels, initializers)
    generator = family.generator(noise_dim, num_codes, shape[-1], base_channels, initializers)
    stages = [_stage(family, generator, trunk, base_channels, initializers)]
    if second_stage_size:
        making = (base_channels, initializers, policy(dtype))
        trunk = stackgan_networks.two_stage_trunk(image_shape, *making)
        generator = stackgan_networks.two_stage_generator(generator, second_stage_size, *making)
        stages.append(_stage(family, generator, trunk, base_channels, initializers))
    return tuple(stages)


def stages_of(settings: SimpleNamespace) -> tuple[Stage, ...]:
    """Returns the fresh stages of a run's settings."""
    names = ("networks", "image_shape", "noise_dim", "base_channels", "second_stage_size")
    own = {name: getattr(settings, name) for name in (*names, "seed", "dtype")}
    return build_stages(num_codes=settings.num_classes, **own)


def trunk_of(settings: SimpleNamespace) -> keras.Model:
    """Returns a fresh trunk of the last stage's kind, of other weights than that of `stages_of`."""
    # The stages of a seed take far fewer initialisers than half of the numbers it has.
    initializers = normal_initializers(seed=settings.seed * 1000 + 500)
    sizes = (settings.image_shape, settings.base_channels, initializers)
    if settings.second_stage_size:
        return stackgan_networks.two_stage_trunk(*sizes, policy(settings.dtype))
    return _family(settings.networks, settings.dtype).trunk(*sizes)


def _family(networks: str, dtype: str) -> SimpleNamespace:
    """Returns functions that make the four networks of a stage, in a type, from their sizes."""
    name = networks if "." in networks else f"{__package__}.{networks}_networks"
    module = importlib.import_module(name)
    parts = [field.name for field in dataclasses.fields(Stage)]
    return SimpleNamespace(**{part: _in(dtype, module, part) for part in parts})


def _in(dtype: str, module: ModuleType, name: str) -> Callable[..., keras.Model]:
    """Returns a module's function, with the policy of a type where it asks for one."""
    function = getattr(module, name)
    if "dtype" in inspect.signature(function).parameters:
        return functools.partial(function, dtype=policy(dtype))
    # A head need not: it has few layers, and ends in float32 anyway.
    if dtype != "float32" and name in ("generator", "trunk"):
        raise UsageError(
            f"the networks of {module.__name__} cannot compute in {dtype}: its {name} has no "
            "parameter dtype, the Keras policy of its layers; add it, or take --dtype=float32."
        )
    return function


def _stage(
    family: SimpleNamespace,
    generator: keras.Model,
    trunk: keras.Model,
    base_channels: int,
    initializers: Initializers,
) -> Stage:
    shape, num_codes = trunk.output_shape[1:], generator.inputs[1].shape[-1]
    return Stage(
        generator,
        trunk,
        discriminator_head=family.discriminator_head(shape, base_channels, initializers),
        q_head=family.q_head(shape, num_codes, base_channels, initializers),
    )


def _check(stage: Stage, num_codes: int) -> None:
    """Refuses networks that take or give something else, or losses another type than float32."""
    generator = stage.generator
    shapes = [tuple(tensor.shape) for tensor in getattr(generator, "inputs", None) or ()]
    if [len(shape) for shape in shapes] != [2, 2] or shapes[1][1] != num_codes:
        raise ValueError(
            "a stage's generator must be a functional model of two inputs, noise [n, d] and code "
            f"[n, {num_codes}], as many codes as the prior has. Received: {generator} with inputs "
            f"{shapes}"
        )
    features = stage.trunk.compute_output_spec(keras.KerasTensor(generator.output_shape))
    outputs = stage.q_head.compute_output_spec(features)
    named = isinstance(outputs, dict) and {"logits", "features"} <= outputs.keys()
    if not named or outputs["logits"].shape[1:] != (num_codes,):
        raise ValueError(
            f"a stage's q_head must return a dict of logits [n, {num_codes}] and features [n, d]. "
            f"Received: {outputs}"
        )
    judged = stage.discriminator_head.compute_output_spec(features)
    seen = {"generator": generator.output, "discriminator_head": judged}
    seen |= {f"q_head's {name}": outputs[name] for name in ("logits", "features")}
    for name, tensor in seen.items():
        if tensor.dtype != "float32":
            raise ValueError(
                "losses take float32 from a stage's networks, whatever their layers compute in; "
                f'give the last layer of the {name} dtype="float32". Received: {tensor}'
            )
