"""What a figure is drawn of, made of the parts that it looks at."""

import types

from elastic_infogan_tf.evaluation.evidence import Subject


def subject(
    title="a run",
    *,
    images=None,
    labels=None,
    class_names=(),
    true_proportions=None,
    metrics=None,
    **parts,
):
    """A `Subject` whose evidence has these parts and no more."""
    data = types.SimpleNamespace(images=images, labels=labels, class_names=class_names)
    reference = types.SimpleNamespace(seed=0, true_proportions=true_proportions)
    evidence = types.SimpleNamespace(data=data, reference=reference, **parts)
    return Subject(evidence, title, metrics)
