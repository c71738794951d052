"""What a library releases: figures that this service stands for, because they are its own."""

from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from gateway.reports.figures import figures_of
from services.kernel.base.local_time import local_day, zone
from services.kernel.declare.policy import ANONYMOUS
from services.mentoring.domain.report import PARTS
from services.mentoring.domain.weeks import monday_of, name_of
from tests.services.mentoring.accompanied import MIRA, SRI, live, loans, opened, register
from tests.services.mentoring.harness import RANI, MentoringHarness

COMPETENCE = {"people": 2, "gained": 3, "areas": [{"area": "b", "before": None, "after": 2.5}]}
EVERYTHING = {"parts": list(PARTS), "figures": {"competence": COMPETENCE, "decisions": ["budget", "training"]}}


def accompanied(stage: MentoringHarness) -> str:
    register(stage)
    path = opened(stage)
    live(stage, path)
    stage.post(MIRA, f"{path}/visits", {"minutes": 90, "done": "Memasang SLiMS."}, settle=False)
    stage.post(SRI, f"{path}/evidence", loans(name_of(monday_of(stage.clock.now())), 7), settle=False)
    made = (stage.clock.now() - timedelta(hours=1)).isoformat()
    assert stage.post(SRI, f"{path}/evidence", {"kind": "backup", "at": made, "ok": True}).status == 201
    stage.show()
    return path


def confirmed(stage: MentoringHarness, code: str) -> Any:
    return stage.get(ANONYMOUS, f"/v1/reports/{code}").body


def test_a_released_report_is_confirmed_by_its_code(
    stage: MentoringHarness, database: Database[dict[str, Any]]
) -> None:
    path = accompanied(stage)
    released = stage.post(SRI, f"{path}/reports", {"parts": ["stage", "hours"], "figures": {}}, settle=False)
    assert released.status == 201
    code = released.body["code"]
    shown = confirmed(stage, code.lower().replace("-", ""))
    assert (shown["parts"], shown["name"]) == (["hours", "stage"], "SMAN 4 Contoh")
    assert sorted(shown["figures"]) == ["decisions", "hours", "period", "stage"]
    assert (shown["figures"]["hours"], shown["figures"]["stage"]["stage"]) == ({"hours": 1.5}, "probation")
    assert stage.get(ANONYMOUS, "/v1/reports/LPR-AAAA-BBBB-CCCC").status == 404
    assert code not in str(list(database["commits"].find()))


def test_a_confirmed_report_equals_the_case_and_the_gateways_figures(stage: MentoringHarness) -> None:
    path = accompanied(stage)
    stage.clock.advance(timedelta(days=3))
    code = stage.post(SRI, f"{path}/reports", EVERYTHING, settle=False).body["code"]
    draft = figures_of(stage.get(SRI, path).body, None, local_day(stage.clock.now()), zone())
    assert confirmed(stage, code)["figures"] == draft | EVERYTHING["figures"]


def test_a_released_report_does_not_change(stage: MentoringHarness) -> None:
    path = accompanied(stage)
    code = stage.post(SRI, f"{path}/reports", {"parts": ["visits"], "figures": {}}, settle=False).body["code"]
    stage.post(MIRA, f"{path}/visits", {"minutes": 30, "done": "Menelepon."}, settle=False)
    assert confirmed(stage, code)["figures"]["visits"] == {"count": 1, "minutes": 90}


def test_only_the_library_releases(stage: MentoringHarness) -> None:
    path = accompanied(stage)
    for other in (MIRA, RANI):
        refused = stage.post(other, f"{path}/reports", {"parts": ["hours"], "figures": {}}, settle=False)
        assert refused.rule == "released-by-the-library"


@pytest.mark.parametrize(
    "figures",
    [
        {"visits": {"count": 4000}},
        {"stage": {"stage": "smooth"}},
        {"operator": "Siti.Aminah"},
        {"phone": "081234567890"},
        {"hours": 10**30},
        {"a": [[]] * 60_000},
        {"decisions": ["Siti.Aminah"]},
        {"decisions": ["budget"] * 8},
        {"decisions": ["budget", "budget"]},
        {"competence": COMPETENCE},
    ],
)
def test_a_release_with_foreign_figures_is_refused(stage: MentoringHarness, figures: dict[str, Any]) -> None:
    register(stage)
    body = {"parts": ["hours"], "figures": figures}
    assert stage.post(SRI, f"{opened(stage)}/reports", body, settle=False).status == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"people": 10**30},
        {"people": -1},
        {"people": "2"},
        {"gained": 2**63},
        {"name": "Siti"},
        {"areas": [{"area": "siti-aminah", "before": None, "after": 2.5}]},
        {"areas": [{"area": "b", "before": None, "after": 5}]},
        {"areas": [{"area": "b", "before": None, "after": 10**400}]},
        {"areas": [{"area": "b", "before": None, "after": "2.5"}]},
        {"areas": [{"area": "b", "before": None, "after": True}]},
        {"areas": [{"area": "b", "before": None}]},
        {"areas": [{"area": "b", "before": 1, "after": 2, "name": "Siti"}]},
        {"areas": [{"area": "b", "before": 1, "after": 2}] * 2},
        {"areas": [[]] * 60_000},
    ],
)
def test_a_release_accepts_only_counts_and_levels_of_competence(
    stage: MentoringHarness, changed: dict[str, Any]
) -> None:
    register(stage)
    body = {"parts": ["competence"], "figures": {"competence": COMPETENCE | changed}}
    assert stage.post(SRI, f"{opened(stage)}/reports", body, settle=False).status == 400


def test_competence_is_released_with_its_figures_or_not_at_all(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    for body in ({"parts": ["competence"], "figures": {}}, {"parts": ["names"], "figures": {}}, {"parts": ["hours"]}):
        assert stage.post(SRI, f"{path}/reports", body, settle=False).status == 400
