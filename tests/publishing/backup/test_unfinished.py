import os
import time

from publishing.backup.unfinished import YOUNG, clear, held


def old(path):
    then = time.time() - YOUNG - 1
    os.utime(path, (then, then))
    return path


def test_what_was_left_over_goes_and_what_somebody_makes_stays(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("folder")
    file, folder, busy, young = (tmp_path / f".x-{number}" for number in range(4))
    for each in (file, young):
        each.touch()
    for each in (folder, busy):
        each.mkdir()
        (each / "inside").touch()
    for each in (file, folder, busy):
        old(each)
    (tmp_path / "mine.zip").touch()
    old(tmp_path / "mine.zip")
    with held(busy):
        assert clear(tmp_path, ".x-?") == 2
        assert {path.name for path in tmp_path.iterdir()} == {busy.name, young.name, "mine.zip"}
    assert clear(tmp_path, ".x-?") == 1


def test_a_link_is_left_alone(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("folder")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".x-1").symlink_to(tmp_path / "elsewhere")
    old(tmp_path / "elsewhere")
    assert clear(tmp_path, ".x-?") == 0
    assert (tmp_path / "elsewhere").exists()
