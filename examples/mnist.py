"""Groups of handwritten digits that nobody labelled, made imbalanced as the paper's split 1.

It trains `clustered_infogan`, or the method that `--method` names, on MNIST at a quarter of the
published width, evaluates it, and says how well its groups and the digits agree. The first run
downloads MNIST (11 MB). 10 minutes for `clustered_infogan` on two CPU cores.

    python examples/mnist.py
    python examples/mnist.py --method=elastic_infogan --model_dir=runs/elastic

All other flags are those of `elastic-infogan train`; the same command again resumes.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from elastic_infogan_tf import train

RUN = Path("runs") / "mnist_example"
FLAGS = (
    "--dataset=mnist",
    "--split=1",
    "--method=clustered_infogan",
    "--base_channels=16",
    "--epochs=10",
    f"--model_dir={RUN}",
)


def describe(results: dict[str, Any]) -> str:
    """Returns the scores of `results.json` in lines; the labels are used for these alone."""
    generated, real, prior = (results[part] for part in ("generated", "q", "prior"))
    truth = prior["true_proportions"]
    lines = [
        f"new images:  NMI {generated['nmi']:.3f}, ENT {generated['ent']:.3f} nats, "
        f"{generated['missing_classes']} digits missing",
        f"real images: NMI {real['nmi']:.3f}, {real['matched_accuracy']:.1%} in the right group",
        f"prior:       {prior['total_variation']:.3f} from the truth (total variation)",
    ]
    for code, (share, digit) in enumerate(
        zip(prior["probabilities"], prior["matched_classes"], strict=True)
    ):
        is_matched = 0 <= digit < len(truth)
        of_digit = f"digit {digit}, truly {truth[digit]:.1%}" if is_matched else "no digit"
        lines.append(f"  code {code}: {share:.1%} ({of_digit})")
    return "\n".join(lines)


def main(argv: Sequence[str] = ()) -> int:
    """Trains, evaluates and prints; returns the exit code. The last flag of a name counts."""
    code = train.main([*FLAGS, *argv])
    if code == 0:
        given = [flag.partition("=")[2] for flag in argv if flag.startswith("--model_dir=")]
        run = Path(given[-1]) if given else RUN
        print(describe(json.loads((run / "results.json").read_text(encoding="utf-8"))))
        print(f"look at {run / 'report.html'}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
