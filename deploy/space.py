"""Room on the disk: said before anything is started, and when something failed for want of it."""

import shutil
from pathlib import Path

from deploy.errors import CommandError

WANTED = 120_000_000
"""Bytes: the story takes about 25 MB with its journals, and RabbitMQ takes no messages below 50 MB."""
SCARCE = 60_000_000


def require(folder: Path, wanted: int = WANTED) -> None:
    """`CommandError` when fewer than `wanted` bytes are free where `folder` is."""
    free = shutil.disk_usage(folder).free
    if free < wanted:
        message = (
            f"The disk is full: {free // 1_000_000} MB are free at {folder}, {wanted // 1_000_000} MB are needed; "
            "make room, or choose another folder: make run ARGUMENTS='--data DIR'."
        )
        raise CommandError(message)


def explained(error: CommandError, folder: Path) -> CommandError:
    """The trouble, and that the disk is full where it is: most of what fails then does not say so itself."""
    free = shutil.disk_usage(folder).free
    if free >= SCARCE:
        return error
    return CommandError(f"The disk is full ({free // 1_000_000} MB are free at {folder}). {error}")
