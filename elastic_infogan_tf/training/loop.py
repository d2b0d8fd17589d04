"""All steps of a run, from where it stands to its end."""

from collections.abc import Sequence

import keras

from elastic_infogan_tf.data.batches.pipeline import batches, steps_per_epoch
from elastic_infogan_tf.data.batches.python_reads import bad_images_surface
from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.settings.schedule import ScheduleSettings
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
        dataset = batches(
            data.images,
            schedule.batch_size,
            schedule.seed,
            augmentation,
            start_step=model.step,
            stop_step=model.step + (epochs - initial_epoch) * count,
        )
        with bad_images_surface(data.images):
            model.fit(
                dataset,
                initial_epoch=initial_epoch,
                epochs=epochs,
                steps_per_epoch=count,
                shuffle=False,
                verbose=0,
                callbacks=list(callbacks),
            )
