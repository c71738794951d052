"""What the documentation names is there: files, headings, tests, and the words of the code."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from tests.unit.house.tree import ROOT, assert_no_offences, modules, parsed, text, tracked

PAGES = [name for name in tracked() if name.endswith(".md")]
DECISIONS = [page for page in PAGES if page.startswith("docs/adr/")]
GLOSSARY = "docs/glossary.md"
TRIALS = "docs/reference/protocol-trials.md"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
SCHEDULES = [*(f"B{n}" for n in range(1, 10)), "M1", "M2", "M3", "M4", "M5", "M7", "M8", "M10", "M11", "M15"]


def outside_code(page: str) -> str:
    """The text without its fenced blocks, in which a bracket is not a link."""
    return re.sub(r"^```.*?^```", "", text(page), flags=re.DOTALL | re.MULTILINE)


def anchors(page: str) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", outside_code(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(page: str) -> Iterator[str]:
    for target in LINK.findall(outside_code(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (ROOT / page).parent.joinpath(path).resolve() if path else ROOT / page
        if not found.exists() or (anchor and anchor not in anchors(found.relative_to(ROOT).as_posix())):
            yield target


def test_every_link_leads_somewhere() -> None:
    assert_no_offences(f"{page}: {target}" for page in PAGES for target in broken_links(page))


def test_every_test_that_a_page_names_exists() -> None:
    assert_no_offences(
        f"{page}: {path}::{name}"
        for page in PAGES
        for path, name in TEST.findall(text(page))
        if not _is_there(path, name)
    )


def missing_in_decision(page: str) -> Iterator[str]:
    headings = re.findall(r"^## (.+)$", text(page), flags=re.MULTILINE)
    if headings[:3] != ["Context", "Decision", "Consequences"]:
        yield "begins with Context, Decision, Consequences"
    if "Measure it again" not in headings:
        yield "has a heading Measure it again"
    if not re.match(r"# \d{4}: ", text(page)):
        yield "has its number in its title"


def test_a_decision_says_why_what_follows_and_how_to_measure_it_again() -> None:
    assert_no_offences(f"{page}: no page that {what}" for page in DECISIONS for what in missing_in_decision(page))


def test_the_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(PurePosixPath(page).name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_schedule_has_a_test_or_says_that_it_has_none() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text(TRIALS).splitlines()
        if line.startswith("|")
    ]
    kept = {row[0]: row[2] for row in rows if row[0] in SCHEDULES}
    assert list(kept) == SCHEDULES
    assert_no_offences(schedule for schedule, cell in kept.items() if not TEST.search(cell) and "gap" not in cell)


def test_every_name_in_the_glossary_is_in_the_code() -> None:
    names = list(code_names())
    assert len(names) > 60
    known = words_of_the_code()
    assert_no_offences(name for name in names if name not in known)


def test_the_kernels_page_names_every_module_of_it() -> None:
    page = text("services/kernel/README.md")
    names = [PurePosixPath(name).name for name in modules("services/kernel") if "/nameko/" not in name]
    assert_no_offences(name for name in names if name != "__init__.py" and f"`{name}`" not in page)


def code_names() -> Iterator[str]:
    """What stands in backticks in the last column of the glossary's tables."""
    for line in text(GLOSSARY).splitlines():
        if line.startswith("|") and not line.startswith("|--"):
            yield from re.findall(r"`([^`]+)`", line.strip("|").split("|")[-1])


@cache
def words_of_the_code() -> frozenset[str]:
    """Whatever the program defines by name, each text in it, whole, and each operation of the services."""
    words: set[str] = set()
    for name in modules("services", "gateway", "deploy"):
        words |= {PurePosixPath(name).name, name}
        for node in ast.walk(parsed(name)):
            match node:
                case ast.FunctionDef(name=defined, decorator_list=[ast.Call(func=ast.Attribute(ast.Name("routes")))]):
                    words |= {defined, defined.removesuffix("_").replace("_", "-")}
                case ast.ClassDef(name=defined) | ast.FunctionDef(name=defined) | ast.AsyncFunctionDef(name=defined):
                    words.add(defined)
                case ast.Name(id=assigned, ctx=ast.Store()):
                    words.add(assigned)
                case ast.Constant(value=str(written)):
                    words.add(written)
    return frozenset(words)


def _is_there(path: str, name: str) -> bool:
    if path not in tracked():
        return False
    defined = {node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return not name or name in defined
