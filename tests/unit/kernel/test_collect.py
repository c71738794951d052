import sys
from pathlib import Path

import pytest

from services.kernel.declare.collect import managers_in, routes_in, views_in

VIEW = "from services.kernel.declare.view import View\n{name} = View({view!r}, 1, lambda _fact: [])\n"
ROUTE = '''
from services.kernel.declare.route import Answer, Routes
routes = Routes()

@routes.get("/v1/{name}")
def list_{name}(parts, request) -> Answer:
    """All {name}."""
'''
MANAGER = """
from services.kernel.declare.process import ProcessManager, Reaction
{name} = ProcessManager("{name}", lambda _fact: [], lambda state, _fact: Reaction(state))
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable package of its own; each test names its modules anew."""
    folder = tmp_path / f"declared_{tmp_path.name.replace('-', '_')}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if name.startswith(folder.name):
            del sys.modules[name]


def test_routes_of_all_modules_come_in_the_order_of_the_modules_names(package: Path) -> None:
    for name in ("tools", "polls"):
        (package / f"{name}.py").write_text(ROUTE.replace("{name}", name))
    (package / "words.py").write_text("WORDS = 3\n")
    assert [route.name for route in routes_in(package.name)] == ["list-polls", "list-tools"]


def test_a_view_that_another_module_imports_is_declared_once(package: Path) -> None:
    (package / "a.py").write_text(VIEW.format(name="POLLS", view="polls"))
    (package / "b.py").write_text(f"from {package.name}.a import POLLS\n" + VIEW.format(name="TOOLS", view="tools"))
    assert [view.name for view in views_in(package.name)] == ["polls", "tools"]


def test_two_views_of_one_name_are_refused(package: Path) -> None:
    (package / "a.py").write_text(VIEW.format(name="POLLS", view="polls"))
    (package / "b.py").write_text(VIEW.format(name="OTHERS", view="polls"))
    with pytest.raises(ValueError, match="declares polls twice"):
        views_in(package.name)


def test_process_managers_are_found_wherever_they_stand(package: Path) -> None:
    (package / "a.py").write_text(MANAGER.format(name="seating"))
    assert [manager.name for manager in managers_in(package.name)] == ["seating"]
    assert views_in(package.name) == ()
