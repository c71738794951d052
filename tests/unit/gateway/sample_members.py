"""Sample libraries, competence and own data, in the shapes of members."""

from typing import Any

from tests.unit.gateway.harness import FakeAnswer, GatewayHarness, ReceivedRequest
from tests.unit.gateway.sample_community import items

OPERATIONS = (
    "GET /v1/libraries", "POST /v1/libraries", "GET /v1/libraries/{library}", "POST /v1/libraries/{library}/interest",
    "GET /v1/libraries/{library}/affiliations", "POST /v1/libraries/{library}/affiliations",
    "POST /v1/libraries/{library}/affiliations/{person}/end", "GET /v1/competence/{person}", "POST /v1/competence",
    "GET /v1/frameworks/{version}", "PUT /v1/me", "GET /v1/me/consents", "POST /v1/me/consents/{purpose}",
    "DELETE /v1/me/consents/{purpose}", "POST /v1/me/telegram", "DELETE /v1/me/telegram",
)  # fmt: skip
LIBRARY = {
    "library": "l1", "name": "SMAN 4 Contoh", "kind": "school", "level": "secondary", "region": "kota-kediri",
    "subdistrict": "mojoroto", "size": None, "interest": "interested",
}  # fmt: skip
ME: dict[str, Any] = {
    "person": "sari", "name": "Sari Contoh", "contacts": {"email": "sari@contoh.id", "phone": None}, "region": "kota-kediri",
    "subdistrict": "mojoroto", "library": "SMA Contoh", "language": "id", "offices": [], "status": "member",
    "affiliations": [{"library": "l1", "name": "SMAN 4 Contoh", "role": "staff", "since": "2026-02-02T00:00:00+00:00"}],
    "background": {"education": "diploma", "appointed": None, "double_role": True}, "telegram": False,
}  # fmt: skip
STAFF = {
    "person": "sari", "name": "Sari Contoh", "stands": True,
    "terms": [{"role": "staff", "since": "2026-02-02T00:00:00+00:00", "until": None}],
}  # fmt: skip
NOBODY = {"self": None, "second": None}
FRAMEWORK = {
    "version": "contoh-1",
    "levels": [{"level": n, "name": f"Tingkat {n}", "meaning": "Artinya begini."} for n in range(1, 5)],
    "aspects": [
        {"aspect": "knowledge", "name": "Pengetahuan"},
        {"aspect": "skill", "name": "Keterampilan"},
        {"aspect": "attitude", "name": "Sikap kerja"},
    ],
}
CONSENTS = {
    "items": [],
    "next": None,
    "purposes": [{"purpose": "name-in-archive", "wording": 1, "text": "Nama saya boleh ditampilkan di arsip contoh."}],
}


def growth(person: str = "sari", name: str = "Sari Contoh") -> dict[str, Any]:
    unit = {
        "unit": "b-slims", "name": "Mengoperasikan SLiMS",
        "aspects": {"knowledge": NOBODY, "skill": {"self": 2, "second": 3}, "attitude": NOBODY},
    }  # fmt: skip
    step = {
        "at": "2026-02-20T02:00:00+00:00", "unit": "b-slims", "area": "b", "aspect": "skill", "level": 3,
        "rater": "second", "by": "wulan", "framework": "contoh-1",
        "because": {"kind": "activity", "id": "a0", "title": "Weeding koleksi lama"},
    }  # fmt: skip
    return {
        "person": person, "name": name, "as_of": "2026-03-02T03:00:00+00:00", "framework": "contoh-1",
        "areas": [{"area": "b", "name": "Teknologi informasi", "units": [unit]}], "steps": [step],
        "evidence": [{"kind": "visit", "id": "v1", "title": "SMAN 4 Contoh", "units": ["b-slims"], "at": "2026-02-21T02:00:00+00:00"}],
    }  # fmt: skip


def settle(harness: GatewayHarness) -> None:
    """Give members an answer to each request of these pages."""
    members = harness.members
    members.on("GET /v1/me", FakeAnswer(ME))
    members.on("GET /v1/libraries", items(LIBRARY))
    members.on("GET /v1/libraries/{library}", FakeAnswer(LIBRARY))
    members.on("GET /v1/libraries/{library}/affiliations", items(STAFF))
    members.on("GET /v1/frameworks/{version}", FakeAnswer(FRAMEWORK))
    members.on("GET /v1/me/consents", FakeAnswer(CONSENTS))
    members.on("GET /v1/competence/{person}", _growth)


def _growth(asked: ReceivedRequest) -> FakeAnswer:
    person = asked.path.rpartition("/")[2]
    return FakeAnswer(growth(person, f"{person.title()} Contoh"))
