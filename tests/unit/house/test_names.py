"""How long a module may be and what nothing is called (DESIGN §9)."""

import ast
from pathlib import PurePosixPath

import pytest

from tests.unit.house.tree import modules, parsed, text, tracked

MOST_LINES = 300
COUNTED = (".py", ".html", ".css", ".js", ".sh")
NOBODYS_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "common", "misc"})
UNFINISHED = ("TODO", "FIXME", "XXX", "NotImplementedError")


def lines(name: str) -> int:
    return len(text(name).splitlines())


@pytest.mark.parametrize("name", [name for name in tracked() if name.endswith(COUNTED)])
def test_a_module_is_short_enough_to_be_read_at_once(name: str) -> None:
    assert lines(name) <= MOST_LINES


def test_nothing_is_named_for_what_it_lacks() -> None:
    parts = {
        name: {PurePosixPath(name).stem.removeprefix("test_"), *PurePosixPath(name).parts[:-1]} for name in tracked()
    }
    assert [name for name, words in parts.items() if words & NOBODYS_NAMES] == []


def test_no_class_but_the_process_manager_is_a_manager() -> None:
    classes = [
        f"{name}: {node.name}"
        for name in modules("services", "gateway", "deploy", "docs")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.ClassDef)
        and node.name.endswith(("Manager", "Helper", "Utils"))
        and node.name != "ProcessManager"
    ]
    assert classes == []


def test_no_class_of_ours_inherits_through_another_of_ours() -> None:
    bases = {
        node.name: [base.id for base in node.bases if isinstance(base, ast.Name)]
        for name in modules("services", "gateway", "deploy")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.ClassDef)
    }
    deep = [f"{name} ← {base} ← {bases[base]}" for name in bases for base in bases[name] if bases.get(base)]
    assert [chain for chain in deep if not _of_the_language(chain, bases)] == []


@pytest.mark.parametrize("word", UNFINISHED)
def test_nothing_is_left_unfinished(word: str) -> None:
    unfinished = [
        f"{name}:{number}"
        for name in tracked()
        if name.startswith(("services/", "gateway/", "deploy/", "docs/"))
        and name.endswith((".py", ".html", ".js", ".sh"))
        for number, line in enumerate(text(name).splitlines(), 1)
        if word in line.split()
    ]
    assert unfinished == []


def _of_the_language(chain: str, bases: dict[str, list[str]]) -> bool:
    """A base whose own bases are all Python's or a library's is the one level that is allowed."""
    base = chain.split(" ← ")[1]
    return all(above not in bases for above in bases[base])
