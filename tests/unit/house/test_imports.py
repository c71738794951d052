"""Who may import whom (DESIGN §2). Read from the source, so that no import that happens only sometimes is missed."""

import ast
import sys

import pytest

from tests.unit.house.tree import Import, imports, modules, parsed, services, tracked

PURE_KERNEL = ("dated", "decider", "local_time", "message", "problem")
PURE_LIBRARY = frozenset(
    {"__future__", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "itertools"}
    | {"fnmatch", "json", "math", "operator", "re", "string", "textwrap", "types", "typing", "unicodedata", "zoneinfo"}
)
CLOCK_AND_CHANCE = frozenset({"now", "utcnow", "today"})
EDGE = ("nameko", "eventlet")
LOCAL_TIME = "services/kernel/local_time.py"


def found(name: str, wrong: list[Import]) -> list[str]:
    return [f"{name}:{one.line} imports {one.module} {one.name}".rstrip() for one in wrong]


@pytest.mark.parametrize("name", [name for name in modules("services") if "/domain/" in name])
def test_a_domain_imports_only_itself_the_kernels_pure_modules_and_the_pure_library(name: str) -> None:
    room = ".".join(name.split("/")[:3])
    allowed = (room, *(f"services.kernel.{module}" for module in PURE_KERNEL))
    wrong = [
        one for one in imports(name) if one.module.partition(".")[0] not in PURE_LIBRARY and not one.within(*allowed)
    ]
    assert found(name, wrong) == []


@pytest.mark.parametrize("name", [name for name in modules("services") if "/domain/" in name])
def test_a_domain_asks_no_clock(name: str) -> None:
    asked = [
        f"{name}:{node.lineno} {node.func.attr}()"
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_AND_CHANCE
    ]
    assert asked == []


def test_a_service_has_no_time_zone_of_its_own() -> None:
    wrong = [
        line
        for name in modules("services")
        if name != LOCAL_TIME
        for line in found(name, [one for one in imports(name) if one.within("zoneinfo", "datetime.timezone")])
    ]
    assert wrong == []


@pytest.mark.parametrize("module", PURE_KERNEL)
def test_what_domains_import_of_the_kernel_loads_the_standard_library_alone(module: str) -> None:
    waiting, seen = [f"services/kernel/{module}.py"], set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for one in imports(name):
            if one.typing_only:
                continue
            if one.within("services.kernel"):
                waiting += {f"{one.module.replace('.', '/')}.py"} - seen
            else:
                assert one.module.partition(".")[0] in sys.stdlib_module_names, found(name, [one])


def inside_the_edge() -> list[str]:
    """All modules but the kernel's own folder for nameko and each service's wiring."""
    edge = {f"services/{service}/service.py" for service in services()}
    python = modules("services", "gateway", "deploy", "docs")
    return [name for name in python if not name.startswith("services/kernel/nameko/") and name not in edge]


def test_nameko_and_eventlet_stand_at_the_edge_alone() -> None:
    # The edge's own folder counts too: importing it would load nameko after all.
    wrong = [
        line
        for name in inside_the_edge()
        for line in found(name, [one for one in imports(name) if one.within(*EDGE, "services.kernel.nameko")])
    ]
    assert wrong == []


def test_the_kernel_imports_no_service() -> None:
    rooms = tuple(f"services.{service}" for service in services())
    wrong = [
        line
        for name in modules("services/kernel")
        for line in found(name, [one for one in imports(name) if one.within(*rooms)])
    ]
    assert wrong == []


@pytest.mark.parametrize("service", services())
def test_a_service_imports_no_other(service: str) -> None:
    others = tuple(f"services.{other}" for other in services() if other != service)
    wrong = [
        line
        for name in modules(f"services/{service}")
        for line in found(name, [one for one in imports(name) if one.within(*others)])
    ]
    assert wrong == []


def test_the_gateway_imports_no_service() -> None:
    rooms = tuple(f"services.{service}" for service in services())
    wrong = [
        line
        for name in modules("gateway")
        for line in found(name, [one for one in imports(name) if one.within(*rooms)])
    ]
    assert wrong == []


def test_what_runs_in_production_imports_neither_deployment_nor_tests() -> None:
    wrong = [
        line
        for name in modules("services", "gateway")
        for line in found(name, [one for one in imports(name) if one.within("deploy", "tests", "docs")])
    ]
    assert wrong == []


def test_no_program_imports_the_database_it_starts() -> None:
    # SecantusDB is GPL-2.0 and beta: a process of its own, never a part of ours.
    python = [name for name in tracked() if name.endswith(".py")]
    wrong = [
        line
        for name in python
        for line in found(name, [one for one in imports(name) if one.module.partition(".")[0].lower() == "secantus"])
    ]
    assert wrong == []
