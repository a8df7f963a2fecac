"""`manage.py` itself: what stops a command is one line that says what to do."""

import errno
import os

import pytest

import manage


@pytest.fixture
def failing(monkeypatch):
    """Has the command fail with an error; gives how it ends."""

    def run(error: BaseException, *more: str) -> object:
        def fail(_arguments: object) -> None:
            raise error

        monkeypatch.setattr("django.core.management.execute_from_command_line", fail)
        monkeypatch.setattr("sys.argv", ["manage.py", "restore", *more])
        monkeypatch.setattr("signal.signal", lambda *_arguments: None)
        with pytest.raises(SystemExit) as ended:
            manage.main()
        return ended.value.code

    return run


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "Run this as the user of the site"),
        (errno.EROFS, "where files can be written"),
        (errno.ENOSPC, "Make room on the disk"),
    ],
)
def test_a_disk_that_refuses_is_one_line_that_says_what_to_do(failing, number, words):
    said = failing(OSError(number, os.strerror(number), "/var/lib/resoc/media"))
    assert said.startswith(f"{os.strerror(number)}: /var/lib/resoc/media. ")
    assert words in said
    assert "\n" not in said


def test_an_error_of_our_own_keeps_its_traceback(failing):
    with pytest.raises(FileNotFoundError):
        failing(FileNotFoundError(errno.ENOENT, "No such file", "x"))
    with pytest.raises(PermissionError):
        failing(PermissionError(errno.EACCES, "Permission denied", "x"), "--traceback")
