"""The program's own modules, as syntax trees: what some pages of the reference are read from."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("services", "gateway", "deploy")


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Each module's path relative to the root, and its tree, in order."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))
