"""The secrets of an installation: files outside the database, each made once and never replaced."""

import os
import secrets
from pathlib import Path

from deploy.errors import from_os_error

# signing: calls between the processes · vault: wraps each person's key · token: derives tokens and codes ·
# contact: the HMAC under which a contact is claimed.
NAMES = ("signing.key", "vault.key", "token.key", "contact.key")
LENGTH = 32


def ensure(directory: Path) -> Path:
    """Make the missing secrets: 32 random bytes, in hex, readable by the owner alone. Returns the folder's absolute
    path.

    An existing file is never changed: data that was sealed or signed with the secret could not be opened again.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in NAMES:
            path = directory / name
            if path.exists():
                continue
            part = path.with_suffix(".part")
            part.unlink(missing_ok=True)  # left by a start that was interrupted
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(LENGTH))
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
    except OSError as error:
        raise from_os_error(error, f"writing the keys in {directory}") from error
    return directory.absolute()
