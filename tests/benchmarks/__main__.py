"""``python -m tests.benchmarks``: what one machine bears. Each figure is printed with what it was measured on.

Starts a private database and broker and the services as child processes, drives them over loopback, and ends what it
started. Clients share the machine's cores with the servers: read the figures as "this, and the load beside it".
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks.commands import commands_per_second
from tests.benchmarks.facts import facts_per_second
from tests.benchmarks.log import appends_per_second
from tests.benchmarks.memory import resident
from tests.benchmarks.stack import Stack


def main() -> None:
    """Run all of it, or the parts named."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="What one machine bears.")
    parser.add_argument("--seconds", type=float, default=10, help="how long each load lasts")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as directory, Stack(Path(directory)) as stack:
        resident(stack, "at rest")
        for clients in (1, 16, 64):
            appends_per_second(stack, clients, seconds)
        for clients in (1, 16, 64):
            commands_per_second(stack, clients, seconds)
        facts_per_second(stack)
        resident(stack, "after the load")


if __name__ == "__main__":
    main()
