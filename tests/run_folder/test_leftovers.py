"""What killed processes leave in a run folder does not stay."""

import os

from elastic_infogan_tf.run_folder.folder import RunFolder


def _write(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_unfinished_files_and_folders_go_and_all_else_stays(tmp_path):
    gone = (
        ".metrics.csv.123",
        ".export.new/saved_model.pb",
        ".groups.77/cars/one.png",
        "figures/.grid.png.5",
        "tensorboard/.features.tsv.9",
        "checkpoints/ckpt-40_temp/part-00000",
        ".export.old.12/saved_model.pb",
    )
    stay = (
        "metrics.csv",
        "export/saved_model.pb",
        "figures/grid.png",
        "figures/grid-0000123.png",
        "checkpoints/ckpt-20.index",
        ".hidden",
        ".git/config",
        "groups/.thumbs.3",
    )
    for name in (*gone, *stay):
        _write(tmp_path / name)
    with RunFolder(tmp_path).alone():
        pass
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == set(stay)
    assert not (tmp_path / "checkpoints" / "ckpt-40_temp").exists()


def test_an_export_that_was_set_aside_for_none_is_put_back(tmp_path):
    _write(tmp_path / ".export.old.12" / "saved_model.pb", "whole")
    with RunFolder(tmp_path).alone():
        pass
    assert (tmp_path / "export" / "saved_model.pb").read_text() == "whole"
    assert os.listdir(tmp_path) == ["export"]


def test_of_a_link_only_the_link_goes(tmp_path):
    _write(tmp_path / "elsewhere" / "kept.txt")
    run = tmp_path / "run"
    run.mkdir()
    (run / ".export.new").symlink_to(tmp_path / "elsewhere")
    with RunFolder(run).alone():
        pass
    assert os.listdir(run) == []
    assert (tmp_path / "elsewhere" / "kept.txt").exists()
