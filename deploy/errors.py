"""Errors outside the program, with a sentence by which the person at the terminal can remove the cause."""

import errno


class CommandError(Exception):
    """The text is one clear sentence. The command line prints the text and exits with 1, without a traceback."""


class DeadlinePassed(CommandError):
    """An awaited condition did not come in time. The text says which condition, and how long the wait was."""


def from_os_error(error: OSError, doing: str) -> CommandError:
    """The sentence for an operating system error during `doing` ("writing var/keys")."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return CommandError(f"The disk is full: {doing} failed.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return CommandError(f"No right to do it: {doing} failed ({error.filename or error.strerror}).")
    return CommandError(f"{doing[:1].upper()}{doing[1:]} failed: {error.strerror or error}.")
