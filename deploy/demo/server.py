"""A server of the demonstration: a package with a `__main__`, in its own process."""

import sys
from pathlib import Path

from deploy import ports
from deploy.process import Program
from deploy.server import Server


class DemoServer(Server):
    """The server of the package `deploy.demo.<name>` with its data in `directory`, on loopback. The port is any free port
    unless given, and stays the same.
    """

    name: str

    def __init__(self, directory: Path, port: int | None = None, log: Path | None = None) -> None:
        self._directory, self._log = directory, log
        self.port = port or ports.any_free()
        super().__init__(self.program())

    def program(self) -> Program:
        return demo_program(self.name, self._directory, {"--port": self.port}, self._log)

    @property
    def url(self) -> str:
        """The base address of the server."""
        return f"http://{ports.HOST}:{self.port}"


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
