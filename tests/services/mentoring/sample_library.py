"""A library that is accompanied, as the API tests need it, and what other services tell of its people."""

from typing import Any

from services.mentoring.domain.readiness import CONDITIONS
from tests.services.mentoring.harness import RANI, MentoringHarness, mentor
from tests.support.sample_community import KEDIRI, person
from tests.support.sample_facts import sample
from tests.support.service_harness import Reply

LIBRARY = "sman-4"
SRI, BUDI, MIRA = person("sri"), person("budi"), mentor(KEDIRI)
"""Sri and Budi work at the library, Mira goes along with it, Rani coordinates the region."""
MEMBERS = ("mira", "rani", "tono", "maya")
"""Members whom a library may be given as mentors."""
ALL_THERE = {name: {"present": True} for name in CONDITIONS}
TICKS = {
    "ready": ["head-agrees", "operator-named"],
    "agreed": ["goal-written", "contact-named"],
    "installed": ["software-runs", "admin-password-changed", "backup-planned"],
    "data-entry": ["rules-for-entry", "first-hundred", "members-entered"],
    "circulation-live": ["loan-rules-set", "staff-practised", "first-backup"],
}


def register(harness: MentoringHarness, library: str = LIBRARY, *staff: str) -> None:
    """Members tell of a library, of those who work there and of those who might go along."""
    data = {"library": library, "name": "SMAN 4 Contoh", "kind": "school", "level": "secondary", "subdistrict": "one"}
    harness.members.say("library-registered", library, data, KEDIRI)
    for one in MEMBERS:
        harness.members.say("member-joined", one, sample("members", "member-joined", person=one), KEDIRI)
    first, *others = staff or ("sri", "budi")
    for one in others:
        harness.members.say(
            "affiliation-started", library, {"person": one, "library": library, "role": "staff"}, KEDIRI
        )
    affiliate(harness, first, library)


def affiliate(harness: MentoringHarness, one: str, library: str = LIBRARY) -> None:
    """Somebody begins to work there."""
    harness.hear("affiliation-started", library, {"person": one, "library": library, "role": "staff"}, KEDIRI)


def leave(harness: MentoringHarness, one: str, library: str = LIBRARY) -> None:
    """Somebody works there no longer."""
    harness.hear("affiliation-ended", library, {"person": one, "library": library}, KEDIRI)


def gather(
    harness: MentoringHarness, activity: str, *present: str, kind: str = "gathering", guest: str | None = None
) -> None:
    """An activity was held and these were there."""
    data = sample("events", "activity-published", activity=activity, kind=kind, starts="2026-02-01T02:00:00Z")
    harness.events.say("activity-published", activity, data, KEDIRI)
    people: list[dict[str, Any]] = [{"person": one, "guest": None} for one in present]
    people += [{"person": None, "guest": guest}] if guest else []
    *others, last = ({"activity": activity, **each, "method": "coordinator"} for each in people)
    for told in others:
        harness.events.say("attendance-recorded", activity, told, KEDIRI)
    harness.hear("attendance-recorded", activity, last, KEDIRI, source="events")


def adopt(harness: MentoringHarness, version: str, **migration: str | None) -> None:
    """Members tell of a new version of the framework; units are named with an underscore here."""
    moves = [{"unit": unit.replace("_", "-"), "to": to} for unit, to in migration.items()]
    harness.hear("framework-adopted", "framework", {"framework": version, "units": [], "migration": moves})


def rate(
    harness: MentoringHarness,
    one: str,
    level: int,
    *,
    aspect: str = "skill",
    rater: str = "second",
    unit: str = "b-slims",
) -> None:
    """Somebody's ability to use the software is judged."""
    data = {
        "person": one,
        "unit": unit,
        "area": "b",
        "aspect": aspect,
        "level": level,
        "rater": rater,
        "by": "rani",
    }
    harness.hear("competence-rated", one, data | {"framework": "kediri-1", "because": None}, KEDIRI)


def opened(harness: MentoringHarness, library: str = LIBRARY) -> str:
    """A case with Mira as its mentor; answers its path."""
    wish = {"library": library, "wish": "Kami ingin memakai SLiMS."}
    path = f"/v1/mentorships/{harness.post(SRI, '/v1/mentorships', wish, settle=False).body['mentorship']}"
    assert harness.post(RANI, f"{path}/mentors", {"person": "mira"}, settle=False).status == 201
    return path


def pass_stage(harness: MentoringHarness, path: str, name: str) -> Reply:
    """A stage with all it needs."""
    body = {"items": TICKS[name], "note": "Sudah dilihat bersama."}
    return harness.post(MIRA, f"{path}/stages/{name}", body, settle=False)


def live(harness: MentoringHarness, path: str) -> None:
    """Every stage until loans go through the software."""
    assert harness.post(MIRA, f"{path}/readiness", ALL_THERE, settle=False).status == 201
    for name in TICKS:
        assert pass_stage(harness, path, name).status == 201, name
    assert harness.post(MIRA, f"{path}/go-live").status == 201


def loans(week: str, count: int = 12, **more: Any) -> dict[str, Any]:
    """What is sent for a week's loans."""
    return {"kind": "loans", "week": week, "count": count, **more}
