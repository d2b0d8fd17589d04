"""What a training would do and how long it would take; nothing is written."""

from collections.abc import Sequence
from typing import Any

import keras

from elastic_infogan_tf.data.files.decoding import note
from elastic_infogan_tf.data.imbalance import class_table
from elastic_infogan_tf.run.estimate import StepTimes, describe_time
from elastic_infogan_tf.run.preparation import Plan, bytes_to_write, training_bytes
from elastic_infogan_tf.settings import declare
from elastic_infogan_tf.training import loop

_SECONDS = 10.0  # of timed steps, after which no more are taken
_MOST = 10  # timed steps


def to_json(plan: Plan) -> dict[str, Any]:
    """Returns all settings and counts of a training as JSON types.

    Raises:
        UsageError: for a run folder that the training would refuse.
    """
    model = _checked_model(plan)
    data, counts = plan.data, plan.data.class_counts
    return {
        **plan.config.to_json(),
        **{name: declare.to_json(part) for name, part in plan.how.items()},
        "plan": {
            "images": len(data.images),
            "source": data.source,
            "left_out": list(data.left_out),
            "class_names": list(data.class_names),
            "class_counts": None if counts is None else counts.tolist(),
            "steps": plan.steps,
            "steps_done": plan.done,
            "clusters_after": model.next_clustering,
        },
    }


def show(plan: Plan) -> None:
    """Prints a plan for people, with the time that it takes by a few steps that are taken here.

    Raises:
        UsageError: for a run folder that the training would refuse.
    """
    config, data, model = plan.config, plan.data, _checked_model(plan)
    print(plan.describe())
    print(f"groups to find: {config.data.num_classes}")
    schedule = config.schedule
    went_on = f", of which {plan.done} are done" if plan.done else ""
    print(
        f"steps: {plan.steps}{went_on} ({schedule.epochs} epochs, batches of "
        f"{schedule.batch_size})",
        flush=True,
    )
    due = model.next_clustering
    if due is not None and due > plan.done:
        print(f"clusters, which the groups come of: after step {due}, or later if not stable")
    if plan.steps > plan.done:
        note("timing a few steps; the first one takes longer: TensorFlow builds its program")
        print(_time(plan, model))
    print(
        f"memory: {training_bytes(model) / 1e6:.0f} MB for weights, gradients and moments; "
        "images and batches as above, and TensorFlow's own about 1 GB"
    )
    print(f"run folder: {plan.folder.root}")
    if data.labels is None:
        print("labels: none; the evaluation reports what needs none")
    else:
        print(f"labels, which only the evaluation looks at:\n{class_table(data)}")


def _checked_model(plan: Plan) -> keras.Model:
    """Returns a model of a plan whose folder may be begun or resumed."""
    model = plan.build_model()
    plan.folder.check(
        plan.config,
        plan.data,
        plan.files.data_dir,
        need_bytes=bytes_to_write(model, plan.settings.keep_checkpoints),
    )
    return model


def _time(plan: Plan, model: keras.Model) -> str:
    """Returns how long the steps that are left take, by some that are taken here."""

    def stop(times: Sequence[float]) -> None:
        del times
        model.stop_training = True

    config, watch = plan.config, StepTimes(_MOST, stop, _SECONDS)
    loop.fit(config.schedule, config.data.augmentation, model, plan.data, [watch])
    return describe_time(config, model, plan.steps - plan.done, watch.times[1:] or watch.times)
