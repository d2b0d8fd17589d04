"""All steps of a run, from where it stands to its end."""

from collections.abc import Sequence

import keras

from elastic_infogan_tf.data.batches.pipeline import batches, steps_per_epoch
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.models.recogniser import ContrastiveEncoder
from elastic_infogan_tf.settings.running import ScheduleSettings
from elastic_infogan_tf.settings.transforms import Augmentation


def fit(
    schedule: ScheduleSettings,
    augmentation: Augmentation,
    model: keras.Model,
    data: LabelledImages,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Trains a model for the steps that are left of a run.

    A run that was interrupted within an epoch first ends that epoch, so that epochs stay whole.

    Args:
        schedule: of the run.
        augmentation: of its images.
        model: a compiled one, at some step.
        data: the training set.
        callbacks: of Keras; they see every step.
    """
    epoch_steps = steps_per_epoch(len(data.images), schedule.batch_size)
    epoch, done = divmod(model.step, epoch_steps)
    parts = [(epoch, epoch + 1, epoch_steps - done)] if done else []
    parts.append((epoch + len(parts), schedule.epochs, epoch_steps))
    for initial_epoch, epochs, count in parts:
        whole = range(initial_epoch, epochs)
        _fit_epochs(schedule, augmentation, model, data, callbacks, whole, count)


def fit_encoder(
    schedule: ScheduleSettings,
    augmentation: Augmentation,
    encoder: ContrastiveEncoder,
    data: LabelledImages,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Trains an encoder alone, on the batches that a run begins with.

    Args:
        schedule: of the run; its epochs do not count.
        augmentation: as of `fit`.
        encoder: with fresh weights.
        data: the training set.
        callbacks: as of `fit`; all steps are one epoch of Keras.
    """
    once = range(1)
    _fit_epochs(schedule, augmentation, encoder, data, callbacks, once, encoder.total_steps)


def _fit_epochs(
    schedule: ScheduleSettings,
    augmentation: Augmentation,
    model: keras.Model,
    data: LabelledImages,
    callbacks: Sequence[keras.callbacks.Callback],
    epochs: range,
    steps: int,
) -> None:
    """Trains a model for epochs of so many steps, from its step on."""
    dataset = batches(
        data.images,
        schedule.batch_size,
        schedule.seed,
        augmentation,
        start_step=model.step,
        stop_step=model.step + len(epochs) * steps,
    )
    model.fit(
        dataset,
        initial_epoch=epochs.start,
        epochs=epochs.stop,
        steps_per_epoch=steps,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )
