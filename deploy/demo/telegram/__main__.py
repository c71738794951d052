"""Runs the server in one process, until SIGTERM or Ctrl-C."""

import sys
from pathlib import Path

import click
import uvicorn

from deploy import ports
from deploy.demo.telegram.application import create
from deploy.demo.telegram.server import TOKEN
from deploy.demo.telegram.store import Store
from deploy.errors import CommandError, from_os_error


@click.command()
@click.option("--directory", type=click.Path(path_type=Path), required=True)
@click.option("--port", type=int, required=True)
def main(directory: Path, port: int) -> None:
    """Be Telegram, for one bot, on this machine."""
    try:
        ports.claim(port, "chats", "--port.")
        uvicorn.run(
            create(Store(directory), TOKEN),
            host=ports.HOST,
            port=port,
            log_level="warning",
            access_log=False,  # a log line would hold the address, and with it the token
            lifespan="off",
            timeout_graceful_shutdown=1,  # a listener for updates is always connected
        )
    except OSError as error:
        sys.exit(str(from_os_error(error, f"keeping chats in {directory}")))
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
