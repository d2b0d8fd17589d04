"""Where the files of a run lie in its folder."""

import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class RunPaths:
    """Paths inside `--model_dir`; there need be nothing at any of them."""

    root: Path

    @property
    def record(self) -> Path:
        """What the run was made with."""
        return self.root / "config.json"

    @property
    def lock(self) -> Path:
        """Held by the process that trains."""
        return self.root / "config.json.lock"

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.root / "checkpoints"

    @property
    def figures(self) -> Path:
        """Folder of the pictures."""
        return self.root / "figures"

    @property
    def metrics(self) -> Path:
        """The scalars of every epoch."""
        return self.root / "metrics.csv"

    @property
    def results(self) -> Path:
        """The evaluation of the newest checkpoint."""
        return self.root / "results.json"

    @property
    def clusters(self) -> Path:
        """The clusters that the codes of a run were made of."""
        return self.root / "clusters.json"

    @property
    def number_of_codes(self) -> Path:
        """The number of codes that was chosen by the images, and what it was chosen of."""
        return self.root / "number_of_codes.json"

    def results_of(self, step: int) -> Path:
        """The evaluation of an older checkpoint."""
        return self.root / f"results-{step:07d}.json"

    @property
    def tensorboard(self) -> Path:
        """Folder of TensorBoard's events."""
        return self.root / "tensorboard"

    @property
    def settings_events(self) -> Path:
        """What TensorBoard is told once: a name that it takes for an event file, the first one."""
        return self.tensorboard / "events.out.tfevents.0000000000.settings"

    @property
    def export(self) -> Path:
        """The SavedModel."""
        return self.root / "export"

    @property
    def page(self) -> Path:
        """All that there is to see of the run, for a person."""
        return self.root / "report.html"

    @property
    def groups(self) -> Path:
        """Folder of the training pictures by their groups, where they are files of their own."""
        return self.root / "groups"

    @property
    def model_card(self) -> Path:
        """What the exported model is, in words."""
        return self.root / "model_card.md"
