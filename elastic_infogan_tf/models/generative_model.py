"""What the models of all methods share: sizes, random numbers, `compile` and `fit`."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf.models import image_batches, replicas
from elastic_infogan_tf.models.adam import Optimizer

# Second halves of stateless seeds: each draw of a step has its own stream of random numbers.
NOISE_STREAM = 0x6E6F6973
CODE_STREAM = 0x636F6465

Batch = dict[str, tf.Tensor]
Logs = dict[str, tf.Tensor]
Sample = Callable[[int | tf.Tensor, tf.Tensor], tf.Tensor]


class GenerativeModel(keras.Model):
    """A `keras.Model` that makes images of noise and a code, and finds the code of an image.

    A subclass has `generator`, a functional model (noise `[n, d]`, code `[n, K]`) -> images
    `[n, h, w, c]` in [-1, 1]; `prior`, a `Prior` of the code; a `call` from images to a dict of
    the code's `logits` `[n, K]` and `features`; `optimizers`, which its `compile` makes; and
    `update`, one train step.

    What a step draws is a function of (seed, step, row of the global batch), however many
    replicas share the batch and whether XLA compiles them.

    Build and compile it inside the scope of its strategy. `seed`, of noise and codes, is 0 to
    2**31 - 1.
    """

    contrasts = False  # whether `update` needs the transforms of its images
    needs_rows = False  # whether it needs to know which of the training images they are

    def __init__(self, name: str, seed: int) -> None:
        super().__init__(name=name)
        if not 0 <= seed < 2**31:
            raise ValueError(f"seed must be between 0 and 2147483647. Received: seed={seed}")
        self.seed = seed

    @property
    def optimizers(self) -> list[Optimizer]:
        """All optimisers; the first one's iterations are the model's steps."""
        raise NotImplementedError

    def update(self, batch: Batch) -> Logs:
        """Takes one step on this replica's part of a global batch.

        That is a dict of `image` and, if the model contrasts them, `transform`, float32
        `[n, h, w, c]` in [-1, 1], of `step` and `index`, int64 `[n]`, and, if the model needs it,
        `row`, int64 `[n]`, which of the training images they are. Logs are means over this
        replica's part or the whole, float32 scalars.
        """
        raise NotImplementedError

    @property
    def step(self) -> int:
        """Train steps taken since the first `compile`; part of every checkpoint."""
        return int(self.optimizers[0].iterations.numpy()) if self.compiled else 0

    @property
    def next_clustering(self) -> int | None:
        """The step at which it needs clusters of the training images; None: it needs none."""
        return None

    @property
    def noise_dim(self) -> int:
        """Size of the noise, d."""
        return self.generator.inputs[0].shape[-1]

    @property
    def num_codes(self) -> int:
        """Number of codes, K."""
        return self.generator.inputs[1].shape[-1]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of its images."""
        return tuple(self.generator.output_shape[1:])

    def compile(
        self, *, run_eagerly: bool = False, steps_per_execution: int = 1, jit_compile: bool = False
    ) -> None:
        """Readies the model for `fit`; losses and optimisers are its own.

        Arguments are Keras'; XLA compiles no step under several replicas.
        """
        # Without `optimizer=None` Keras makes an optimiser of its own over all weights.
        super().compile(
            optimizer=None,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
        )

    def fit(
        self,
        x: tf.data.Dataset,
        *,
        transform: image_batches.Transform | None = None,
        **arguments: Any,
    ) -> keras.callbacks.History:
        """Trains on a data set `x` of batches, of which `image_batches.prepare` says more.

        They are of images, of pairs of images and transforms, or the input pipeline's; `transform`
        is a function from a batch of images to their transforms; other arguments are Keras'.
        """
        batches = image_batches.prepare(x, transform, self)
        # The data set's order is its own; Keras warns where it is asked to shuffle one.
        return super().fit(batches, **({"shuffle": False} | arguments))

    def save(self, *arguments: Any, **keywords: Any) -> None:
        """Refuses: Keras' file of a whole model cannot hold networks and optimisers of anyone's."""
        raise NotImplementedError(
            f"{self.name} is not saved as a whole: build it anew and `load_weights` what "
            "`save_weights('NAME.weights.h5')` wrote, save a network of it, such as "
            "`model.generator`, or take a run's SavedModel (elastic-infogan export)."
        )

    def train_step(self, batch: Batch) -> Logs:
        """Takes one step, see `update`; `step` and `index` may be missing from the batch."""
        return replicas.shape_logs(self.update(self._numbered(batch)))

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        """Skips Keras' build at the start of `fit`, which fails on a dict under several workers."""

    def _numbered(self, batch: Batch) -> Batch:
        """Adds to a batch of one's own images what the pipeline's says: step and indices."""
        if "index" in batch:
            return batch
        rows = tf.shape(batch["image"], tf.int64)[0]
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        step = tf.cast(self.optimizers[0].iterations, tf.int64)
        index = tf.cast(replica, tf.int64) * rows + tf.range(rows)
        return batch | {"step": tf.fill([rows], step), "index": index}

    def _make_optimizers(
        self,
        given: dict[str, tuple[Optimizer | str | None, list[keras.Variable]]],
        default: Callable[[str], Optimizer],
    ) -> None:
        """Makes optimisers with the moments of their variables, as attributes for checkpoints.

        `given` are by name the optimiser (None: the default) and the variables that it updates;
        `default` is a function from the name to a fresh one. One object for two is refused.
        """
        with self.distribute_strategy.scope():
            made = {
                name: default(name) if optimizer is None else keras.optimizers.get(optimizer)
                for name, (optimizer, _) in given.items()
            }
            if len({id(optimizer) for optimizer in made.values()}) < len(made):
                raise ValueError(
                    f"{', '.join(made)} must be different objects, each with its own moments. "
                    f"Received: {list(made.values())}"
                )
            for name, optimizer in made.items():
                optimizer.build(given[name][1])
                setattr(self, name, optimizer)

    def draw_noise(self, batch: Batch) -> tf.Tensor:
        """Returns normal noise, float32 `[n, d]`, for this replica's rows."""
        width = self.noise_dim
        return self.draw(lambda n, seed: replicas.normal([n, width], seed), NOISE_STREAM, batch)

    def draw(self, sample: Sample, stream: int, batch: Batch) -> tf.Tensor:
        """Draws random numbers for this replica's rows, of one of the step's streams.

        Every replica draws the whole global batch's, which is cheap, and keeps its own rows:
        element i depends on (seed, stream, step, i), not on who computes it. `sample` is a function
        from a count and a stateless seed, int32 `[2]`, to that many draws; of the batch only `step`
        and `index` are looked at.
        """
        step, index = tf.cast(batch["step"][0], tf.int32), batch["index"]  # TFP's seeds are int32
        seed = tf.random.fold_in(tf.constant([self.seed, stream]), step)
        rows = tf.shape(index)[0] if index.shape[0] is None else index.shape[0]
        return tf.gather(sample(replicas.count() * rows, seed), index)
