"""What all InfoGANs share: stages, a prior of the codes, and the game of generator and D."""

from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import keras
import tensorflow as tf

from elastic_infogan_tf import errors
from elastic_infogan_tf.models import replicas, stage_losses
from elastic_infogan_tf.models.adam import Optimizer, adam
from elastic_infogan_tf.models.discriminator_inputs import (
    KINDS,
    PLACES,
    InstanceNoise,
    augmented,
    noise_steps,
)
from elastic_infogan_tf.models.generative_model import CODE_STREAM, Batch, GenerativeModel, Logs
from elastic_infogan_tf.models.networks.stages import Networks, Stage
from elastic_infogan_tf.models.prior import Prior

TRUNK_UPDATES = ("discriminator", "all")
# Second halves of the seeds of the noise on the images that D sees: on real ones, on generated ones
# in phase 1 and in phase 2. Each stage has three of its own, from these on.
REAL_STREAM, FAKE_STREAM, GENERATOR_STREAM = 0x72650000, 0x66610000, 0x67650000
_AUGMENTATION = 0x100  # further on is the stream of the same images' augmentation


class InfoGAN(GenerativeModel):
    """A generator of noise and code, and discriminators that judge its images.

    With two stages (StackGAN-v2) there is a trunk with its heads for the images of each stage, and
    every loss is the sum over the stages; real images of the first stage's size are means of the
    pixels of the batch's. `generator`, `trunk` and `discriminator_head` are the last stage's, whose
    images are the model's.

    A subclass has a `call`, which finds the code of an image, `generator_variables`, what phase 2
    updates besides the prior, `generator_phase`, and the rest of `update`. Losses are divided by
    the global batch, so any number of replicas computes the same update.

    Args:
        stages: one or more.
        prior: over the codes.
        info_weight: lambda1, 0 or more.
        trunk_updates: `"discriminator"` or `"all"`: whether losses of identity train the trunk too.
        instance_noise: on the images that D, and Q with it, sees; default: none (published).
        discriminator_augment: how these images are augmented before that, `"none"` (published),
            `"translation"` or `"translation_cutout"`.
        seed: of noise and codes, 0 to 2**31 - 1.

    Raises:
        ValueError: if a value is out of its range, or stages and prior do not fit together.
    """

    def __init__(
        self,
        name: str,
        stages: Sequence[Stage],
        prior: Prior,
        *,
        info_weight: float = 1.0,
        trunk_updates: str = "discriminator",
        instance_noise: InstanceNoise | None = None,
        discriminator_augment: str = "none",
        seed: int = 0,
    ) -> None:
        super().__init__(name=name, seed=seed)
        errors.one_of("trunk_updates", trunk_updates, TRUNK_UPDATES)
        errors.one_of("discriminator_augment", discriminator_augment, KINDS)
        errors.not_negative(info_weight=info_weight)
        self.networks = Networks(stages, prior.num_codes)
        self.info_weight = info_weight
        self.trunk_updates = trunk_updates
        self.instance_noise = instance_noise or InstanceNoise()
        self.discriminator_augment = discriminator_augment
        self._track("generator", "trunk", "discriminator_head")
        self.prior = prior

    def _track(self, *parts: str) -> None:
        """Makes networks of all stages attributes: checkpoints have no parts of `networks`."""
        *earlier, last = self.networks.stages
        for part in parts:
            setattr(self, part, getattr(last, part))
        for number, stage in enumerate(earlier, start=1):
            for part in parts:
                setattr(self, f"stage_{number}_{part}", getattr(stage, part))

    @property
    def discriminator_variables(self) -> list[keras.Variable]:
        """What phase 1 updates."""
        stages = self.networks.stages
        return trainable(part for x in stages for part in (x.trunk, x.discriminator_head))

    @property
    def optimizers(self) -> list[Optimizer]:
        """All optimisers, the discriminator's first."""
        return [self.discriminator_optimizer, self.generator_optimizer, self.prior_optimizer]

    def compile(
        self,
        discriminator_optimizer: Optimizer | str | None = None,
        generator_optimizer: Optimizer | str | None = None,
        prior_optimizer: Optimizer | str | None = None,
        **keras_arguments: Any,
    ) -> None:
        """Makes the optimisers, from step 0, and readies the model for `fit`.

        Default of all three, the prior's being of its logits where gradients move them, is Adam
        with a learning rate of 2e-4 and betas .5 and .999 (official); one object for two is
        refused. Other arguments are Keras'.
        """
        given = {
            "discriminator_optimizer": (discriminator_optimizer, self.discriminator_variables),
            "generator_optimizer": (generator_optimizer, self.generator_variables),
            "prior_optimizer": (prior_optimizer, self.prior.trainable_variables),
        }
        self._make_optimizers(given | self._more_optimizers(), adam)
        super().compile(**keras_arguments)

    def _more_optimizers(self) -> dict[str, tuple[Optimizer, list[keras.Variable]]]:
        """Returns a subclass' own, as of `_make_optimizers`; here none."""
        return {}

    def play(self, batch: Batch) -> Logs:
        """Takes one step, phase 1 and on the same generated batch phase 2; returns both's logs."""
        with tf.GradientTape(persistent=True) as tape:
            code, fakes = self.generate_batch(batch)
        stopped = [tf.stop_gradient(fake) for fake in fakes]
        logs, gradients = self.discriminator_phase(batch, stopped, code)
        self.discriminator_optimizer.apply(gradients, self.discriminator_variables)
        more, gradients, prior_gradients = self.generator_phase(batch, code, fakes, tape)
        self.generator_optimizer.apply(gradients, self.generator_variables)
        if prior_gradients:
            self.prior_optimizer.apply(prior_gradients, self.prior.trainable_variables)
        return logs | more

    def generate_batch(self, batch: Batch) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Returns fresh relaxed codes `[n, K]` for this replica's rows, and each stage's images."""
        code = self.draw(self.prior.sample, CODE_STREAM, batch)
        images = self.networks.images([self.draw_noise(batch), code], training=True)
        return code, tf.nest.flatten(images)  # Keras takes a list of one apart

    def shown(self, images: tf.Tensor, stream: int, batch: Batch) -> tf.Tensor:
        """Returns this replica's images as D sees them: augmented, with the step's noise."""
        if self.discriminator_augment != "none":
            places = self.draw(
                lambda n, seed: replicas.uniform([n, PLACES], seed), stream + _AUGMENTATION, batch
            )
            images = augmented(images, self.discriminator_augment, places)
        if not self.instance_noise.start:
            return images
        shape = images.shape[1:]
        noise = self.draw(lambda n, seed: replicas.normal([n, *shape], seed), stream, batch)
        return images + self.instance_noise.sigma(batch["step"][0]) * noise

    def discriminator_phase(
        self, batch: Batch, fakes: list[tf.Tensor], code: tf.Tensor
    ) -> tuple[Logs, list[tf.Tensor]]:
        """Returns phase 1's logs and this replica's share of its gradients.

        `fakes` are the images of each stage, of these codes; accuracies are means over the stages.
        """
        with tf.GradientTape() as tape:
            logs = self._sums(self._discriminator_terms, batch, fakes, code)
            losses = [value for name, value in logs.items() if name.endswith("_loss")]
            share = tf.add_n(losses) / replicas.count()
        for name in ("real_accuracy", "fake_accuracy"):
            logs[name] /= len(fakes)
        return logs, tape.gradient(share, self.discriminator_variables)

    @staticmethod
    def _sums(
        terms_of: Callable[..., Logs], batch: Batch, fakes: list[tf.Tensor], code: tf.Tensor
    ) -> Logs:
        """Returns each term's sum over the stages, which count alike (StackGAN-v2)."""
        terms = [terms_of(index, batch, fake, code) for index, fake in enumerate(fakes)]
        return {name: tf.add_n([of_stage[name] for of_stage in terms]) for name in terms[0]}

    def _discriminator_terms(
        self, index: int, batch: Batch, fake: tf.Tensor, code: tf.Tensor
    ) -> Logs:
        """Returns what phase 1 measures at a stage; it minimises every `_loss`."""
        stage = self.networks.stages[index]
        real = self.shown(stage.resize(batch["image"]), REAL_STREAM + index, batch)
        shown_fake = self.shown(fake, FAKE_STREAM + index, batch)
        # In batches of their own (published): batch normalisation then takes away what all
        # generated images have in common, which the discriminator does not see (docs/training.md).
        of_reals, of_fakes = (stage.trunk(images, training=True) for images in (real, shown_fake))
        terms = stage_losses.discriminator_terms(stage, of_reals, of_fakes)
        return terms | self._identity_terms(stage, batch, of_fakes, code)

    def trunk_of_fakes(self, index: int, batch: Batch, fake: tf.Tensor) -> tf.Tensor:
        """Returns phase 2's trunk features of a stage's generated images."""
        shown = self.shown(fake, GENERATOR_STREAM + index, batch)
        return self.networks.stages[index].trunk(shown, training=True)

    def _identity_terms(
        self, stage: Stage, batch: Batch, of_fakes: tf.Tensor, code: tf.Tensor
    ) -> Logs:
        """Returns what phase 1 minimises besides; here nothing."""
        del stage, batch, of_fakes, code
        return {}


def trainable(parts: Iterable[keras.Model]) -> list[keras.Variable]:
    """Returns the variables of networks that optimisers may update."""
    return [variable for part in parts for variable in part.trainable_variables]


def infogan_arguments(settings: SimpleNamespace, total_steps: int | None = None) -> dict[str, Any]:
    """Returns what constructors of InfoGANs take of a run's settings, by the same names."""
    names = {"info_weight", "trunk_updates", "discriminator_augment", "seed"}
    # Not every method has a contrastive loss.
    names |= {"contrastive_weight", "contrastive_temperature"} & vars(settings).keys()
    steps = noise_steps(settings.instance_noise_steps, total_steps)
    noise = InstanceNoise(settings.instance_noise, steps)
    return {"instance_noise": noise} | {name: getattr(settings, name) for name in names}


def compile_infogan(
    model: InfoGAN, settings: SimpleNamespace, keras_arguments: dict[str, Any]
) -> None:
    """Compiles a model with the learning rates of a run's settings."""
    model.compile(
        adam("discriminator_optimizer", settings.learning_rate),
        adam("generator_optimizer", settings.generator_learning_rate or settings.learning_rate),
        adam("prior_optimizer", settings.learning_rate),
        **keras_arguments,
    )
