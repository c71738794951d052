"""How a server of the demonstration starts: a package with a `__main__`, in its own process."""

import sys
from pathlib import Path

from deploy import ports
from deploy.process import Program


def demo_program(name: str, directory: Path, listens: dict[str, int], log: Path | None = None) -> Program:
    """The program of the package `deploy.demo.<name>`: `listens` maps each option for a port to the port."""
    directory = directory.absolute()
    ready = [ports.accepts(port) for port in listens.values()]
    options = (word for option, port in listens.items() for word in (option, str(port)))
    return Program(
        name=name,
        argv=(sys.executable, "-m", f"deploy.demo.{name}", "--directory", str(directory), *options),
        log=log or directory / f"{name}.log",
        environment={"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        ready=lambda: all(accepts() for accepts in ready),
        ready_within=20,
    )
