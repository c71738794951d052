"""Consultations as mentoring would show them, in the shapes of its OpenAPI fragment."""

from typing import Any

from tests.unit.gateway.house import House, Told
from tests.unit.gateway.scene import items

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


def settle_mentoring(house: House) -> None:
    """Let members and mentoring answer what asking asks of them."""
    house.members.on("GET /v1/libraries", items(LIBRARY))
    house.members.on("GET /v1/libraries/{library}", Told(LIBRARY))
    house.members.on("POST /v1/guests/{guest}", Told({}, 201))
    material = {"material": "m1", "activity": "a9", "title": "Lembar kerja barcode", "url": "https://contoh.id/lembar"}
    house.events.on("GET /v1/materials", items(material))
    house.mentoring.on("GET /v1/consultations", items(PUBLIC))
    house.mentoring.on("GET /v1/consultations/{consultation}", Told(consultation()))
    taken = {"consultation": "c1", "asker": "x", "owner": "hadi", "why": "board", "due": "2026-03-04T16:59:59+00:00"}
    house.mentoring.on("POST /v1/consultations", Told(taken, 201))
