"""Free space on the disk: checked before the start, and named as the cause of a later error."""

import shutil
from pathlib import Path

from deploy.errors import CommandError

WANTED = 120_000_000
"""Bytes: the story takes about 25 MB with its journals, and RabbitMQ takes no messages below 50 MB."""
SCARCE = 60_000_000


def require(folder: Path, wanted: int = WANTED) -> None:
    """Raises `CommandError` if fewer than `wanted` bytes are free on the disk of `folder`."""
    free = shutil.disk_usage(folder).free
    if free < wanted:
        message = (
            f"The disk is full: {free // 1_000_000} MB are free at {folder}, {wanted // 1_000_000} MB are needed; "
            "make room, or choose another folder: make run ARGUMENTS='--data DIR'."
        )
        raise CommandError(message)


def name_full_disk(error: CommandError, folder: Path) -> CommandError:
    """The error, with a note that the disk is full if it is: most errors of a full disk do not say so."""
    free = shutil.disk_usage(folder).free
    if free >= SCARCE:
        return error
    return CommandError(f"The disk is full ({free // 1_000_000} MB are free at {folder}). {error}")
