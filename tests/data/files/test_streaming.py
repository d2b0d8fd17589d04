"""Streamed images are the images in memory: same batches, same selections, errors of their own."""

import numpy as np
import pytest
from PIL import Image

from elastic_infogan_tf.data.batches import pipeline
from elastic_infogan_tf.data.batches.python_reads import bad_images_surface
from elastic_infogan_tf.data.files.images_on_disk import decode_all
from elastic_infogan_tf.data.files.picture import BadImageError, read_image
from elastic_infogan_tf.data.files.streaming import StreamedImages, stream_all
from elastic_infogan_tf.settings.data_sets import DATA_SETS


@pytest.fixture
def paths(tmp_path):
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{number}.png" for number in range(13)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (8, 8, 3)).astype(np.uint8)).save(path)
    return paths


@pytest.fixture
def streamed(paths):
    return stream_all(paths, read_image, False, "pictures")[0]


def _batches(images, start, stop, seed=3):
    strengths = DATA_SETS["cars"].augmentation
    dataset = pipeline.batches(images, 4, seed, strengths, start_step=start, stop_step=stop)
    return list(dataset.as_numpy_iterator())


def test_batches_are_bitwise_those_of_the_images_in_memory(paths, streamed):
    whole, _ = decode_all(paths, read_image, False, "pictures")
    for one, other in zip(_batches(whole, 0, 7), _batches(streamed, 0, 7), strict=True):
        for name in one:
            assert np.array_equal(one[name], other[name]), name


def test_batches_of_a_resumed_run_are_those_of_the_uninterrupted_one(streamed):
    for one, other in zip(_batches(streamed, 0, 7)[4:], _batches(streamed, 4, 7), strict=True):
        assert np.array_equal(one["transform"], other["transform"])


def test_rows_are_chosen_as_numpy_does(paths, streamed):
    whole = np.stack([read_image(path) for path in paths])
    assert streamed.shape == whole.shape and streamed.dtype == whole.dtype and len(streamed) == 13
    order = np.array([5, 0, 5, 12])
    for rows in (slice(2, 6), slice(None), order, np.arange(13) % 2 == 0):
        assert np.array_equal(streamed[rows], whole[rows])
    assert np.array_equal(streamed.take(order, axis=0)[1:], whole[order][1:])
    assert np.array_equal(streamed.take(order, axis=0).digests, streamed.digests[order])
    with pytest.raises(ValueError, match="rows must be"):
        streamed[3]


def test_damaged_images_can_be_left_out_while_reading(paths, streamed):
    paths[3].write_bytes(b"")
    images, good, errors = streamed.read_good(np.array([5, 3, 0]))
    assert good.tolist() == [5, 0]
    assert np.array_equal(images, streamed[np.array([5, 0])])
    (error,) = errors
    assert "3.png is empty" in str(error)
    images, good, errors = streamed.read_good(np.array([3]))
    assert images.shape == (0, 8, 8, 3) and len(good) == 0 and len(errors) == 1


def test_it_holds_paths_and_digests_only(streamed):
    assert isinstance(streamed, StreamedImages)
    assert streamed.memory_bytes < 13 * 400


def test_equal_pixels_have_equal_digests(paths, streamed):
    Image.open(paths[0]).save(paths[1])
    again, _ = stream_all(paths, read_image, False, "pictures")
    assert np.array_equal(again.digests[0], again.digests[1])
    assert not np.array_equal(streamed.digests[0], streamed.digests[1])


def test_bad_files_are_found_before_the_training(paths, capfd):
    paths[4].write_bytes(b"")
    with pytest.raises(BadImageError, match=r"4\.png is empty"):
        stream_all(paths, read_image, False, "pictures")
    images, kept = stream_all(paths, read_image, True, "pictures")
    assert len(images) == 12 and 4 not in kept
    assert "4.png" in capfd.readouterr().err


def test_a_file_that_goes_away_in_training_is_named_without_tensorflows_words(paths, streamed):
    for path in paths:
        path.unlink()
    with pytest.raises(BadImageError) as refusal, bad_images_surface(streamed):
        _batches(streamed, 0, 1)
    assert ".png" in str(refusal.value) and "No such file" in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_a_picture_that_changes_under_a_training_is_refused_by_name(paths, streamed):
    Image.new("RGB", (8, 8), (1, 2, 3)).save(paths[5])
    with pytest.raises(BadImageError, match=r"5\.png has changed .*another --model_dir") as refusal:
        streamed[np.array([0, 5])]
    assert streamed.failure is refusal.value
    assert streamed.take(np.array([7, 4]))[:].shape == (2, 8, 8, 3)
    _, good, errors = streamed.read_good(np.array([5, 4]))
    assert good.tolist() == [4] and "5.png has changed" in str(errors[0])


def test_a_picture_that_is_written_again_as_it_was_is_the_same(paths, streamed):
    before = streamed[5:6]
    content = paths[5].read_bytes()
    paths[5].unlink()
    paths[5].write_bytes(content)
    assert np.array_equal(streamed[5:6], before)
