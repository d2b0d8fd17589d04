"""What a run that is resumed keeps of its beginning."""

import dataclasses

from elastic_infogan_tf.run.preparation import with_recorded_transforms
from elastic_infogan_tf.run_folder.folder import RunFolder
from elastic_infogan_tf.settings.config import Config
from tests.run.run_folders import make_run


def test_transforms_are_those_that_a_run_was_begun_with(tmp_path):
    folder = make_run(tmp_path / "run")
    begun = Config.from_json(folder.read_record()["config"])
    changed = dataclasses.replace(begun.data.augmentation, rotation=3.0)
    data = dataclasses.replace(begun.data, augmentation=changed, transforms="stronger")
    preset = dataclasses.replace(begun, data=data)
    assert with_recorded_transforms(preset, folder) == begun
    assert with_recorded_transforms(preset, RunFolder(tmp_path / "new")) == preset
