"""Hands mails to a mail server over SMTP, and reads its replies.

The number of a reply is kept, and its words are not: they repeat the address.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from types import TracebackType
from urllib.parse import unquote, urlsplit

from services.notifications.sending.channel import ChannelDown, Deferred, Fault, Letter, Rejected

ANSWER_SECONDS = 10.0
SHUTTING_DOWN = 421
NO_SUCH_MAILBOX = re.compile(rb"5\.(1\.\d+|2\.1)\b")
"""RFC 3463: of the addressing, or the mailbox is disabled."""


class SmtpServer:
    """A server named ``smtp://host:port``; ``smtp+starttls://`` and ``smtps://`` encrypt, ``user:password@`` logs in.

    ``sender`` is the address that mails come from. Raises ``ValueError`` for another URI.
    """

    def __init__(self, uri: str, sender: str, seconds: float = ANSWER_SECONDS) -> None:
        deps = urlsplit(uri)
        if deps.scheme not in ("smtp", "smtps", "smtp+starttls") or not deps.hostname:
            raise ValueError("SMTP_URI must be smtp://HOST:PORT, smtp+starttls://HOST:PORT or smtps://HOST:PORT")
        self._scheme, self._host = deps.scheme, deps.hostname
        self._port = deps.port or {"smtp": 25, "smtps": 465}.get(deps.scheme, 587)
        self._login = (unquote(deps.username), unquote(deps.password or "")) if deps.username else None
        self._sender = sender
        self._seconds = seconds
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> SmtpServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def reach(self) -> None:
        if self._connection is not None and self._answers(self._connection):
            return
        self._drop()
        try:
            self._connection = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelDown(type(error).__name__) from None

    def send(self, letter: Letter) -> None:
        if self._connection is None:
            self.reach()
        connection = self._connection
        if connection is None:
            raise ChannelDown("no connection")
        try:
            connection.sendmail(self._sender, [letter.to], as_bytes(letter, self._sender))
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            self._raise_refusal(code)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError) as error:
            # The server refuses our sender, so no other mail would go through either.
            self._drop()
            raise ChannelDown(str(error.smtp_code)) from None
        except (smtplib.SMTPNotSupportedError, ValueError):
            raise Rejected("address") from None  # no mail can be written to the address, or not over this server
        except smtplib.SMTPResponseException as error:
            # The server took the address and refused the text, so the text is at fault unless the reply names the mailbox.
            said = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
            self._raise_refusal(error.smtp_code, Fault.ADDRESS if NO_SUCH_MAILBOX.match(said) else Fault.LETTER)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Deferred(type(error).__name__) from None

    def _raise_refusal(self, code: int, fault: Fault = Fault.ADDRESS) -> None:
        """Raise the error for the number of a refusal."""
        if code == SHUTTING_DOWN:
            self._drop()
        if code >= 500:
            raise Rejected(str(code), fault) from None
        raise Deferred(str(code)) from None

    def _connect(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._seconds, context=context)
        else:
            connection = smtplib.SMTP(self._host, self._port, timeout=self._seconds)
        if self._scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        if self._login is not None:
            connection.login(*self._login)
        return connection

    @staticmethod
    def _answers(connection: smtplib.SMTP) -> bool:
        try:
            return connection.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()


def as_bytes(letter: Letter, sender: str) -> bytes:
    """The mail as it goes over the wire: plain text, UTF-8, quoted-printable, one recipient."""
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = f"Jejaring <{sender}>"
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())  # a title may hold a line break, a header may not
    message["Message-ID"] = f"<{letter.message_id}>"
    message["Date"] = format_datetime(letter.at)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
    message["Content-Language"] = letter.language
    message.set_content(letter.text, cte="quoted-printable")
    return message.as_bytes()
