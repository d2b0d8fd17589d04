"""Groups of images: names, shares with intervals, the least certain images, the outliers."""

import csv
import dataclasses
import functools
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from elastic_infogan_tf.data.labelled_images import LabelledImages
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.groups.assign import Sorting
from elastic_infogan_tf.utils.text import plain, shortened

LEVEL = 0.95
RESAMPLES = 1000
UNUSUAL = 1.5  # an outlier score from which on an image is shown (ours)
_DIGITS = 9  # of a group's number, at most


@dataclasses.dataclass(frozen=True, eq=False)
class GroupNames:
    """Groups of codes and what they are called.

    Attributes:
        names: of the G groups, all different, in the order of their first codes.
        of_codes: int64 `[K]` in [0, G), the group of each code.
    """

    names: tuple[str, ...]
    of_codes: np.ndarray

    def codes(self, group: int) -> list[int]:
        """Returns the codes of a group, ascending."""
        return np.flatnonzero(self.of_codes == group).tolist()


def read_names(path: Path | None, num_codes: int) -> GroupNames:
    """Reads names of codes; codes of one name are one group.

    Args:
        path: of a CSV file in UTF-8, a line `group,name` for each code that has a name; the first
            line may be just these words. Codes without a line, or all without a file, are called
            by their number.
        num_codes: K.

    Raises:
        UsageError: if it cannot be read, a line is something else, a code is named twice, or all
            codes would be one group.
    """
    of_codes = [str(code) for code in range(num_codes)]
    named: set[int] = set()
    for line, row in _rows(path) if path else ():
        is_number = row[0].isdecimal() and len(row[0]) <= _DIGITS and int(row[0]) < num_codes
        if not (len(row) == 2 and is_number and plain(row[1])):
            raise UsageError(
                f"{path}, line {line}, must be `group,name` with a group from 0 to {num_codes - 1} "
                f"and a name. Received: {shortened(','.join(row))}"
            )
        code = int(row[0])
        if code in named:
            raise UsageError(f"{path} names group {code} a second time in line {line}; choose one.")
        named.add(code)
        of_codes[code] = plain(row[1])
    names = tuple(dict.fromkeys(of_codes))
    if path and len(names) == 1:
        raise UsageError(
            f"{path} joins all {num_codes} groups into one; leave at least two names apart."
        )
    return GroupNames(names, np.array([names.index(name) for name in of_codes], np.int64))


def _rows(path: Path) -> Sequence[tuple[int, list[str]]]:
    """Returns the lines that say something, with their numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # as spreadsheets write it
        reader = csv.reader(io.StringIO(text, newline=""))
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"--names={path} cannot be read ({error}); give a CSV file in UTF-8 with lines like "
            "`3,a name`."
        ) from error
    rows = [(line, row) for line, row in rows if any(row)]
    is_header = bool(rows) and [cell.lower() for cell in rows[0][1]] == ["group", "name"]
    return rows[is_header:]


def share_intervals(counts: np.ndarray, seed: int = 0) -> np.ndarray:
    """Returns the bootstrap's intervals of groups' shares, by percentiles.

    Images are drawn with replacement and their groups are counted, which is a multinomial draw of
    the counts. It says how much the shares depend on which images there happen to be, not whether
    they are in the right groups. Of an empty group nothing is known that way: it has 0 to 0.

    Args:
        counts: int `[G]`, images of each group, not all 0.
        seed: of the draws.

    Returns:
        float64 `[G, 2]`, low and high, in [0, 1], which hold the share with a probability of 0.95.

    Reference:
        Efron, Bootstrap methods: another look at the jackknife, 1979.
    """
    total = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(total, counts / total, size=RESAMPLES) / total
    return np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0).T


def agreement(groups: np.ndarray, of_transforms: np.ndarray) -> float | None:
    """Returns how often a transform of an image is in the image's group, in [0, 1].

    It needs no labels: what is recognised by the thing that is shown stays in its group. One group
    alone has 1 whatever is in it, so read it beside the shares. None where there is no image.

    Args:
        groups: int `[n]`.
        of_transforms: int `[n, t]`, the groups of t transforms of each.
    """
    return float(np.mean(groups[:, np.newaxis] == of_transforms)) if len(groups) else None


@dataclasses.dataclass(frozen=True, eq=False)
class Groups:
    """Images in groups.

    Attributes:
        data: the `n` images.
        sorting: of them.
        names: of the G groups.
        left_out: files that cannot be read.
        seed: of the bootstrap.
        min_probability: of the group of an image that is not unsure, in [0, 1].
    """

    data: LabelledImages
    sorting: Sorting
    names: GroupNames
    left_out: tuple[str, ...] = ()
    seed: int = 0
    min_probability: float = 0.0

    @property
    def is_unsure(self) -> np.ndarray:
        """Which images may be of another group, bool `[n]`."""
        return self.sorting.probabilities < self.min_probability

    @property
    def least_certain(self) -> np.ndarray:
        """Images whose second group is at least half as likely, int64, smallest margin first."""
        sorting = self.sorting
        rows = np.flatnonzero(sorting.second_probabilities >= sorting.probabilities / 2)
        return rows[np.argsort(sorting.margins[rows], kind="stable")]

    @property
    def outliers(self) -> np.ndarray:
        """Images with an outlier score of `UNUSUAL` or more, int64, the highest score first."""
        scores = self.sorting.outlier_scores
        rows = np.flatnonzero(scores >= UNUSUAL)
        return rows[np.argsort(-scores[rows], kind="stable")]

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """Of the images; where they have none, their indices in the data."""
        return self.data.files or tuple(map(str, range(len(self.sorting.groups))))

    @functools.cached_property
    def counts(self) -> np.ndarray:
        """Images of each group, int64 `[G]`."""
        return np.bincount(self.sorting.groups, minlength=len(self.names.names))

    @functools.cached_property
    def intervals(self) -> np.ndarray:
        """Within which the shares are, float64 `[G, 2]`."""
        return share_intervals(self.counts, self.seed)

    def agreement(self, group: int | None = None) -> float | None:
        """Returns how often a transform is in its image's group, of one group or of all."""
        groups = self.sorting.groups[self.sorting.sample]
        chosen = np.ones(len(groups), bool) if group is None else groups == group
        return agreement(groups[chosen], self.sorting.transform_groups[chosen])
