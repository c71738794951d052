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
from tests.services.mentoring.harness import RANI, MentoringHarness
from tests.services.mentoring.sample_library import MIRA, SRI, live, loans, opened, register

COMPETENCE = {"people": 2, "gained": 3, "areas": [{"area": "b", "before": None, "after": 2.5}]}
EVERYTHING = {"parts": list(PARTS), "figures": {"competence": COMPETENCE, "decisions": ["budget", "training"]}}


def accompanied(harness: MentoringHarness) -> str:
    register(harness)
    path = opened(harness)
    live(harness, path)
    harness.post(MIRA, f"{path}/visits", {"minutes": 90, "done": "Memasang SLiMS."}, settle=False)
    harness.post(SRI, f"{path}/evidence", loans(name_of(monday_of(harness.clock.now())), 7), settle=False)
    made = (harness.clock.now() - timedelta(hours=1)).isoformat()
    assert harness.post(SRI, f"{path}/evidence", {"kind": "backup", "at": made, "ok": True}).status == 201
    harness.show()
    return path


def confirmed(harness: MentoringHarness, code: str) -> Any:
    return harness.get(ANONYMOUS, f"/v1/reports/{code}").body


def test_what_the_library_releases_is_confirmed_by_its_code(
    harness: MentoringHarness, database: Database[dict[str, Any]]
) -> None:
    path = accompanied(harness)
    released = harness.post(SRI, f"{path}/reports", {"parts": ["stage", "hours"], "figures": {}}, settle=False)
    assert released.status == 201
    code = released.body["code"]
    shown = confirmed(harness, code.lower().replace("-", ""))
    assert (shown["parts"], shown["name"]) == (["hours", "stage"], "SMAN 4 Contoh")
    assert sorted(shown["figures"]) == ["decisions", "hours", "period", "stage"]
    assert (shown["figures"]["hours"], shown["figures"]["stage"]["stage"]) == ({"hours": 1.5}, "probation")
    assert harness.get(ANONYMOUS, "/v1/reports/LPR-AAAA-BBBB-CCCC").status == 404
    assert code not in str(list(database["commits"].find()))


def test_what_is_confirmed_is_what_the_case_says_and_what_the_gateway_would_show_of_it(
    harness: MentoringHarness,
) -> None:
    path = accompanied(harness)
    harness.clock.advance(timedelta(days=3))
    code = harness.post(SRI, f"{path}/reports", EVERYTHING, settle=False).body["code"]
    draft = figures_of(harness.get(SRI, path).body, None, local_day(harness.clock.now()), zone())
    assert confirmed(harness, code)["figures"] == draft | EVERYTHING["figures"]


def test_what_was_released_stays_as_it_was(harness: MentoringHarness) -> None:
    path = accompanied(harness)
    code = harness.post(SRI, f"{path}/reports", {"parts": ["visits"], "figures": {}}, settle=False).body["code"]
    harness.post(MIRA, f"{path}/visits", {"minutes": 30, "done": "Menelepon."}, settle=False)
    assert confirmed(harness, code)["figures"]["visits"] == {"count": 1, "minutes": 90}


def test_only_the_library_releases(harness: MentoringHarness) -> None:
    path = accompanied(harness)
    for other in (MIRA, RANI):
        refused = harness.post(other, f"{path}/reports", {"parts": ["hours"], "figures": {}}, settle=False)
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
def test_nobody_puts_figures_of_their_own_under_the_librarys_code(
    harness: MentoringHarness, figures: dict[str, Any]
) -> None:
    register(harness)
    body = {"parts": ["hours"], "figures": figures}
    assert harness.post(SRI, f"{opened(harness)}/reports", body, settle=False).status == 400


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
def test_of_competence_only_counts_and_levels_of_areas_are_taken(
    harness: MentoringHarness, changed: dict[str, Any]
) -> None:
    register(harness)
    body = {"parts": ["competence"], "figures": {"competence": COMPETENCE | changed}}
    assert harness.post(SRI, f"{opened(harness)}/reports", body, settle=False).status == 400


def test_competence_is_released_with_its_figures_or_not_at_all(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    for body in ({"parts": ["competence"], "figures": {}}, {"parts": ["names"], "figures": {}}, {"parts": ["hours"]}):
        assert harness.post(SRI, f"{path}/reports", body, settle=False).status == 400
