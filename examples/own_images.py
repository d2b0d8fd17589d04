"""A folder of unlabelled images becomes groups, with names, and new images of each.

Without a folder of yours it writes one of scikit-learn's digits, each digit rarer than the one
before. Under 20 minutes on two CPU cores, whatever the number of images.

    python examples/own_images.py
    python examples/own_images.py --data_dir=IMAGES --num_classes=8

All other flags are those of `elastic-infogan train`.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from elastic_infogan_tf import load, sort, train

# Digits must not be mirrored, so `flip` is left out; leave out what tells your kinds apart.
FLAGS = ("--flagfile=own_images_laptop.flags", "--num_classes=10")
FLAGS += ("--augment=rotation,zoom,translation,stretch",)


def write_digits(folder: Path, most: int = 170) -> None:
    """Writes digits as PNG files, `most` zeros and a tenth of that many nines."""
    folder.mkdir(parents=True)
    digits = load_digits()
    for digit in range(10):
        images = digits.images[digits.target == digit][: most * (10 - digit) // 10]
        for number, pixels in enumerate(images):
            image = Image.fromarray((pixels * 15.9).astype("uint8")).resize((64, 64))
            image.save(folder / f"{digit}_{number:03d}.png")


def main(argv: Sequence[str] = (), root: Path = Path("runs") / "own_images_example") -> int:
    """Trains, sorts the images by named groups and makes new ones, below `root`."""
    run, flags = root / "run", [*FLAGS, *argv]
    if not any(flag.startswith("--data_dir=") for flag in argv):
        if not (root / "digits").exists():
            write_digits(root / "digits")
        flags.append(f"--data_dir={root / 'digits'}")
    if code := train.main([*flags, f"--model_dir={run}"]):
        return code
    groups = json.loads((run / "groups" / "summary.json").read_text(encoding="utf-8"))["groups"]
    for group in groups:
        low, high = group["share_low"], group["share_high"]
        print(f"group {group['group']}: {group['share']:.1%} ({low:.1%} to {high:.1%})")
    # Look at run/groups/groups.png, write what you see; groups of the same name are joined.
    names = root / "names.csv"
    names.write_text(f"group,name\n{groups[0]['group']},the largest\n", encoding="utf-8")
    sort.main([f"--model_dir={run}", f"--names={names}", f"--out={root / 'named'}", "--copy"])
    images, codes = load(run).sample(8)  # groups as frequent as in the folder
    Image.fromarray(np.concatenate(list(images), axis=1).squeeze()).save(root / "new.png")
    print(f"new images of groups {codes.tolist()}: {root / 'new.png'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
