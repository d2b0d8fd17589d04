"""Which transforms each data set has, and choosing among them."""

import dataclasses
import json

import numpy as np
import pytest

from elastic_infogan_tf.data.batches import augmentation as aug
from elastic_infogan_tf.errors import UsageError
from elastic_infogan_tf.settings import transforms
from elastic_infogan_tf.settings.config import Config, resolve
from elastic_infogan_tf.settings.data_sets import DATA_SETS
from elastic_infogan_tf.settings.transforms import TRANSFORMS, Augmentation, choose

OFF = {
    "rotation": {"rotation": 0},
    "fill": {"rotation_fills": False},
    "zoom": {"zoom_out": 1, "zoom_in": 1},
    "translation": {"translation": 0},
    "flip": {"horizontal_flip": False},
    "distortion": {"distortion": 0},
    "colour": {"brightness": 0, "contrast": 0, "saturation": 0},
    "crop": {"crop": 1},
    "stretch": {"stretch": 1},
}


def test_the_kinds_cover_every_strength_once():
    fields = [field for kind in TRANSFORMS.values() for field in kind]
    all_fields = {field.name for field in dataclasses.fields(Augmentation)} - {"background"}
    assert sorted(fields) == sorted(all_fields)


@pytest.mark.parametrize("dataset", sorted(DATA_SETS))
@pytest.mark.parametrize("kind", sorted(TRANSFORMS.keys() - {"fill"}))
def test_choosing_one_kind_switches_the_others_off_and_keeps_the_presets_strength(dataset, kind):
    preset = DATA_SETS[dataset].augmentation
    chosen = choose(preset, [kind])
    for other, off in OFF.items():
        now = {field: getattr(chosen, field) for field in off}
        in_preset = {field: getattr(preset, field) for field in off}
        if other != kind:
            assert now == off
        else:
            assert now == (in_preset if in_preset != off else TRANSFORMS[kind]) != off
    assert chosen.background == preset.background


def test_filling_goes_with_rotation():
    chosen = choose(DATA_SETS["mnist"].augmentation, ["rotation", "fill"])
    assert chosen.rotation == 20 and chosen.rotation_fills and chosen.distortion == 0
    with pytest.raises(UsageError, match=r"name rotation too\. Received: fill,zoom"):
        choose(DATA_SETS["mnist"].augmentation, ["fill", "zoom"])


def test_choosing_all_kinds_of_a_preset_gives_the_preset():
    assert choose(DATA_SETS["mnist"].augmentation, ["zoom", "rotation", "distortion"]) == (
        DATA_SETS["mnist"].augmentation
    )


def test_none_alone_leaves_every_image_as_it_is():
    chosen = choose(DATA_SETS["youtube_faces"].augmentation, ["none"])
    images = np.random.default_rng(0).integers(0, 256, (4, 12, 12, 3)).astype(np.float32)
    np.testing.assert_array_equal(aug.augment(images, chosen, [1, 1]).numpy(), images)


@pytest.mark.parametrize("names", [["rotation", "hue"], ["none", "flip"], [], [""]])
def test_unknown_kinds_are_refused_with_the_known_ones(names):
    with pytest.raises(UsageError) as refusal:
        choose(DATA_SETS["cars"].augmentation, names)
    assert str(refusal.value) == (
        "--augment must be one or more of rotation, fill, zoom, translation, flip, distortion, "
        "colour, crop, stretch, grey, gamma, separated by commas and with one of usual, stronger "
        f"or without, or none alone. Received: {','.join(names)}"
    )


def test_a_strength_is_a_word_beside_the_kinds():
    def augmented(*names, **given):
        data = resolve("mnist", augment=names, **given).data
        return data.transforms, data.augmentation

    row = DATA_SETS["mnist"]
    assert augmented("stronger") == ("stronger", row.stronger)
    assert augmented("zoom", "stronger") == ("stronger", choose(row.stronger, ["zoom"]))
    assert augmented("usual", method="clustered_infogan") == ("usual", row.augmentation)
    assert augmented("zoom") == ("usual", choose(row.augmentation, ["zoom"]))
    with pytest.raises(UsageError, match=r"Received: usual$"):
        augmented("stronger", "usual")
    with pytest.raises(UsageError, match=r"Received: rotation,stroner; did you mean stronger\?"):
        augmented("rotation", "stroner")


def test_faces_turn_less_than_objects_and_change_colour_and_objects_do_not():
    faces = DATA_SETS["youtube_faces"].augmentation
    for objects in (DATA_SETS[name].augmentation for name in ("cars", "chairs", "shapenet")):
        assert faces.rotation < objects.rotation
        assert objects.background == 255 and objects.horizontal_flip
        assert (objects.brightness, objects.contrast, objects.saturation) == (0, 0, 0)
    assert min(faces.brightness, faces.contrast, faces.saturation) > 0
    assert faces.background is None


@pytest.mark.parametrize("dataset", sorted(DATA_SETS))
def test_every_augmentation_survives_json_text(dataset):
    config = resolve(dataset.replace("NAME", "any"), transforms="usual")
    assert config.data.augmentation == DATA_SETS[dataset].augmentation
    assert Config.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_explored_sets_are_kinds_that_choose_takes_and_no_two_are_equal():
    for row in DATA_SETS.values():
        for augmentation in filter(None, (row.augmentation, row.stronger)):
            sets = transforms.explored(augmentation)
            assert len({tuple(kinds) for kinds in sets.values()}) == len(sets)
            assert transforms.choose(augmentation, sets["usual"]) == augmentation
            assert all("flip" not in kinds for name, kinds in sets.items() if "no_flip" in name)
    assert list(transforms.explored(transforms.PHOTOS)) == [
        "usual",
        "no_flip",
        "grey",
        "no_flip_grey",
        "writing",
    ]
    assert "no_flip" not in transforms.explored(transforms.DIGITS)  # they have none
