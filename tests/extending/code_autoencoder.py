"""An example method with a setting of its own: an autoencoder through noise and a code."""

import dataclasses
from types import SimpleNamespace
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from elastic_infogan_tf.models import replicas
from elastic_infogan_tf.models.generative_model import Batch, GenerativeModel, Logs
from elastic_infogan_tf.models.prior import Prior
from elastic_infogan_tf.settings.declare import FROM_0, setting
from elastic_infogan_tf.settings.methods import Method
from elastic_infogan_tf.settings.model import Group

MODULE = "tests.extending.code_autoencoder"
ROW = Method("none", "none", model=MODULE, is_infogan=False)


@dataclasses.dataclass(frozen=True)
class CodeAutoencoderSettings:
    """What the example has."""

    sharpness: float = setting(
        2.0, help="of its codes", group="Model: code_autoencoder", bounds=FROM_0
    )


GROUP = Group(CodeAutoencoderSettings, "the example", lambda method: method.model == MODULE)


class CodeAutoencoder(GenerativeModel):
    """Makes each image again from noise and a code that it reads off it."""

    def __init__(self, encoder: keras.Model, generator: keras.Model, sharpness: float) -> None:
        super().__init__(name="code_autoencoder", seed=0)
        self.encoder, self.generator, self.sharpness = encoder, generator, sharpness
        self.prior = Prior(self.num_codes, "uniform")
        self.built = True

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        return [self.optimizer_of_all]

    def compile(self, optimizer: Any = None, **keras_arguments: Any) -> None:
        given = {"optimizer_of_all": (optimizer, self.trainable_variables)}
        self._make_optimizers(given, lambda name: keras.optimizers.Adam(name=name))
        super().compile(**keras_arguments)

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        return self.encoder(images, training=training)

    def update(self, batch: Batch) -> Logs:
        with tf.GradientTape() as tape:
            outputs = self.encoder(batch["image"], training=True)
            code = tf.nn.softmax(self.sharpness * outputs["logits"])
            images = self.generator([outputs["noise"], code], training=True)
            loss = tf.reduce_mean((images - batch["image"]) ** 2)
            share = loss / replicas.count()
        variables = self.trainable_variables
        self.optimizer_of_all.apply(tape.gradient(share, variables), variables)
        return {"square_loss": loss, "loss": loss}


def build(settings: SimpleNamespace, **keras_arguments: Any) -> CodeAutoencoder:
    """Returns a compiled model from a run's settings."""
    image_shape, noise_dim = settings.image_shape, settings.noise_dim
    image = keras.Input(image_shape)
    features = layers.Dense(16, activation="relu")(layers.Flatten()(image))
    outputs = {
        "features": features,
        "logits": layers.Dense(settings.num_classes)(features),
        "noise": layers.Dense(noise_dim)(features),
    }
    noise, code = keras.Input((noise_dim,)), keras.Input((settings.num_classes,))
    pixels = image_shape[0] * image_shape[1] * image_shape[2]
    drawn = layers.Dense(pixels, activation="tanh")(layers.Concatenate()([noise, code]))
    generator = keras.Model([noise, code], layers.Reshape(image_shape)(drawn))
    model = CodeAutoencoder(keras.Model(image, outputs), generator, settings.sharpness)
    model.compile(**keras_arguments)
    return model
