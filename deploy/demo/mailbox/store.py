"""The folder of the caught mails, one `.eml` file per mail. The files are the data; memory only holds an index."""

import os
import re
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

RECEIVED, SENDER, RECIPIENT = "X-Mailbox-Received", "X-Mailbox-From", "X-Mailbox-To"


@dataclass(frozen=True)
class Mail:
    """One accepted mail. `to` holds the envelope's recipients, in lower case; `received` is UTC, RFC 3339."""

    id: str
    message_id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    received: str

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "message_id": self.message_id,
            "from": self.sender,
            "to": list(self.to),
            "subject": self.subject,
            "text": self.text,
            "received": self.received,
        }


class Store:
    """All mails of `directory`, oldest first. Safe for several threads; only one process may use a folder."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)
        for half_written in directory.glob("*.part"):  # never acknowledged, so the sender sends the mail again
            half_written.unlink()
        paths = sorted(directory.glob("*.eml"))
        self._mails = [_read(path.stem, path.read_bytes()) for path in paths]
        self._number = int(paths[-1].stem) if paths else 0

    def keep(self, sender: str, recipients: list[str], content: bytes) -> Mail:
        """Store a mail; the mail is on the disk when this returns. Raises `OSError` if the mail cannot be stored."""
        received = datetime.now(UTC).isoformat(timespec="milliseconds")
        envelope = [f"{RECEIVED}: {received}", f"{SENDER}: {sender}", *(f"{RECIPIENT}: {to}" for to in recipients)]
        stored = "".join(f"{line}\r\n" for line in envelope).encode("utf-8") + content
        with self._lock:
            number = self._number + 1
            path = self._directory / f"{number:08d}.eml"
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                file.write(stored)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
            mail = _read(path.stem, stored)
            self._number = number
            self._mails.append(mail)
        return mail

    def mails(self, to: str | None = None) -> list[Mail]:
        """The mails, newest first; with `to`, only the mails to this address, in any case."""
        with self._lock:
            newest_first = self._mails[::-1]
        return [mail for mail in newest_first if to is None or to.lower() in mail.to]

    def mail(self, mail_id: str) -> Mail | None:
        return next((mail for mail in self.mails() if mail.id == mail_id), None)


def _read(mail_id: str, stored: bytes) -> Mail:
    message = message_from_bytes(stored, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(
        id=mail_id,
        message_id=str(message.get("Message-ID", "")).strip(),
        sender=str(message.get("From") or message.get(SENDER, "")),
        to=tuple(str(to).lower() for to in message.get_all(RECIPIENT, [])),
        subject=str(message.get("Subject", "")).strip(),  # a long header is folded after its name
        text=_text(message),
        received=str(message.get(RECEIVED, "")),
    )


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    try:
        content = str(body.get_content())
    except (LookupError, UnicodeError):  # unknown character set: the readable part of the text
        payload = body.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if body.get_content_type() == "text/html":
        content = re.sub(r"<[^>]+>", " ", content)
    return content.replace("\r\n", "\n")
