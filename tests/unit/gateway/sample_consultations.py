"""Sample consultations, in the shapes of mentoring's OpenAPI fragment."""

from typing import Any

from tests.unit.gateway.harness import FakeAnswer, GatewayHarness
from tests.unit.gateway.sample_community import items

OPERATIONS = (
    "GET /v1/consultations",
    "POST /v1/consultations",
    "GET /v1/consultations/{consultation}",
    "POST /v1/consultations/{consultation}/answers/{number}/publication",
    *(
        f"POST /v1/consultations/{{consultation}}/{action}"
        for action in ("answers", "notes", "hold", "resolution", "reopening", "assignment", "me-too", "promotion")
    ),
)
LIBRARY = {
    "library": "11111111-2222-5333-8444-555555555555",
    "name": "SD Contoh Trenggalek",
    "kind": "school",
    "level": "basic",
    "region": "trenggalek",
    "subdistrict": "mojoroto",
    "size": None,
    "interest": "interested",
}


def answer(**changed: Any) -> dict[str, Any]:
    text = "Jalankan mysqldump tiap Jumat, simpan di dua tempat."
    return {"number": 1, "text": text, "by": "wulan", "public": False, "at": "2026-03-02T02:00:00Z"} | changed


def consultation(**changed: Any) -> dict[str, Any]:
    return {
        "consultation": "c1", "title": "Bagaimana mencadangkan data SLiMS?", "region": "kota-kediri", "state": "open",
        "asked_at": "2026-03-02T01:00:00Z", "answers": [], "me_too": 0, "shares": False, "public": False, "role": "owner",
        "details": "Komputer kami mati bulan lalu.", "asker": "sari", "library": None, "library_name": "SD Contoh",
        "how": "web", "owner": "wulan", "why": "region", "due": "2026-03-04T16:59:59Z", "held_until": None, "missed": False,
        "escalated": False, "rating": None, "rounds": 1, "reasons": [], "notes": [], "mentorship": None,
    } | changed  # fmt: skip


PUBLIC = consultation(
    consultation="c2", title="Label buku tidak pas di kertas stiker", role=None, public=True, state="resolved",
    answers=[answer(public=True, by=None)], me_too=3, details=None, asker=None, library_name=None, owner=None,
)  # fmt: skip


def settle_mentoring(harness: GatewayHarness) -> None:
    """Give members and mentoring an answer to each request about consultations."""
    harness.members.on("GET /v1/libraries", items(LIBRARY))
    harness.members.on("GET /v1/libraries/{library}", FakeAnswer(LIBRARY))
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    material = {"material": "m1", "activity": "a9", "title": "Lembar kerja barcode", "url": "https://contoh.id/lembar"}
    harness.events.on("GET /v1/materials", items(material))
    harness.mentoring.on("GET /v1/consultations", items(PUBLIC))
    harness.mentoring.on("GET /v1/consultations/{consultation}", FakeAnswer(consultation()))
    taken = {"consultation": "c1", "asker": "x", "owner": "hadi", "why": "board", "due": "2026-03-04T16:59:59+00:00"}
    harness.mentoring.on("POST /v1/consultations", FakeAnswer(taken, 201))
