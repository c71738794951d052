"""The capability of the how-to page, run as it stands there: a service of its own on a real database."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

import services
from services.kernel.base.mongo import connect
from services.kernel.declare.policy import Actor
from services.kernel.http.openapi import fragment
from tests.support.documented_programs import programs
from tests.support.rows import misfits
from tests.support.sample_community import KEDIRI, person
from tests.support.service_harness import ServiceHarness

PAGE = "docs/how-to/write-a-capability.md"
ANI, BUDI = person("ani"), person("budi")
PLANNER = Actor("person", "rani", grants={"activities.plan": (KEDIRI,)})


@pytest.fixture
def lending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The package ``services.lending``, written from the page."""
    for name, code in programs(PAGE).items():
        path = tmp_path / "lending" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(code, "utf-8")
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(tmp_path)])
    yield importlib.import_module("services.lending.bootstrap").definition()
    for name in [each for each in sys.modules if each.startswith("services.lending")]:
        del sys.modules[name]


@pytest.fixture
def stage(lending: Any, mongodb_uri: str, database: Database[dict[str, Any]]) -> ServiceHarness:
    return ServiceHarness(lending, connect(mongodb_uri)[database.name])


def test_a_tool_is_offered_lent_returned_and_withdrawn(stage: ServiceHarness) -> None:
    offered = stage.post(ANI, "/v1/tools", {"name": "Scanner", "region": KEDIRI})
    assert offered.status == 201
    path = offered.headers["Location"]
    assert stage.post(ANI, f"{path}/loans", {"person": "budi"}).body == {"tool": path[-36:], "borrower": "budi"}
    assert stage.post(PLANNER, f"{path}/loans", {"person": "citra"}).rule == "tool-is-lent"
    assert [item["name"] for item in stage.get(BUDI, f"/v1/tools?region={KEDIRI}&borrower=budi").body["items"]] == [
        "Scanner"
    ]
    assert stage.post(ANI, f"{path}/return").body["borrower"] is None
    assert stage.post(ANI, f"{path}/withdrawal").status == 200
    assert stage.post(ANI, f"{path}/loans", {"person": "citra"}).rule == "tool-is-withdrawn"
    assert stage.get(ANI, "/v1/tools").body == {"items": [], "next": None}


def test_only_those_whom_it_concerns_see_the_loans_and_change_anything(stage: ServiceHarness) -> None:
    path = stage.post(ANI, "/v1/tools", {"name": "Scanner", "region": KEDIRI}).headers["Location"]
    stage.post(ANI, f"{path}/loans", {"person": "budi"})
    loan = {"person": "budi", "lent": "2026-03-02T01:00:00Z", "returned": None}
    assert [stage.get(each, path).body["loans"] for each in (ANI, PLANNER)] == [[loan], [loan]]
    assert "loans" not in stage.get(BUDI, path).body
    assert stage.post(BUDI, f"{path}/return").status == 404
    assert stage.post(ANI, "/v1/tools", {"name": " ", "size": 3}).status == 400


def test_openapi_is_written_from_the_same_dataclasses(lending: Any) -> None:
    schemas = fragment(lending)["components"]["schemas"]
    assert schemas["NewTool"]["required"] == ["name", "region"]
    assert "loans" not in schemas["ToolShown"]["required"]
    assert "ToolShownList" in schemas


def test_the_rules_on_the_page_are_tried_on_the_page(lending: Any) -> None:
    tried = importlib.import_module("services.lending.test_tool")
    for name, test in vars(tried).items():
        if name.startswith("test_"):
            test()


def test_the_view_of_the_page_sets_fields_of_its_row(lending: Any, stage: ServiceHarness) -> None:
    path = stage.post(ANI, "/v1/tools", {"name": "Scanner", "region": KEDIRI}).headers["Location"]
    stage.post(ANI, f"{path}/loans", {"person": "budi"})
    stage.post(ANI, f"{path}/return")
    (view,) = lending.views
    log = stage.application.log
    told = [event for commit in log.read(0, 100) for event in log.recorded(commit)]
    assert misfits(view, [change for event in told for change in view.apply(event)]) == []
