"""The tree as git knows it, and what its Python modules import."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@cache
def tracked() -> tuple[str, ...]:
    """Every file that git tracks and that is there, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


def modules(*rooms: str) -> list[str]:
    """The tracked Python modules under these folders."""
    return [name for name in tracked() if name.endswith(".py") and name.startswith(tuple(f"{room}/" for room in rooms))]


def services() -> list[str]:
    """The services' names: the rooms that have a bootstrap."""
    return sorted(
        name.split("/")[1] for name in tracked() if name.startswith("services/") and name.endswith("/bootstrap.py")
    )


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse(text(name), name)


@dataclass(frozen=True)
class Import:
    """One imported name: ``module`` absolute; ``typing_only`` under ``if TYPE_CHECKING``."""

    module: str
    name: str
    line: int
    typing_only: bool

    def within(self, *packages: str) -> bool:
        """Whether it is one of these modules, or lies in one."""
        full = f"{self.module}.{self.name}" if self.name else self.module
        return any(full == package or full.startswith(f"{package}.") for package in packages)


@cache
def imports(name: str) -> tuple[Import, ...]:
    """All that a module imports, wherever in it; ``importlib.import_module("…")`` of a literal name counts."""
    return tuple(_imports(parsed(name), name, typing_only=False))


def _imports(node: ast.AST, name: str, *, typing_only: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                yield from _imports(child, name, typing_only=True)
            case ast.Import(names=names):
                yield from (Import(alias.name, "", child.lineno, typing_only) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = _absolute(name, module, level)
                yield from (Import(base, alias.name, child.lineno, typing_only) for alias in names)
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module)), *_]):
                yield Import(module, "", child.lineno, typing_only)
                yield from _imports(child, name, typing_only=typing_only)
            case _:
                yield from _imports(child, name, typing_only=typing_only)


def _absolute(name: str, module: str | None, level: int) -> str:
    if level == 0:
        return module or ""
    package = name.removesuffix(".py").removesuffix("/__init__").split("/")
    kept = package[: len(package) - level + name.endswith("/__init__.py")]
    return ".".join([*kept, *([module] if module else [])])


def assert_no_offences(offences: Iterable[str]) -> None:
    """Fail with every offence on a line of its own."""
    listed = sorted(offences)
    assert not listed, f"{len(listed)} found:\n" + "\n".join(listed)
