"""How long a module may be, and which names are banned (DESIGN §9)."""

import ast
import warnings
from pathlib import PurePosixPath

from tests.unit.house.tree import assert_no_offences, modules, parsed, text, tracked

LONG_LINES = 300
MAX_LINES = 400
COUNTED = (".py", ".html", ".css", ".js", ".sh")
BANNED_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "common", "misc"})
BANNED_ENDINGS = ("Manager", "Helper", "Utils")
UNFINISHED = frozenset({"TODO", "FIXME", "XXX", "NotImplementedError"})


class LongModule(UserWarning):
    """A module that may be two things: nobody has to cut it, somebody should look at it."""


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    lengths = {name: len(text(name).splitlines()) for name in tracked() if name.endswith(COUNTED)}
    long = [f"{name}: {lines} lines" for name, lines in lengths.items() if LONG_LINES < lines <= MAX_LINES]
    if long:
        warnings.warn(LongModule(f"more than {LONG_LINES} lines:\n" + "\n".join(long)), stacklevel=1)
    assert_no_offences(f"{name}: {lines} lines" for name, lines in lengths.items() if lines > MAX_LINES)


def test_no_file_and_no_folder_has_a_name_that_says_nothing() -> None:
    parts = {
        name: {PurePosixPath(name).stem.removeprefix("test_"), *PurePosixPath(name).parts[:-1]} for name in tracked()
    }
    assert_no_offences(name for name, words in parts.items() if words & BANNED_NAMES)


def test_no_class_but_the_process_manager_is_a_manager() -> None:
    assert_no_offences(
        f"{name}: {node.name}"
        for name in modules("services", "gateway", "deploy", "docs")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.ClassDef) and node.name.endswith(BANNED_ENDINGS) and node.name != "ProcessManager"
    )


def test_no_class_of_ours_inherits_through_another_of_ours() -> None:
    bases = {
        node.name: [base.id for base in node.bases if isinstance(base, ast.Name)]
        for name in modules("services", "gateway", "deploy")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.ClassDef)
    }
    # A base whose own bases are all Python's or a library's is the one level that is allowed.
    assert_no_offences(
        f"{name} ← {base} ← {bases[base]}"
        for name in bases
        for base in bases[name]
        if any(above in bases for above in bases.get(base, []))
    )


def test_nothing_is_left_unfinished() -> None:
    assert_no_offences(
        f"{name}:{number} {word}"
        for name in tracked()
        if name.startswith(("services/", "gateway/", "deploy/", "docs/"))
        and name.endswith((".py", ".html", ".js", ".sh"))
        for number, line in enumerate(text(name).splitlines(), 1)
        for word in sorted(UNFINISHED & {*line.split()})
    )
