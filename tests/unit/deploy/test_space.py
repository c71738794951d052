from collections import namedtuple

import pytest

from deploy import space
from deploy.errors import CommandError

Usage = namedtuple("Usage", "total used free")


def free(monkeypatch, megabytes):
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _folder: Usage(0, 0, megabytes * 1_000_000))


def test_too_little_disk_space_is_reported_before_the_start(monkeypatch, tmp_path):
    free(monkeypatch, 12)
    with pytest.raises(CommandError, match=r"^The disk is full: 12 MB are free at .*, 120 MB are needed; make room"):
        space.require(tmp_path)
    free(monkeypatch, 120)
    space.require(tmp_path)


def test_an_error_on_a_full_disk_says_that_the_disk_is_full(monkeypatch, tmp_path):
    trouble = CommandError("The story failed at step 9.")
    free(monkeypatch, 500)
    assert space.name_full_disk(trouble, tmp_path) is trouble
    free(monkeypatch, 3)
    assert str(space.name_full_disk(trouble, tmp_path)) == (
        f"The disk is full (3 MB are free at {tmp_path}). The story failed at step 9."
    )
