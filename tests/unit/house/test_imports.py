"""Which module may import which (DESIGN §2). The rules read the source, so an import that runs only sometimes is found too."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.unit.house.tree import Import, assert_no_offences, imports, modules, parsed, services, text, tracked

PURE_KERNEL = ("declare.dated", "commands.decider", "base.local_time", "base.message", "base.problem")
PURE_LIBRARY = frozenset(
    {"__future__", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "itertools"}
    | {"fnmatch", "json", "math", "operator", "re", "string", "textwrap", "types", "typing", "unicodedata", "zoneinfo"}
)
CLOCK_AND_CHANCE = frozenset({"now", "utcnow", "today"})
# The kernel's own folder for nameko counts as nameko: importing the folder loads nameko.
NAMEKO = ("nameko", "eventlet", "services.kernel.nameko")
# GPL-2.0 and beta: the database is started as a process of its own and is never a part of our programs.
SECANTUS = ("secantus", "Secantus", "secantusdb", "SecantusDB")
LOCAL_TIME = "services/kernel/base/local_time.py"
HEARD = "services.heard"
"""What several services read of another's facts."""


# What starts a server, or needs one that runs.
SERVERS = (
    *("deploy.broker", "deploy.database", "tests.support.servers", "tests.support.service_databases"),
    *("tests.support.service_harness", "tests.services", "tests.integration", "tests.faults", "tests.e2e"),
    *("tests.trials.stack", "tests.trials.setting", "tests.trials.trial"),
)


@dataclass(frozen=True)
class Ban:
    """These modules may not import these packages."""

    rule: str
    modules: Sequence[str]
    packages: Sequence[str]

    def breaches(self) -> Iterator[str]:
        for name in self.modules:
            yield from shown(name, (one for one in imports(name) if one.within(*self.packages)), self.rule)


def bans() -> list[Ban]:
    packages = {service: f"services.{service}" for service in services()}
    above_the_kernel = [*packages.values(), HEARD]
    return [
        Ban("nameko and eventlet stand at the edge alone", inside_the_edge(), NAMEKO),
        Ban("the kernel imports no service", modules("services/kernel"), above_the_kernel),
        Ban("the gateway imports no service", modules("gateway"), above_the_kernel),
        Ban("a domain knows no other service", domains(), [HEARD]),
        Ban(
            "production imports neither deployment nor tests nor docs",
            modules("services", "gateway"),
            ("deploy", "tests", "docs"),
        ),
        Ban("no program imports the database it starts", [n for n in tracked() if n.endswith(".py")], SECANTUS),
        Ban(
            "a service has no time zone of its own",
            [name for name in modules("services") if name != LOCAL_TIME],
            ("zoneinfo", "datetime.timezone"),
        ),
        Ban("a unit test needs no server", modules("tests/unit"), SERVERS),
        *(
            Ban("a service imports no other", modules(f"services/{service}"), [*({*packages.values()} - {package})])
            for service, package in packages.items()
        ),
    ]


def inside_the_edge() -> list[str]:
    """All modules except the kernel's own folder for nameko and each service's wiring."""
    edge = {f"services/{service}/service.py" for service in services()}
    python = modules("services", "gateway", "deploy", "docs")
    return [name for name in python if not name.startswith("services/kernel/nameko/") and name not in edge]


def domains() -> list[str]:
    return [name for name in modules("services") if "/domain/" in name]


def shown(name: str, wrong: Iterable[Import], rule: str = "") -> list[str]:
    return [f"{name}:{one.line} imports {one.module} {one.name}".rstrip() + f"  {rule}".rstrip() for one in wrong]


def test_no_module_imports_what_its_room_may_not() -> None:
    assert_no_offences(breach for ban in bans() for breach in ban.breaches())


def test_every_import_rule_governs_some_modules() -> None:
    assert_no_offences(ban.rule for ban in bans() if not ban.modules or not ban.packages)


def server_fixtures() -> set[str]:
    """The fixtures that every test is offered and that start a program that is not ours, or mail from another process.

    The Telegram server is Python of our own.
    """
    return {
        node.name
        for name in ("tests/support/servers.py", "tests/support/service_databases.py")
        for node in parsed(name).body
        if isinstance(node, ast.FunctionDef)
        and "telegram" not in node.name
        and any("fixture" in ast.unparse(each) and "autouse" not in ast.unparse(each) for each in node.decorator_list)
    }


def test_no_unit_test_asks_for_a_server() -> None:
    servers = server_fixtures()
    assert {"database", "amqp_uri", "mailbox"} <= servers
    assert_no_offences(
        f"{name}:{node.lineno} {node.name} asks for {argument.arg}"
        for name in modules("tests/unit")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.FunctionDef)
        and (node.name.startswith("test_") or any("fixture" in ast.unparse(each) for each in node.decorator_list))
        for argument in node.args.args
        if argument.arg in servers
    )


def test_a_domain_imports_only_itself_the_kernels_pure_modules_and_the_pure_library() -> None:
    pure = tuple(f"services.kernel.{module}" for module in PURE_KERNEL)
    assert_no_offences(
        line
        for name in domains()
        for line in shown(
            name,
            (
                one
                for one in imports(name)
                if one.module.partition(".")[0] not in PURE_LIBRARY
                and not one.within(".".join(name.split("/")[:3]), *pure)
            ),
        )
    )


def test_the_checker_of_the_trials_imports_only_itself_pymongo_and_the_library() -> None:
    checker = modules("tests/trials/checker")
    assert checker
    assert_no_offences(
        line
        for name in checker
        for line in shown(
            name,
            (
                one
                for one in imports(name)
                if one.module.partition(".")[0] not in sys.stdlib_module_names
                and not one.within("pymongo", "tests.trials.checker")
            ),
        )
    )


def test_what_services_heard_imports_only_itself_the_kernel_and_the_library() -> None:
    assert_no_offences(
        line
        for name in modules("services/heard")
        for line in shown(
            name,
            (
                one
                for one in imports(name)
                if one.module.partition(".")[0] not in PURE_LIBRARY and not one.within(HEARD, "services.kernel")
            ),
        )
    )


def test_a_domain_asks_no_clock() -> None:
    assert_no_offences(
        f"{name}:{node.lineno} {node.func.attr}()"
        for name in domains()
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_AND_CHANCE
    )


def test_what_domains_import_of_the_kernel_loads_the_standard_library_alone() -> None:
    waiting, seen = [f"services/kernel/{module.replace('.', '/')}.py" for module in PURE_KERNEL], set[str]()
    offences: list[str] = []
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for one in imports(name):
            if one.typing_only:
                continue
            if one.within("services.kernel"):
                waiting += {f"{one.module.replace('.', '/')}.py"} - seen
            elif one.module.partition(".")[0] not in sys.stdlib_module_names:
                offences += shown(name, [one])
    assert_no_offences(offences)


def test_a_room_of_the_kernel_imports_only_rooms_above_it_in_the_kernels_page() -> None:
    rooms = re.findall(r"^\| `(\w+)/` \|", text("services/kernel/README.md"), re.M)
    assert sorted(rooms) == sorted({name.split("/")[2] for name in modules("services/kernel") if name.count("/") > 2})
    offences: list[str] = []
    for name in modules("services/kernel"):
        room = name.split("/")[2]
        if room in rooms[:-1]:  # the last, nameko, stands on all others and on the assembly
            below = [f"services.kernel.{other}" for other in rooms[rooms.index(room) + 1 :]]
            wrong = (one for one in imports(name) if not one.typing_only)
            offences += shown(name, (one for one in wrong if one.within(*below, "services.kernel.assembly")))
    assert_no_offences(offences)
