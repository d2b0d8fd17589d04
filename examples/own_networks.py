"""Elastic-InfoGAN with networks and images of your own, trained by Keras' `fit`; no command.

A `Stage` is four plain Keras models, and `fit` takes any `tf.data` set of images (uint8, or float
in [-1, 1]) and the function that transforms them. Here: scikit-learn's digits, four kinds of
them. Under two minutes on a CPU core.

    python examples/own_networks.py
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits

from elastic_infogan_tf import ElasticInfoGAN
from elastic_infogan_tf.evaluation.inference import Inference
from elastic_infogan_tf.models.networks.stages import Stage
from elastic_infogan_tf.models.prior import Prior

NOISE, CODES, SHAPE = 8, 4, (16, 16, 1)


def own_images() -> np.ndarray:
    """Returns uint8 images `[n, 16, 16, 1]` of 0, 1, 4 and 7, the later ones rarer."""
    digits = load_digits()
    kept = [
        digits.images[digits.target == d][:n] for d, n in ((0, 170), (1, 120), (4, 80), (7, 40))
    ]
    return (np.concatenate(kept) * 15.9).astype("uint8").repeat(2, 1).repeat(2, 2)[..., np.newaxis]


def own_networks() -> Stage:
    """Returns generator, trunk and the heads of discriminator and Q, for images of `SHAPE`."""
    noise, code = keras.Input((NOISE,)), keras.Input((CODES,))
    x = layers.Dense(8 * 8 * 32, activation="relu")(layers.Concatenate()([noise, code]))
    x = layers.Reshape((8, 8, 32))(x)  # [n, 8, 8, 32]
    x = layers.Conv2DTranspose(SHAPE[-1], 4, 2, padding="same", activation="tanh")(x)
    image, features = keras.Input(SHAPE), keras.Input((8, 8, 32))
    y = layers.Conv2D(32, 4, 2, padding="same", activation="leaky_relu")(image)
    flat = layers.Flatten()(features)
    hidden = layers.Dense(64, activation="leaky_relu")(flat)
    return Stage(
        generator=keras.Model([noise, code], x),
        trunk=keras.Model(image, y),
        discriminator_head=keras.Model(features, layers.Dense(1)(flat)),
        q_head=keras.Model(features, {"logits": layers.Dense(CODES)(hidden), "features": hidden}),
    )


def shifted(images: tf.Tensor) -> tf.Tensor:
    """Returns images moved by a pixel: what must not tell kinds apart."""
    return tf.roll(images, tf.random.uniform([2], -1, 2, tf.int32), axis=[1, 2])


def main(epochs: int = 300) -> tuple[ElasticInfoGAN, np.ndarray]:
    """Trains and returns the model, and new images `[9, 16, 16, 1]` of its likeliest code."""
    images = own_images()
    model = ElasticInfoGAN([own_networks()], Prior(CODES), contrastive_weight=1.0)
    model.compile(prior_optimizer=keras.optimizers.Adam(1e-3))
    batches = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images))
    model.fit(batches.batch(64, drop_remainder=True), transform=shifted, epochs=epochs, verbose=2)
    shares = tf.nn.softmax(model.prior.logits).numpy()
    codes = Inference(model).encode(images).codes
    print("prior:", shares.round(3), "real images by code:", np.bincount(codes, minlength=CODES))
    return model, Inference(model).generate(code=int(shares.argmax()), count=9, seed=0)


if __name__ == "__main__":
    main()
