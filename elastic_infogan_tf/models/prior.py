"""The categorical prior over codes, learned through a relaxed one-hot sample."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow_probability.python.distributions import OneHotCategorical, RelaxedOneHotCategorical

from elastic_infogan_tf import errors
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.models import replicas

KINDS = ("learned", "uniform", "proportions")


class Prior(keras.layers.Layer):
    """Prior p(c) over K codes, p = softmax(logits).

    Training draws relaxed one-hot codes (Gumbel-softmax)

        c = softmax((logits + g) / tau),  g_k = -log(-log(u_k)),  u_k uniform in (0, 1),

    which carry a gradient to the logits and whose largest entry is distributed as p. A learned
    prior starts uniform (published: a skewed start fails to recover the classes) and gets its
    gradient through the images made of its codes.

    Args:
        num_codes: K.
        kind: `learned`; `uniform`, fixed; or `proportions`, fixed to the given ones.
        temperature: tau of the relaxed sample, above 0, else ValueError (published: 0.1).
        proportions: float `[K]`, positive, of any sum, else UsageError; for this kind only.

    Example:
        >>> prior = Prior(3, "proportions", proportions=[2, 1, 1])
        >>> prior.probabilities.numpy().tolist()
        [0.5, 0.25, 0.25]
        >>> codes = prior.sample(4, seed=tf.constant([0, 1]))
        >>> codes.shape, tf.reduce_sum(codes, axis=1).numpy().tolist()
        (TensorShape([4, 3]), [1.0, 1.0, 1.0, 1.0])

    Reference:
        Jang, Gu, Poole: Categorical Reparameterization with Gumbel-Softmax, ICLR 2017; as a learned
        prior: Ojha, Singh, Hsieh, Lee: Elastic-InfoGAN, NeurIPS 2020.
    """

    def __init__(
        self,
        num_codes: int,
        kind: str = "learned",
        temperature: float = 0.1,
        proportions: np.ndarray | None = None,
    ) -> None:
        super().__init__(name="prior")
        errors.one_of("kind", kind, KINDS)
        errors.positive(temperature=temperature)
        self.num_codes = num_codes
        self.temperature = temperature
        initial = np.zeros(num_codes)
        if kind == "proportions":
            initial = _log_proportions(proportions, num_codes)
        self.logits = self.add_weight(
            shape=(num_codes,),
            initializer=keras.initializers.Constant(initial.astype(np.float32)),
            trainable=kind == "learned",
            # Whoever moves fixed ones, moves them alike on every replica.
            aggregation=None if kind == "learned" else "only_first_replica",
            name="logits",
        )
        self.built = True

    @property
    def probabilities(self) -> tf.Tensor:
        """The prior's class probabilities, float32 `[K]`, sum 1."""
        return tf.nn.softmax(self.logits)

    def sample(self, count: int, seed: tf.Tensor) -> tf.Tensor:
        """Draws relaxed one-hot codes from a stateless seed, int32 `[2]`.

        They are float32 `[count, K]`, on the simplex, near its corners at a low temperature.
        """
        # Built here, inside the caller's gradient tape: one built in __init__ would freeze the
        # logits and the prior would get no gradient.
        logits = tf.convert_to_tensor(self.logits)
        distribution = _PhiloxRelaxedOneHotCategorical(self.temperature, logits=logits)
        return distribution.sample(count, seed=seed)

    def sample_one_hot(self, count: tf.Tensor) -> tf.Tensor:
        """Draws hard codes, float32 `[count, K]`, differently at each call; for serving."""
        distribution = OneHotCategorical(logits=tf.convert_to_tensor(self.logits), dtype=tf.float32)
        return distribution.sample(count)


class _PhiloxRelaxedOneHotCategorical(RelaxedOneHotCategorical):
    """TFP's distribution with draws that are the same with and without XLA.

    TFP's own draws differ under XLA: a run would depend on how it is compiled, and so on the number
    of replicas, of which only a single one can be compiled.
    """

    def _call_sample_n(self, sample_shape: Any, seed: Any, **kwargs: Any) -> tf.Tensor:
        del kwargs
        logits = self.distribution.logits
        shape = tf.concat([tf.reshape(sample_shape, [-1]), tf.shape(logits)], axis=0)
        gumbel = -tf.math.log(-tf.math.log(replicas.uniform(shape, seed)))
        return tf.nn.softmax((logits + gumbel) / self.temperature)


def _log_proportions(proportions: np.ndarray | None, num_codes: int) -> np.ndarray:
    if proportions is None:
        raise UsageError(
            "this method takes its prior from the true class proportions, but the data has no "
            "labels; choose a method with a learned or a uniform prior."
        )
    values = np.asarray(proportions, np.float64)
    if values.shape != (num_codes,) or not np.all((values > 0) & np.isfinite(values)):
        raise UsageError(
            f"proportions must be {num_codes} positive, finite numbers. Received: {values.tolist()}"
        )
    return np.log(values / values.sum())
