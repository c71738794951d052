"""What goes wrong outside the program, said so that whoever sits at the terminal can mend it."""

import errno


class CommandError(Exception):
    """Its text is one clear sentence; the command line prints it and exits with 1, without a traceback."""


class DeadlinePassed(CommandError):
    """Something waited for did not come in time. Its text says what, and for how long."""


def from_os_error(error: OSError, doing: str) -> CommandError:
    """The sentence for an error of the operating system met while `doing` something ("writing var/keys")."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return CommandError(f"The disk is full: {doing} failed.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return CommandError(f"No right to do it: {doing} failed ({error.filename or error.strerror}).")
    return CommandError(f"{doing[:1].upper()}{doing[1:]} failed: {error.strerror or error}.")
