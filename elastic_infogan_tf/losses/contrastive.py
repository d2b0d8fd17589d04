"""NT-Xent between images and their identity-preserving transforms, whole or its pull alone."""

import importlib
from collections.abc import Callable

import tensorflow as tf

Gather = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]
ContrastiveLoss = Callable[..., tf.Tensor]


def one_replica(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The gather of a single replica: its rows are the global batch and start at row 0.

    Example:
        >>> rows, first = one_replica(tf.constant([[1.0], [2.0]]))
        >>> rows.numpy().tolist(), int(first)
        ([[1.0], [2.0]], 0)
    """
    return rows, tf.constant(0)


def nt_xent(
    features: tf.Tensor,
    partners: tf.Tensor,
    temperature: float,
    gather: Gather = one_replica,
    bursts: tf.Tensor | None = None,
) -> tf.Tensor:
    """Normalised temperature-scaled cross-entropy (NT-Xent), per pair: float `[n]`, nats, from 0.

    With unit vectors u of all 2N features of the global batch, an anchor i loses
    `-log(exp(u_i.u_pos(i) / T) / sum_{k != i} exp(u_i.u_k / T))` (published; SimCLR's loss). A
    pair loses the mean over its two anchors, so the mean over N pairs is that over 2N anchors.

    Args:
        features: float `[n, d]`, this replica's, of images.
        partners: float `[n, d]`, of their transforms, in the same order.
        temperature: T, above 0.
        gather: maps this replica's rows `[n, ...]` to all replicas' rows `[N, ...]` and the
            index of this replica's first row among them; carries gradients to every replica.
        bursts: int `[n]`: images of one burst are not pushed apart (ours); None: all are.

    Example:
        Two images whose features are at right angles, and as transforms of them the same two: a
        pair's cosine is 1, the two others' are 0, so it loses `-log(e^2 / (e^2 + 2))` at T = 1/2.

        >>> nt_xent(tf.eye(2), tf.eye(2), temperature=0.5).numpy().tolist()
        [0.2395, 0.2395]

    Reference:
        Chen, Kornblith, Norouzi, Hinton: A Simple Framework for Contrastive Learning of Visual
        Representations, ICML 2020; in Elastic-InfoGAN as published.
    """
    anchors = tf.stack([_unit(features), _unit(partners)], axis=1)
    everyone, first_row = gather(anchors)
    width = anchors.shape[-1]
    similarity = tf.matmul(
        tf.reshape(anchors, [-1, width]), tf.reshape(everyone, [-1, width]), transpose_b=True
    )
    similarity /= temperature
    anchor = tf.range(tf.shape(similarity)[0])
    # Image i and its transform stand side by side, in rows 2i and 2i + 1.
    itself = 2 * first_row + anchor
    partner = tf.bitwise.bitwise_xor(itself, 1)
    is_itself = tf.one_hot(
        itself, tf.shape(similarity)[1], on_value=True, off_value=False, dtype=tf.bool
    )
    if bursts is not None:
        own = tf.stack([tf.cast(bursts, tf.float32)] * 2, axis=1)
        same = tf.reshape(own, [-1, 1]) == tf.reshape(gather(own)[0], [1, -1])
        is_partner = tf.one_hot(partner, tf.shape(same)[1], True, False, dtype=tf.bool)
        is_itself = is_itself | (same & ~is_partner)
    others = tf.where(is_itself, -float("inf"), similarity)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=partner, logits=others)
    return tf.reduce_mean(tf.reshape(losses, [-1, 2]), axis=1)


def positive_pairs(
    features: tf.Tensor, partners: tf.Tensor, temperature: float, gather: Gather = one_replica
) -> tf.Tensor:
    """The pull of NT-Xent without its negatives (published as a method of its own), per pair.

    A pair loses `(1 - u_i.u_pos(i)) / T`: NT-Xent's numerator alone, moved so that equal directions
    cost 0 (ours; a constant has no gradient). With features of one direction for all images it is 0
    too: nothing pushes images apart.

    Float `[n]`, in [0, 2 / T]. Arguments as of `nt_xent`; `gather` is not needed, as a pair is of
    one replica.

    Example:
        >>> features, partners = tf.constant([[1.0, 0.0]]), tf.constant([[0.0, 3.0]])
        >>> positive_pairs(features, partners, temperature=0.5).numpy().tolist()
        [2.0]
    """
    del gather
    similarity = tf.reduce_sum(_unit(features) * _unit(partners), axis=-1)
    return (1.0 - similarity) / temperature


# The kinds that a method's row names; a function (features, partners, temperature, gather) -> loss
# per pair, float `[n]`.
CONTRASTIVE: dict[str, ContrastiveLoss] = {"nt_xent": nt_xent, "positive": positive_pairs}
NONE = "none"


def contrastive_loss(kind: str) -> ContrastiveLoss | None:
    """Returns the loss of a kind: a key of `CONTRASTIVE`, `none`, or anyone's `module:function`.

    Raises:
        ValueError: if there is no such kind.
    """
    if kind == NONE:
        return None
    if ":" in kind:
        module, function = kind.split(":")
        return getattr(importlib.import_module(module), function)
    if kind not in CONTRASTIVE:
        raise ValueError(
            f"contrastive must be one of {', '.join((*CONTRASTIVE, NONE))}, or module:function. "
            f"Received: contrastive={kind}"
        )
    return CONTRASTIVE[kind]


def _unit(features: tf.Tensor) -> tf.Tensor:
    return tf.math.l2_normalize(features, axis=-1)
