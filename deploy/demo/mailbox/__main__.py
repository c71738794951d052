"""Runs the mail server and its page in one process, until SIGTERM or Ctrl-C."""

import asyncio
import sys
from pathlib import Path

import click
import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy import ports
from deploy.demo.mailbox import pages
from deploy.demo.mailbox.store import Store
from deploy.errors import CommandError, from_os_error

LARGEST_MAIL = 10_000_000


NOBODY = "@bounce.example"
"""An address without a mailbox: mails to it are refused for good, as a mail server refuses a closed address."""


class Catcher:
    """Accepts every mail except mails to ``NOBODY``. Answers 250 only after the mail is on the disk, and 452 (try
    again) if the mail cannot be stored.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_RCPT(  # noqa: N802 - its library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if address.lower().endswith(NOBODY):
            return "550 5.1.1 There is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 That is somebody"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its library's name
        del server, session
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            mail = await asyncio.to_thread(self._store.keep, envelope.mail_from or "", envelope.rcpt_tos, content)
        except OSError:
            return "452 4.3.1 No room for it now"
        return f"250 2.0.0 Kept as {mail.id}"


async def serve(store: Store, smtp_port: int, http_port: int) -> None:
    """Run both servers on loopback; returns after a signal."""
    catcher = Catcher(store)
    smtp = await asyncio.get_running_loop().create_server(
        lambda: SMTP(catcher, hostname="localhost", data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True),
        host=ports.HOST,
        port=smtp_port,
    )
    async with smtp:
        page = uvicorn.Config(
            pages.create(store), host=ports.HOST, port=http_port, log_level="warning", access_log=False, lifespan="off"
        )
        await uvicorn.Server(page).serve()


@click.command()
@click.option("--directory", type=click.Path(path_type=Path), required=True)
@click.option("--smtp-port", type=int, required=True)
@click.option("--http-port", type=int, required=True)
def main(directory: Path, smtp_port: int, http_port: int) -> None:
    """Catch mail on one port and show it on the other."""
    try:
        for port in (smtp_port, http_port):
            ports.claim(port, "mailbox", "--smtp-port and --http-port.")
        asyncio.run(serve(Store(directory), smtp_port, http_port))
    except OSError as error:
        sys.exit(str(from_os_error(error, f"keeping mails in {directory}")))
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
