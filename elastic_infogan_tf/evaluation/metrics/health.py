"""Whether a generator is alive: signs that few images show, and what they say together (ours).

A GAN's losses and its discriminator's accuracy do not tell a dead run from a healthy one, and ENT
is low for a generator that prints one image. These signs need no labels and little time. Images
are uint8 `[n, h, w, c]`, n is 2 or more; spreads and differences are of pixels in [-1, 1].
"""

from collections.abc import Mapping

import numpy as np

TOO_EARLY = "too early to say"
ALIVE = "alive"
ONE_IMAGE = "one image a code"
NOT_YET = "not taken off yet"
DEAD = "dead"

# By the runs of docs/training.md.
_LEAST_SPREAD = 0.6
_MOST_DIFFERENCE = 0.45
_LEAST_DIVERSITY = 0.15
_CHANCE_STEPS = 1000  # healthy runs of small data sets may need as many
_PATIENCE_STEPS = 3000  # few runs took off later

_GAN_FLAGS = "--generator_learning_rate=1e-3 --instance_noise=0.3 (of InfoGANs)"
_ADVICE = {
    TOO_EARLY: "the generator shows no sign of life yet, which is early to say: give it more "
    "--epochs",
    ALIVE: "the generator is alive",
    ONE_IMAGE: "the generator prints nearly one image a code: NMI and ENT look better than its "
    "images are; try another --seed or more --epochs",
    NOT_YET: "the generator has not taken off yet, so NMI and ENT are no scores: give it more "
    f"--epochs, or try {_GAN_FLAGS} or another --seed",
    DEAD: f"the generator is dead, so NMI and ENT are no scores: try {_GAN_FLAGS}, another --seed "
    "or more --epochs",
}
STATES = tuple(_ADVICE)

_HALF = 127.5  # grey levels of a unit, where pixels are in [-1, 1]


def pixel_spread(images: np.ndarray) -> float:
    """Returns the mean over pixels of the standard deviation over images (ddof 1)."""
    flat = np.asarray(images, np.float64).reshape(len(images), -1)
    return float(np.mean(np.std(flat, axis=0, ddof=1)) / _HALF)


def spread_ratio(generated: np.ndarray, real: np.ndarray) -> float | None:
    """Returns the pixel spread of generated images over that of real ones; 0: all are the same.

    None where the real images are all the same.
    """
    spread = pixel_spread(real)
    return pixel_spread(generated) / spread if spread else None


def mean_difference(generated: np.ndarray, real: np.ndarray) -> float:
    """Returns how much brighter or darker generated images are, 0 to 2."""
    return float(abs(generated.mean() - real.mean()) / _HALF)


def information_share(losses: np.ndarray, probabilities: np.ndarray) -> float:
    """Returns the mean information loss over log K: about 1 where images say nothing of a code.

    Losses are -log Q(c | x) of generated images of all codes, float `[n]`, nats; probabilities are
    the prior, `[K]`, K is 2 or more.
    """
    return float(np.mean(losses) / np.log(len(probabilities)))


def unused_codes(codes: np.ndarray, probabilities: np.ndarray) -> int:
    """Returns how many codes Q gives to no image; `codes` are Q's of real images, int `[n]`."""
    return len(probabilities) - len(np.unique(codes))


def code_diversity(
    generated: np.ndarray, codes: np.ndarray, real: np.ndarray, real_codes: np.ndarray
) -> float | None:
    """Compares how varied the images of a code are with real images of a code, by their pixels.

    Returns the mean over codes of `pixel_spread` within a code, generated over real: 0 for a
    generator that prints one image a code. None where no two different real images share a code,
    which is Q's, int `[m]`. Some code has two generated images.
    """
    spread = _within(real, real_codes)
    return _within(generated, codes) / spread if spread else None


def _within(images: np.ndarray, codes: np.ndarray) -> float:
    """Returns the mean pixel spread within the codes that have two images; 0 if none has."""
    parts = [images[codes == code] for code in np.unique(codes)]
    return float(np.mean([pixel_spread(part) for part in parts if len(part) > 1] or [0.0]))


def state(signs: Mapping[str, float | None], step: int) -> str:
    """Returns what the signs of life of a GAN's generator say together, one of `STATES`.

    One whose images are far less varied, or far brighter or darker, than the real ones has not
    taken off, and after many steps it is dead; one whose images hardly vary within a code, by
    `code_diversity` or in an evaluation with labels by `quality.mean_relative_diversity`, prints
    one image a code. A generator that ignores its code is alive: its NMI is a score.

    Not for a VAE, which learns slowly and blurs, and does not die.

    Args:
        signs: by the names of the table of metrics; what is missing or None says nothing.
        step: train steps that the generator has had.
    """
    known = {name: value for name, value in signs.items() if value is not None}
    if (
        known.get("pixel_spread", 1.0) < _LEAST_SPREAD
        or known.get("mean_difference", 0.0) > _MOST_DIFFERENCE
    ):
        return TOO_EARLY if step < _CHANCE_STEPS else NOT_YET if step < _PATIENCE_STEPS else DEAD
    diversity = known.get("mean_relative_diversity", known.get("code_diversity", 1.0))
    return ONE_IMAGE if diversity < _LEAST_DIVERSITY else ALIVE


def is_dead(state: str | None) -> bool:
    """Returns whether a state makes NMI and ENT no scores; None, as of older files, does not."""
    return state in (NOT_YET, DEAD)


def warns(state: str | None) -> bool:
    """Returns whether a state is worth a warning; None, as of older files, is not."""
    return state in (TOO_EARLY, ONE_IMAGE, NOT_YET, DEAD)


def advice(state: str) -> str:
    """Returns a sentence on a state, with what to try."""
    return _ADVICE[state]
