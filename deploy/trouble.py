"""What goes wrong outside the program, said so that whoever sits at the terminal can mend it."""

import errno


class Trouble(Exception):
    """Its text is one clear sentence; the command line prints it and exits with 1, without a traceback."""


class DeadlinePassed(Trouble):
    """Something waited for did not come in time. Its text says what, and for how long."""


def from_os_error(error: OSError, doing: str) -> Trouble:
    """The sentence for an error of the operating system met while `doing` something ("writing var/keys")."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Trouble(f"The disk is full: {doing} failed.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Trouble(f"No right to do it: {doing} failed ({error.filename or error.strerror}).")
    return Trouble(f"{doing[:1].upper()}{doing[1:]} failed: {error.strerror or error}.")
